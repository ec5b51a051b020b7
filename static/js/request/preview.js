// Shows exactly what Run would send, in a dialog.
import { entries, post } from "./sending.js";
import { bind } from "../main.js";

export async function show(form, button, extra = {}) {
  const answer = await post(button.dataset.preview, entries(form, extra));
  if (!answer.ok) return;
  const dialog = document.getElementById("preview");
  dialog.innerHTML = await answer.text();
  bind(dialog);
  dialog.querySelector("[data-preview-whole]")?.addEventListener("click", () => show(form, button, { "~whole": "1" }));
  for (const link of dialog.querySelectorAll("[data-change]")) link.remove();
  if (!dialog.open) dialog.showModal();
}
