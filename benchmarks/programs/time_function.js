// Measures handlers in turns: for each case, seconds a run in each round. The handler of the standby
// engine is `handler`; STORE and CLOUDFRONT are played by the caller.

async function trivial(event) {
    return event.request;
}

async function oneRead(event) {
    const text = await CLOUDFRONT.kvs().get('state');
    return JSON.parse(text) ? event.request : event;
}

const HANDLERS = { trivial: trivial, oneRead: oneRead, ours: handler };

async function measureAll(cases, now, rounds, times) {
    const clock = Date.now;
    const found = {};
    for (let round = 0; round <= rounds; round++) {
        for (let i = 0; i < cases.length; i++) {
            const run = cases[i];
            const handle = HANDLERS[run.handler];
            const repeated = times * run.repeat;
            STORE.values = run.values;
            Date.now = () => now;
            const began = clock();
            for (let n = 0; n < repeated; n++) {
                await handle(run.event);
            }
            // The first round warms up.
            if (round) {
                found[run.name] = (found[run.name] || []).concat((clock() - began) / repeated / 1000);
            }
        }
    }
    return JSON.stringify(found);
}
