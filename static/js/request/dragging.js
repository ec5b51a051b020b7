// Cards can be taken by their grip and put elsewhere in their list. The buttons do the same for the keyboard.
let taken = null;

export function dragstart(event) {
  if (!event.target.matches?.("[data-grip]")) return;
  taken = event.target.closest("[data-item]");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(taken, 12, 12);
  taken.dataset.taken = "";
}

export function dragover(event) {
  const over = event.target.closest?.("[data-item]");
  const list = taken?.parentElement;
  if (!taken || !list?.contains(event.target)) return;
  event.preventDefault();
  const here = [...list.children].find((item) => item === over || item.contains(over));
  if (!here || here === taken) return;
  const { top, height } = here.getBoundingClientRect();
  if (event.clientY < top + height / 2) here.before(taken);
  else here.after(taken);
}

export function drop(event) {
  if (taken) event.preventDefault();
}

export function dragend(event) {
  if (!taken) return;
  delete taken.dataset.taken;
  taken = null;
  event.target.closest("form")?.dispatchEvent(new CustomEvent("rows"));
}
