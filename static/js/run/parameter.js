// <a href="#request" data-show-parameter="max_output_tokens">: to the row of the form that this is about.
export function act(link, event) {
  const name = CSS.escape(link.dataset.showParameter.split(".")[0]);
  const row = document.querySelector(`#request-form .field[data-parameter="${name}"]`);
  if (!row) return;
  event.preventDefault();
  if (!row.closest(".pane").checkVisibility()) location.hash = "request";
  for (let around = row; around; around = around.parentElement) if (around.tagName === "DETAILS") around.open = true;
  row.scrollIntoView({ block: "center" });
  row.querySelector("input:checked, input, select, textarea")?.focus({ preventScroll: true });
}
