// Rows and cards: adding happens by itself or by a button, removing and moving here. Items go by ids, so moving one
// renames nothing.
import { say, word } from "../words.js";
import { pairs } from "./limits.js";

export function act(form, button) {
  if (button.dataset.move) return move(form, button);
  const row = button.closest(button.dataset.drop);
  const list = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (list.dataset.grows && row === lastOf(list)) return;
  row.remove();
  (next?.querySelector("input:not([type=hidden]), textarea, select, button") ?? list.closest("[data-list]")?.querySelector("[data-starts] :is(select, button)"))?.focus();
  if (list.dataset.grows) pairs(list);
  form.dispatchEvent(new CustomEvent("rows"));
}

export function fold(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", open);
  button.closest("[data-item]").toggleAttribute("data-folded", !open);
}

function move(form, button) {
  const item = button.closest("[data-item]");
  const other = button.dataset.move === "up" ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (button.dataset.move === "up") other.before(item);
  else other.after(item);
  button.focus();
  const all = [...item.parentElement.children];
  say(word("moved", { place: all.indexOf(item) + 1, all: all.length }));
  form.dispatchEvent(new CustomEvent("rows"));
}

// The last row of tags or pairs is always empty: typing into it makes the next one.
export function grow(target) {
  const list = target.closest("[data-grows]");
  const row = target.closest(list?.dataset.grows ?? "none");
  if (!list || row !== lastOf(list) || !target.value) return;
  const template = list.querySelector(":scope > template");
  const blank = template ? template.content.firstElementChild.cloneNode(true) : row.cloneNode(true);
  if (template) rename(blank, `n${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`);
  for (const box of blank.querySelectorAll("input:not([type=hidden]), textarea")) box.value = "";
  row.after(blank);
  pairs(list);
}

const lastOf = (list) => [...list.querySelectorAll(`:scope > ${list.dataset.grows}`)].at(-1);

function rename(row, id) {
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      if (attribute.value.includes("~new~")) attribute.value = attribute.value.replaceAll("~new~", id);
    }
  }
}
