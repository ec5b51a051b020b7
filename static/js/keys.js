// The keys. Buttons and links say themselves what they answer to: data-key="run", data-key="stop", data-go="w";
// #sessions, #request and #run are the panes.
import { open } from "./dialog.js";

const PANES = { s: "sessions", r: "request", o: "run" };
let going = 0; // when g was pressed

export function press(event) {
  const key = latin(event);
  if (key === "Enter") return runOrStop(event.target);
  if (key === "Escape") return close(event);
  const went = Date.now() - going < 1500;
  going = key === "g" ? Date.now() : 0;
  if (went) go(key);
  else if (key === "/") seen("[data-find]")?.focus();
  else if (key === "?") open("keys");
}

// What stands on the key, on a keyboard of another script: its place says which it is.
export function latin({ key, code, shiftKey }) {
  if (key.charCodeAt(0) < 128) return key;
  if (code === "Slash") return shiftKey ? "?" : "/";
  return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
}

function seen(selector) {
  return [...document.querySelectorAll(selector)].find((element) => !element.disabled && element.checkVisibility());
}

function runOrStop(target) {
  if (document.querySelector("dialog[open]")) return;
  const next = target.closest("[data-next] :is(textarea, input, select)")?.form;
  if (next) return next.querySelector('[type="submit"]:not([form], [name])')?.click(); // what one writes in is what one sends
  const unseen = document.querySelector('#run [data-key="run"]'); // there is no room for it
  (seen('[data-key="stop"]') ?? seen('[data-key="run"]') ?? unseen)?.click();
}

function close(event) {
  const menu = document.querySelector("[data-menu][open]");
  if (menu) {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
  } else if (matchMedia("(50rem <= width < 80rem)").matches && document.querySelector(".pane--sessions:target")) {
    location.hash = "#request"; // the sessions lie over the request there
  } else if (!event.defaultPrevented && !document.querySelector("dialog[open]") && !event.target.closest("input, textarea, select")) {
    seen('[data-key="stop"]')?.click();
  }
}

function go(letter) {
  const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  if (link) return link.click();
  const pane = PANES[letter] && document.getElementById(PANES[letter]);
  if (!pane) return;
  if (!pane.checkVisibility()) location.hash = pane.id;
  pane.querySelector(".pane__body")?.focus();
}
