// Panes whose edges can be taken and moved, by hand or by arrow keys; the widths are kept in this browser.
// On a narrow screen the address chooses the pane, and the tabs above say which one is shown.
const LIMITS = { sessions: [176, 352], request: [320, 720] };
const KEPT = "panes";

export function attach(bench) {
  const kept = read();
  for (const sash of bench.querySelectorAll("[data-sash]")) {
    const name = sash.dataset.sash;
    if (kept[name]) set(bench, name, kept[name]);
    tell(sash, name);
    sash.addEventListener("pointerdown", (event) => drag(bench, sash, name, event));
    sash.addEventListener("keydown", (event) => step(bench, sash, name, event));
    sash.addEventListener("dblclick", () => forget(bench, sash, name));
  }
  addEventListener("hashchange", markTab);
  markTab();
  bench.dataset.ready = "";
}

const paneOf = (name) => document.getElementById(name);
const forward = (pane) => (getComputedStyle(pane).direction === "rtl" ? -1 : 1);

function drag(bench, sash, name, start) {
  if (start.button) return;
  start.preventDefault();
  const pane = paneOf(name);
  const from = pane.getBoundingClientRect().width;
  sash.setPointerCapture(start.pointerId);
  sash.dataset.moving = "";
  const move = (event) => set(bench, name, from + (event.clientX - start.clientX) * forward(pane));
  const end = () => {
    sash.removeEventListener("pointermove", move);
    delete sash.dataset.moving;
    keep(sash, name);
  };
  sash.addEventListener("pointermove", move);
  sash.addEventListener("lostpointercapture", end, { once: true });
}

function step(bench, sash, name, event) {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!way) return;
  event.preventDefault();
  const pane = paneOf(name);
  set(bench, name, pane.getBoundingClientRect().width + 16 * way * forward(pane));
  keep(sash, name);
}

function set(bench, name, width) {
  const [least, most] = LIMITS[name];
  bench.style.setProperty(`--${name}-pane`, `${Math.round(Math.min(most, Math.max(least, width)))}px`);
}

function forget(bench, sash, name) {
  bench.style.removeProperty(`--${name}-pane`);
  const { [name]: gone, ...rest } = read();
  localStorage.setItem(KEPT, JSON.stringify(rest));
  tell(sash, name);
}

function keep(sash, name) {
  localStorage.setItem(KEPT, JSON.stringify({ ...read(), [name]: Math.round(paneOf(name).getBoundingClientRect().width) }));
  tell(sash, name);
}

function tell(sash, name) {
  const [least, most] = LIMITS[name];
  const now = Math.round(paneOf(name).getBoundingClientRect().width);
  sash.setAttribute("aria-valuenow", Math.round((100 * (now - least)) / (most - least)));
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function markTab() {
  const links = document.querySelectorAll("[data-pane-switch] a");
  const here = [...links].find((link) => link.hash === location.hash) ?? document.querySelector("[data-pane-switch] [data-first]");
  for (const link of links) {
    if (link === here) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
