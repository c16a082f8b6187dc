"use strict";
const element = (id) => document.getElementById(id);
const { retryAfter, end: until } = document.querySelector("main")?.dataset ?? {};
const language = document.documentElement.lang;
const retrySeconds = Number(retryAfter) || 300;
const end = until ? Date.parse(until) : NaN;

// Minutes and hours in the page's language, the time of day in the visitor's own zone.
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

const showEnd = () => {
  element("end").textContent = new Intl.DateTimeFormat(language, {
    weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short",
  }).format(end);
  const tick = () => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    element("left").textContent = seconds > 0 ? duration(seconds) : element("left").dataset.over;
    if (seconds > 0) setTimeout(tick, 1000 - (Date.now() % 1000));
  };
  element("countdown").hidden = false;
  tick();
};

// At random, so that visitors do not all return in the same second.
const pause = () => {
  const spread = retrySeconds * (0.5 + Math.random());
  const left = (end - Date.now()) / 1000;
  return left > 0 && left < spread ? left + Math.random() * Math.min(retrySeconds, 60) : spread;
};

// Some origins answer only GET, and HEAD with an error.
const isBack = async () => {
  for (const method of ["HEAD", "GET"]) {
    const answer = await fetch(location.href, { method, cache: "no-store", redirect: "manual" });
    if (answer.headers.has("x-maintenance")) return false;
    if (answer.status < 500) return true;
  }
  return false;
};

// A reload would repeat the POST of a form, but only a reload loads an address with a fragment again.
const enter = () => location.hash ? location.reload() : location.replace(location.href);

const check = async () => {
  try {
    if (await isBack()) enter();
  } catch {
    // Offline: the next check may succeed.
  }
  // Also after `enter`, which the browser may refuse.
  wait();
};

const wait = () => setTimeout(check, pause() * 1000);

// First what returns visitors to the site, then what is only shown.
wait();
element("returns")?.removeAttribute("hidden");
if (!Number.isNaN(end)) showEnd();
