/*
 * The standby engine's CloudFront Function (cloudfront-js-2.0, viewer-request): it stays attached all
 * year, reads from a KeyValueStore whether the site is closed, and answers then.
 *
 *     the request, first match                     gets
 *     -----------------------------------------    ------------------------------------------------
 *     arrives in no period of `state`              through, as it is
 *     opens the bypass link                        a cookie, and a redirect to the address without it
 *     has an allowed path or network, or           through, with the path that `rewrite` gives it
 *     a valid bypass cookie
 *     is a preflight of an allowed origin          204
 *     is HEAD                                      the headers that GET would get, and no body
 *     is anything else                             503 in the media type and language it prefers
 *
 * Python renders, this program only picks: controller/maintenance/standby/ has the keys and values.
 *
 *     what is wrong                                then
 *     -----------------------------------------    ------------------------------------------------
 *     `state` is missing, unreadable, no JSON      the state that was published with this code counts
 *     or older than BAKED, or there is no store
 *     `settings` is missing or unreadable          the paths published with this code stay open
 *     a part of an answer is missing               the answer of the default rendering, else text
 *     `state` or `settings` is wrong inside,       a plain 503
 *     or anything else throws
 *
 * The runtime is close to njs. It has no destructuring, spread, default parameters, for...of, ?. or
 * classes; no `await` among the arguments of a call; and njs loses what a closure shares with an
 * async function at the next `await`, so async functions here have no closures.
 */
import cf from 'cloudfront';
import crypto from 'crypto';

const BAKED = __BAKED__;

const COOKIE = '__Host-maintenance-bypass';
const PARAMETER = 'maintenance-bypass=';
const MEDIA_TYPES = [
    ['j', 'application/problem+json', 'application/*'],
    ['h', 'text/html', 'text/*'],
    ['t', 'text/plain', 'text/*'],
];
const ALIASES = {
    'application/json': 'application/problem+json',
    'application/xhtml+xml': 'text/html',
    '*': '*/*',
};
const TEXT = 'This site is down for maintenance. Please try again in a few minutes.';
// Origins may resolve these; edge_handler/maintenance_edge/paths.py says why.
const RESOLVABLE = /\/\/|\\|;|%(00|25|2e|2f|3b|5c)|\/\.\.?(\/|$)/i;
const CHARACTER =
    /%([0-7][\da-f]|(c[2-9a-f]|d[\da-f]|(e0%[ab][\da-f]|ed%[89][\da-f]|e[1-9a-cef]%[89ab][\da-f]|(f0%[9ab][\da-f]|f4%8[\da-f]|f[123]%[89ab][\da-f])%[89ab][\da-f]))%[89ab][\da-f])/gi;

async function handler(event) {
    const request = event.request;
    try {
        const now = Date.now() / 1000;
        const state = await currentState();
        const period = periodAt(state.p, now);
        return period ? await closed(event, state, period, now) : request;
    } catch (error) {
        console.log(String(error));
        return unavailable(request, '300', {}, TEXT);
    }
}

async function currentState() {
    const text = await read('state');
    try {
        const stored = JSON.parse(text);
        if (stored.g >= BAKED.g && Array.isArray(stored.p)) {
            return stored;
        }
    } catch (error) {
        // The published state counts.
    }
    return BAKED;
}

// Returns undefined if there is no such key, or the store cannot be read, or there is none.
async function read(key) {
    try {
        return await cf.kvs().get(key);
    } catch (error) {
        return undefined;
    }
}

function periodAt(periods, now) {
    return periods.filter((each) => {
        if (!(each.f > 0 && each.u >= 0)) {
            throw 'state';
        }
        return each.f <= now && (!each.u || now < each.u);
    })[0];
}

