// Poll the API every few seconds and show the response; a 503 means maintenance.

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

async function showMaintenance(response) {
  const type = response.headers.get("content-type") ?? "";
  const problem = /json/.test(type) ? await response.json() : {};
  // Not by Retry-After, which is an hour at most.
  const minutes = problem.until ? Math.ceil((new Date(problem.until) - Date.now()) / 60_000) : 0;
  const again = minutes > 0 ? ` Back in about ${minutes} min.` : "";
  element("notice-text").textContent =
    (problem.detail ?? problem.title ?? "We are working on it and will be back.") + again;
  show("maintenance", "Maintenance");
}

async function poll() {
  try {
    const response = await fetch("/api/orders", { headers: { accept: "application/json" } });
    if (response.status === 503) await showMaintenance(response);
    else if (response.ok) showOrders(await response.json());
    else show("lost", `The API answered ${response.status}`);
  } catch {
    show("lost", "No connection");
  }
  setTimeout(poll, SECONDS * 1000);
}

poll();
