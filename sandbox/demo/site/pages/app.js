// Ask the API every few seconds and show what it says; a 503 means the site is in maintenance.

const SECONDS = 3;
const element = (id) => document.getElementById(id);

function show(state, words) {
  element("state").dataset.state = state;
  element("state").textContent = words;
  element("notice").hidden = state !== "maintenance";
}

function showOrders({ call, orders }) {
  const kilos = orders.reduce((sum, order) => sum + order.kilograms, 0);
  element("count").textContent = orders[0].number;
  element("kilos").textContent = kilos.toFixed(1);
  element("call").textContent = call;
  element("orders").replaceChildren(...orders.map(row));
  show("live", "Live");
}

function row(order) {
  const cells = [`#${order.number}`, order.coffee, order.kilograms.toFixed(1)];
  const line = document.createElement("tr");
  for (const text of cells) {
    const cell = line.insertCell();
    cell.textContent = text;
  }
  line.lastChild.className = "number";
  return line;
}

async function showMaintenance(answer) {
  const type = answer.headers.get("content-type") ?? "";
  const problem = /json/.test(type) ? await answer.json() : {};
  const wait = Number(answer.headers.get("retry-after"));
  const again = wait ? ` Back in about ${Math.ceil(wait / 60)} min.` : "";
  element("notice-text").textContent =
    (problem.detail ?? problem.title ?? "We are working on it and will be back.") + again;
  show("maintenance", "Maintenance");
}

async function look() {
  try {
    const answer = await fetch("/api/orders", { headers: { accept: "application/json" } });
    if (answer.status === 503) await showMaintenance(answer);
    else if (answer.ok) showOrders(await answer.json());
    else show("lost", `The API answered ${answer.status}`);
  } catch {
    show("lost", "No connection");
  }
  setTimeout(look, SECONDS * 1000);
}

look();