async function closed(event, state, period, now) {
    const request = event.request;
    const stored = await read('settings');
    const settings = stored === undefined ? { a: BAKED.a, r: 300, x: 3600 } : JSON.parse(stored);
    const isOpenPath = matchesAny(settings.a, request.uri) && isPlainPath(request.uri);
    const seconds = Math.min(period.u ? Math.ceil(period.u - now) : settings.r, settings.x);
    if (!(seconds > 0)) {
        throw 'settings';
    }
    const redirect = await linkResponse(request, now);
    if (redirect) {
        return redirect;
    }
    const cookie = (request.cookies || {})[COOKIE];
    const passes =
        isOpenPath ||
        (await isInNetworks(settings, addressOf(event.viewer.ip))) ||
        (cookie && (await secondsLeft(cookie.value, now)));
    if (passes) {
        return rewrite(request, settings);
    }
    const cors = corsHeaders(settings, header(request, 'origin'));
    if (cors && isPreflight(request)) {
        return preflight(request, cors);
    }
    const answer = await picked(request, state, period.r);
    return unavailable(request, String(seconds), cors || {}, period.m || TEXT, answer);
}

// The bypass: `t.<digest>` holds when a token expires, Unix time.

async function linkResponse(request, now) {
    const parameters = isRead(request) ? rawQuery(request).split('&') : [];
    const token = parameters.filter(isLink).concat('')[0].slice(PARAMETER.length);
    const seconds = await secondsLeft(token, now);
    return seconds ? redirectTo(locationOf(request.uri, parameters), token, seconds) : null;
}

function isLink(parameter) {
    return parameter.startsWith(PARAMETER);
}

async function secondsLeft(token, now) {
    if (token.length !== 43 || !/^[\w-]+$/.test(token)) {
        return 0;
    }
    const digest = crypto.createHash('sha256').update(token).digest('base64url');
    const expiry = await read('t.' + digest);
    const seconds = Math.floor(expiry - now);
    return seconds > 0 ? seconds : 0;
}

function redirectTo(location, token, seconds) {
    const response = respond(303, 'See Other', {
        'location': location,
        'referrer-policy': 'no-referrer',
    });
    response.cookies = {};
    response.cookies[COOKIE] = {
        value: token,
        attributes: `Max-Age=${seconds}; Path=/; Secure; HttpOnly; SameSite=Lax`,
    };
    return response;
}

// Browsers take "//host" and "/\host" for another site.
function locationOf(uri, parameters) {
    const query = parameters.filter((each) => !isLink(each)).join('&');
    const path = '/' + quote(uri).replace(/\?/g, '%3F').replace(/^\/+/, '');
    return query ? path + '?' + quote(query) : path;
}

