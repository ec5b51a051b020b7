// The text of an answer as the model wrote it: copied, or shown in the place of what was made of it.
// <button data-source="copy" data-copy-name="Answer">, <button data-source="raw" aria-pressed="false">
import { ask } from "../asking.js";
import { copy } from "../copy.js";

export async function act(button) {
  const slot = button.closest("[data-place]");
  const box = slot.querySelector(".fold__body") ?? slot;
  const shown = box.querySelector(":scope > .raw");
  if (button.dataset.source === "raw" && shown) return toggle(box, shown, button);
  const text = await source(slot);
  if (text === null) return;
  if (button.dataset.source === "copy") return copy(button, text);
  const raw = document.createElement("pre");
  raw.className = "raw tail";
  raw.tabIndex = 0;
  raw.dir = "auto";
  raw.textContent = text;
  raw.hidden = true;
  box.querySelector(":scope > :is(.output, .problem, .card, .contents)").before(raw);
  toggle(box, raw, button);
}

function toggle(box, raw, button) {
  raw.hidden = !raw.hidden;
  for (const made of box.querySelectorAll(":scope > :is(.output, .problem, .card, .contents)")) made.hidden = !raw.hidden;
  button.setAttribute("aria-pressed", !raw.hidden);
}

async function source(slot) {
  const { sourceUrl: url } = slot.closest("[data-run]").dataset;
  const answer = await ask(`${url}?place=${encodeURIComponent(slot.dataset.place)}`);
  return answer.ok ? answer.text() : null;
}
