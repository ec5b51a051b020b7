// What a person asked for has come, in a pane that a narrow screen does not show: the address goes there, and so does
// the focus, to the button that stops it. A step of its own in the history, so that Back is back at the request.
export function attach(arrived) {
  const pane = arrived.closest(".pane");
  if (!pane || pane.checkVisibility()) return;
  location.hash = pane.id;
  const button = [...pane.querySelectorAll("[data-key]")].find((each) => each.checkVisibility());
  (button ?? pane.querySelector(".pane__body"))?.focus({ preventScroll: true });
}
