// The keys of the presenter's page: also those of a clicker, which are PageUp and PageDown.
import { latin } from "../keys.js";

const TYPED = "input, textarea, select";
const DETAILS = "stage-details";
const find = (name) => document.querySelector(`[data-stage-${name}]`);

export function listen(on) {
  const acts = {
    ArrowRight: () => on.step(forward()),
    ArrowLeft: () => on.step(-forward()),
    PageDown: () => on.step(1),
    PageUp: () => on.step(-1),
    " ": on.toggle,
    r: on.replay,
    i: details,
    f: full,
    t: () => document.querySelector("[data-theme-toggle]").click(),
  };
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    const key = latin(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (key === "Escape") return leave(event);
    if (target.closest(TYPED) && !key.startsWith("Page")) return;
    if (key === " " && target.closest("button, a, summary")) return;
    const act = /^[1-9]$/.test(key) ? () => on.choose(key - 1) : acts[key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  find("details").addEventListener("click", details);
  find("full").addEventListener("click", full);
  tell(localStorage.getItem(DETAILS) === "shown");
}

const forward = () => (document.dir === "rtl" ? -1 : 1);

// Out of a box first, then off the stage. (Esc in full screen is the browser's.)
function leave(event) {
  event.preventDefault();
  if (event.target.closest(TYPED)) event.target.blur();
  else location.assign(find("leave").href);
}

function details() {
  const shown = !("details" in document.querySelector("[data-stage]").dataset);
  localStorage.setItem(DETAILS, shown ? "shown" : "");
  tell(shown);
}

function tell(shown) {
  document.querySelector("[data-stage]").toggleAttribute("data-details", shown);
  find("details").setAttribute("aria-pressed", shown);
}

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}
