"use strict";
const element = (id, page = document) => page.getElementById(id);
const show = (id, text) => {
  const found = element(id);
  if (found && found.textContent !== text) found.textContent = text;
};

// What the page says about the maintenance. A site's own page may lack any of it.
const facts = document.querySelector("main")?.dataset ?? {};
const language = (() => {
  try {
    return Intl.getCanonicalLocales(document.documentElement.lang)[0];
  } catch {
    return undefined; // the browser's
  }
})();

// The visitor's clock may be wrong; each answer has the time.
let skew = 0;
const now = () => Date.now() + skew;
// Of a page that was overdue when it came, the end is not known, but has just passed for its visitor.
let passed = Date.now();
const end = () => facts.end ? Date.parse(facts.end) : facts.overdue ? passed + skew : NaN;
const left = () => (end() - now()) / 1000;

// A quarter of the time to the end, or since then, but not more often than every 40 seconds; at
// random between half and one and a half of that. So in no second do more than 1 of 25 pages ask,
// even if all of them came in the same one: their number has a peak of 1.5 / 40 after a minute.
const pause = (seconds = left(), random = Math.random()) => {
  const most = Number(facts.retryAfter) || 300;
  const near = Math.max(Math.abs(seconds) / 4, 40);
  return (near < most ? near : most) * (0.5 + random);
};

const unit = (number, name) =>
  new Intl.NumberFormat(language, { style: "unit", unit: name, unitDisplay: "long" })
    .format(number).replace(" ", "\u00a0");

const duration = (seconds) => {
  const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].map(([name, size]) => {
    const whole = Math.floor(seconds / size);
    seconds -= whole * size;
    return [whole, name];
  });
  const first = parts.findIndex(([whole]) => whole > 0);
  return parts.slice(first, first + 2).map(([whole, name]) => unit(whole, name)).join(" ");
};

// In tens of seconds, so that it does not distract.
const ago = (elapsed) => {
  const seconds = Math.max(elapsed, 0); // a clock may be set back
  const [whole, name] = seconds < 60 ? [Math.floor(seconds / 10) * 10, "second"] : [Math.floor(seconds / 60), "minute"];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-whole, name);
};

// Date and time, in two pieces, so that a narrow page breaks the line between them.
const showEnd = () => {
  if (!facts.end) return;
  const parts = new Intl.DateTimeFormat(language, {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short",
  }).formatToParts(end());
  const between = Math.max(parts.findIndex(({ type }) => ["hour", "dayPeriod"].includes(type)) - 1, 0);
  const pieces = [parts.slice(0, between), parts.slice(between)].flatMap((each) => {
    const piece = document.createElement("span");
    piece.textContent = each.map(({ value }) => value).join("").trim();
    return [piece, " "];
  });
  element("end")?.replaceChildren(...pieces);
  element("end")?.setAttribute("datetime", facts.end);
  element("countdown")?.removeAttribute("hidden");
};

let checked = Date.now();
const tick = () => {
  const seconds = Math.ceil(left());
  if (seconds > 0) show("left", duration(seconds));
  const isOver = seconds <= 0;
  // It may also take back what a wrong clock said.
  if (facts.end && isOver !== Boolean(facts.overdue)) {
    facts.overdue = isOver ? "true" : "";
    show("news", isOver ? element("overdue")?.textContent ?? "" : "");
  }
  const text = element("checked")?.dataset.text ?? "";
  show("checked", text.replace("{ago}", ago((Date.now() - checked) / 1000)));
};

// A new message or end, in place, so that the reader is not interrupted.
const takeOver = (fresh) => {
  const theirs = fresh.querySelector("main")?.dataset;
  if (!theirs?.version) return;
  if (facts.end) passed = Math.min(end(), now()) - skew;
  Object.assign(facts, theirs);
  document.title = fresh.title;
  for (const id of ["heading", "message", "end"]) {
    const found = element(id, fresh);
    if (found) element(id)?.replaceChildren(...found.childNodes);
  }
  showEnd();
  tick();
  const said = ["message", "end"].map((id) => element(id)?.textContent);
  show("news", said.filter(Boolean).join(" "));
};

// As when a person navigates, so that the answer is the one that the page came with.
const request = (method) => fetch(location.href, {
  method, cache: "no-store", redirect: "manual", headers: { accept: "text/html" },
  signal: AbortSignal.timeout?.(20000), // or a network that hangs would end the questions
});

// A reload would repeat the POST of a form, but only a reload loads an address with a fragment again.
const enter = () => location.hash ? location.reload() : location.replace(location.href);

const check = async () => {
  // Some origins answer only GET, and HEAD with an error.
  for (const method of ["HEAD", "GET"]) {
    const answer = await request(method);
    if (!answer.headers.has("x-maintenance")) {
      if (answer.status < 500) return enter();
      continue;
    }
    checked = Date.now();
    skew = Date.parse(answer.headers.get("date")) - checked || 0;
    const version = answer.headers.get("etag");
    if (facts.version && version && !version.includes(facts.version)) {
      const page = await request("GET");
      if (page.headers.has("x-maintenance")) takeOver(new DOMParser().parseFromString(await page.text(), "text/html"));
    }
    return;
  }
};

let asked = Date.now(), due = Infinity, timer;
const plan = (seconds) => {
  const at = Date.now() + seconds * 1000;
  if (at >= due) return;
  due = at;
  clearTimeout(timer);
  timer = setTimeout(ask, seconds * 1000);
};

const ask = async () => {
  asked = Date.now();
  try {
    await check();
  } catch {
    // Offline: the next check may succeed.
  }
  // Also after `enter`, which the browser may refuse.
  due = Infinity;
  plan(pause());
};

// A person who looks at the page again waits no longer, but does not make it ask all the time.
const askSoon = (seconds) => plan(Math.max(seconds, 10 - (Date.now() - asked) / 1000));

// First what returns visitors to the site, then what is only shown. A page that came before its end
// by the server's clock, and after it by the visitor's, asks soon what time it is.
plan(facts.end && left() <= 0 ? Math.random() * 20 : pause());
addEventListener("focus", () => askSoon(0));
document.addEventListener("visibilitychange", () => document.hidden || askSoon(0));
// A network returns to many at once.
addEventListener("online", () => askSoon(Math.random() * 20));
element("returns")?.removeAttribute("hidden");
showEnd();
tick();
setInterval(tick, 1000);
