// Whoever works by keyboard keeps their place when a part of the page is replaced under them: the same control if it
// is there again, else the first one in its place, else the box around it.
const CONTROLS = "button:not(:disabled), a[href], summary, input:not([type=hidden], :disabled), textarea, select";
const SOON = 3000; // ms: replacements overlap, and the second begins when the first has taken the focus already
let last = null;

export function attach() {
  document.addEventListener("htmx:beforeRequest", remember); // a button that is disabled meanwhile loses the focus
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:afterSettle", restore);
}

export function keepFocus(change) {
  remember();
  change();
  restore();
}

function remember() {
  const held = document.activeElement;
  if (!held || held === document.body) return;
  const around = [];
  for (let box = held.parentElement; box && box !== document.body; box = box.parentElement) around.push(box);
  last = { held, around, at: Date.now(), id: held.id, name: held.name, key: held.dataset.key };
}

function restore() {
  const now = document.activeElement;
  if (!last || Date.now() - last.at > SOON || (now && now !== document.body)) return;
  const within = last.around.find((box) => box.isConnected && box.checkVisibility());
  if (!within) return;
  const again =
    (last.held.isConnected && last.held) ||
    (last.id && document.getElementById(last.id)) ||
    (last.key && within.querySelector("[data-key]")) ||
    (last.name && within.querySelector(`[name="${CSS.escape(last.name)}"]`)) ||
    within.querySelector(CONTROLS) ||
    within.closest("[tabindex]");
  again?.focus({ preventScroll: true });
}
