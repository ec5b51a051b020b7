// A number box and its slider say the same; arrow keys count in steps. The box is a text box, so that nothing that
// was typed is ever thrown away by the browser.
export function slid(slider) {
  const box = slider.parentElement.querySelector("[data-box]");
  box.value = slider.value;
}

export function typed(box) {
  const slider = box.parentElement.querySelector("[data-slide]");
  const value = Number(box.value.replace(",", "."));
  if (slider && box.value.trim() && Number.isFinite(value)) slider.value = value;
}

export function step(event) {
  const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  if (!way) return;
  event.preventDefault();
  const box = event.target;
  const slider = box.parentElement.querySelector("[data-slide]");
  const size = Number(box.parentElement.dataset.step) || 1;
  const places = (String(size).split(".")[1] ?? "").length;
  const from = box.value.trim() ? Number(box.value.replace(",", ".")) : Number(slider?.value ?? 0) - way * size;
  if (!Number.isFinite(from)) return;
  let value = from + way * size;
  if (slider) value = Math.min(Number(slider.max), Math.max(Number(slider.min), value));
  box.value = Number(value.toFixed(Math.max(places, (String(from).split(".")[1] ?? "").length)));
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
