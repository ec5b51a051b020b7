// One click that changes the whole: the other view, the other endpoint, a fix, an example, reset. The pane comes back
// from the server; place, open groups and focus stay.
import { bind } from "../main.js";
import { entries, post } from "./sending.js";
import { tell } from "./elsewhere.js";
import { kept } from "./kept.js";
import { settled } from "./saving.js";

let last = Promise.resolve();

// One after the other: each begins with what the one before has made.
export function change(form, source, event) {
  event.preventDefault();
  if (source.getAttribute("aria-current") === "true") return;
  const pane = form.closest(".pane");
  const go = () => ask(pane, source);
  last = last.then(go, go);
}

async function ask(pane, source) {
  const form = pane.querySelector("[data-request]");
  const values = { "~do": source.dataset.change };
  if (source.dataset.fix) values["~fix"] = source.dataset.fix;
  const pairs = entries(form, values);
  settled(form);
  const answer = await post(form.dataset.changeUrl, pairs);
  if (!answer.ok) return;
  tell(form);
  kept(form);
  put(pane, await answer.text(), source);
}

export function put(pane, html, source) {
  const kept = keep(pane, source);
  const place = pane.querySelector("#request-pane");
  place.innerHTML = html;
  htmx.process(place);
  bind(place);
  kept();
}

function keep(pane, source) {
  const scroll = pane.querySelector(".pane__body").scrollTop;
  const folds = new Map([...pane.querySelectorAll("details.group")].map((group) => [group.dataset.group, group.open]));
  const path = source?.closest("[data-path]")?.dataset.path;
  const told = source?.closest(".field")?.id;
  const same = source?.dataset.change;
  return () => {
    for (const group of pane.querySelectorAll("details.group")) if (folds.get(group.dataset.group)) group.open = true;
    pane.querySelector(".pane__body").scrollTop = scroll;
    const field = path && told && document.getElementById(told);
    if (field) field.querySelector(".state:checked, input, textarea, select")?.focus();
    else if (same) again(pane, same).focus({ preventScroll: true });
  };
}

// What was pressed, if it can still be seen; else the form itself: the next Tab goes into it.
function again(pane, same) {
  const buttons = [...pane.querySelectorAll(`[data-change="${CSS.escape(same)}"]`)];
  return buttons.find((button) => button.checkVisibility()) ?? pane.querySelector(".pane__body");
}