function quote(text) {
    return text.replace(/[^\w.~\/%:@!$&'()*+,;=?-]+/g, (found) => encodeURIComponent(found));
}

function rawQuery(request) {
    if (request.rawQueryString) {
        return request.rawQueryString() || '';
    }
    const found = [];
    Object.keys(request.querystring).forEach((name) => {
        const given = request.querystring[name];
        (given.multiValue || [given]).forEach((each) => {
            found.push(each.value ? name + '=' + each.value : name);
        });
    });
    return found.join('&');
}

// Paths, as paths.py and rewrite.py of the edge handler do it.

function isPlainPath(uri) {
    return !RESOLVABLE.test(uri) && !uri.replace(CHARACTER, '').includes('%');
}

function matchesAny(patterns, uri) {
    return patterns.some((pattern) => matches(pattern.split('*'), uri));
}

// Each part between two `*` is looked for at its first place only: linear in the length of the path.
function matches(parts, uri) {
    const first = parts[0];
    const last = parts[parts.length - 1];
    if (parts.length < 2) {
        return uri.length === first.length && find(first, uri) === 0;
    }
    let rest = uri.slice(first.length);
    if (find(first, uri.slice(0, first.length))) {
        return false;
    }
    for (let i = 1; i < parts.length - 1; i++) {
        const at = find(parts[i], rest);
        if (at < 0) {
            return false;
        }
        rest = rest.slice(at + parts[i].length);
    }
    return rest.length >= last.length && find(last, rest.slice(rest.length - last.length)) === 0;
}

// Returns the first place of `part`, in which `?` stands for any character, or -1.
function find(part, text) {
    return part.includes('?')
        ? text.search(new RegExp(part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\?/g, '[\\s\\S]')))
        : text.indexOf(part);
}

function rewrite(request, settings) {
    const uri = request.uri;
    const kind = settings.w;
    if (kind && isRead(request) && !matchesAny(settings.k, uri)) {
        if (kind === 'd' && uri.endsWith('/')) {
            request.uri = uri + 'index.html';
        } else if (!uri.includes('.')) {
            request.uri = kind === 'd' ? uri + '/index.html' : '/index.html';
        }
    }
    return request;
}

function isRead(request) {
    return request.method === 'GET' || request.method === 'HEAD';
}

// Networks: the list in `settings` says which one part to read.

async function isInNetworks(settings, address) {
    const width = address.length;
    const part = partOf(settings[width] || [], address);
    const ranges = part < 0 ? '' : await read(`n${width}.${part}`);
    return isInRanges(ranges || '', address);
}

function partOf(firsts, address) {
    return firsts.filter((each) => each <= address).length - 1;
}

// `ranges` has the first and the last address of each, without separators.
function isInRanges(ranges, address) {
    const width = address.length;
    let low = 0;
    let high = ranges.length / width / 2;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (ranges.substr(middle * width * 2, width) <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 && address <= ranges.substr(low * width * 2 - width, width);
}

// Returns an address in hexadecimal, 8 digits for IPv4, also if it is mapped, 32 for IPv6, or ''.
function addressOf(ip) {
    const zone = ip.split('%');
    const at = ip.lastIndexOf(':') + 1;
    if (!at || zone.length > 2 || zone[1] === '') {
        return octets(ip);
    }
    let text = zone[0];
    const tail = text.slice(text.lastIndexOf(':') + 1);
    if (tail.includes('.')) {
        const hex = octets(tail);
        if (!hex) {
            return '';
        }
        text = text.slice(0, -tail.length) + hex.slice(0, 4) + ':' + hex.slice(4);
    }
    const halves = text.split('::');
    const sides = halves.map((half) => (half ? half.split(':') : []));
    const groups = sides.reduce((all, side) => all.concat(side), []);
    const isShort = halves.length === 2;
    const missing = 8 - groups.length;
    if (halves.length > 2 || (isShort ? missing < 1 : missing) || !groups.every(isGroup)) {
        return '';
    }
    const full = sides.map((side) => side.map(padded).join('')).join('0000'.repeat(missing));
    return full.replace(/^0{20}f{4}/, '');
}

function isGroup(text) {
    return text.length < 5 && /^[\da-f]+$/i.test(text);
}

function padded(text) {
    return text.toLowerCase().padStart(4, '0');
}

function octets(ip) {
    const numbers = ip.split('.').filter((each) => each >= 0 && each <= 255 && String(+each) === each);
    return numbers.length === 4 && numbers.join('.') === ip
        ? numbers.map((each) => (+each).toString(16).padStart(2, '0')).join('')
        : '';
}

// CORS, as cors.py of the edge handler does it. `o` is an expression of the named origins.

function corsHeaders(settings, origin) {
    const isNamed = origin && settings.o && new RegExp(`^(?:${settings.o})$`).test(origin);
    if (!origin || origin.length > 280 || !(isNamed || settings.e)) {
        return null;
    }
    const headers = {
        'access-control-allow-origin': isNamed ? origin : '*',
        'access-control-expose-headers': 'Retry-After, X-Maintenance',
    };
    if (isNamed) {
        headers['access-control-allow-credentials'] = 'true';
    }
    return headers;
}

function isPreflight(request) {
    return request.method === 'OPTIONS' && header(request, 'access-control-request-method');
}

function preflight(request, headers) {
    ['method', 'headers'].forEach((each) => {
        const names = header(request, 'access-control-request-' + each);
        const token = "[\\w!#$%&'*+.^`|~-]+";
        if (names.length <= 2000 && new RegExp(`^${token}( *, *${token})*$`).test(names)) {
            headers['access-control-allow-' + (each === 'method' ? 'methods' : each)] = names;
        }
    });
    headers['access-control-max-age'] = '0';
    headers.vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
    return respond(204, 'No Content', headers);
}

// The answer: `<rendering>.<language>.<kind>.<part>`.

async function picked(request, state, rendering) {
    const language = preferredLanguage(header(request, 'accept-language'), state.l);
    const kind = preferredKind(header(request, 'accept'));
    const form = kind === 'h' && !acceptsGzip(request) ? 't' : kind;
    const answer = await stored(`${rendering}.${language}.${form}.`);
    return answer || (await stored(`${state.d}.${language}.${form}.`));
}

// All parts together are: how many there are, a line of headers in JSON, the body.
async function stored(key) {
    let text = await read(key + 0);
    const count = parseInt(text);
    for (let i = 1; i < count; i++) {
        const part = await read(key + i);
        if (part === undefined) {
            return null;
        }
        text += part;
    }
    return count ? parsed(text) : null;
}

function parsed(text) {
    const lines = text.split('\n');
    return { headers: JSON.parse(lines[1]), body: lines.slice(2).join('\n') };
}

function unavailable(request, retryAfter, headers, text, answer) {
    const given = answer
        ? answer.headers
        : { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
    const response = respond(503, 'Service Unavailable', Object.assign({}, given, headers));
    response.headers['retry-after'] = { value: retryAfter };
    if (request.method !== 'HEAD') {
        response.body = {
            encoding: given['content-encoding'] ? 'base64' : 'text',
            data: answer ? answer.body : text + '\n',
        };
    }
    return response;
}

function respond(status, description, headers) {
    const fields = {};
    headers['cache-control'] = 'no-store';
    headers['x-maintenance'] = 'on';
    Object.keys(headers).forEach((name) => {
        fields[name] = { value: headers[name] };
    });
    return { statusCode: status, statusDescription: description, headers: fields };
}

// What the caller accepts, as negotiation.py of the edge handler reads it.

function header(request, name) {
    const given = request.headers[name];
    if (!given) {
        return '';
    }
    return (given.multiValue || [given]).map((each) => each.value).join(', ');
}

function weighted(text) {
    return text.slice(0, 1000).toLowerCase().split(',').map(element).filter((each) => each.name);
}

// The first `q` counts; an element without a name, or with a weight that is none, has no name here.
function element(text) {
    const parts = text.split(';');
    let weight = '1';
    for (let i = parts.length - 1; i; i--) {
        const part = parts[i].trim();
        weight = part.startsWith('q=') ? part.slice(2) : weight;
    }
    const isWeight = weight === '1' || /^(0(\.\d*)?|1(\.0*)?|\.\d+)$/.test(weight);
    return { name: isWeight ? parts[0].trim() : '', weight: parseFloat(weight) };
}

function preferredKind(accept) {
    const weights = {};
    weighted(accept).forEach((each) => {
        const name = ALIASES[each.name.endsWith('+json') ? 'application/json' : each.name] || each.name;
        weights[name] = Math.max(each.weight, weights[name] || 0);
    });
    let best = 'j';
    let most = 0;
    let closest = 0;
    MEDIA_TYPES.forEach((each) => {
        const ranges = ['*/*', each[2], each[1]];
        let specificity = 2;
        while (specificity && weights[ranges[specificity]] === undefined) {
            specificity--;
        }
        const weight = weights[ranges[specificity]] || 0;
        if (weight > most || (weight && weight === most && specificity > closest)) {
            best = each[0];
            most = weight;
            closest = specificity;
        }
    });
    return best;
}

// The first of the most preferred ranges that, shortened from its end, is one of ours.
function preferredLanguage(accept, languages) {
    let best = languages[0];
    let most = 0;
    weighted(accept).forEach((each) => {
        let tag = each.name === '*' ? languages[0] : each.name;
        while (tag && languages.indexOf(tag) < 0) {
            tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')));
        }
        if (tag && each.weight > most) {
            best = tag;
            most = each.weight;
        }
    });
    return best;
}

function acceptsGzip(request) {
    const weights = {};
    weighted(header(request, 'accept-encoding')).forEach((each) => {
        weights[each.name] = each.weight;
    });
    return (weights.gzip === undefined ? weights['*'] : weights.gzip) > 0;
}
