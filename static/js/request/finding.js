// Find a parameter by its name or help; show only what is set.
export function find(form, text) {
  const wanted = text.trim().toLowerCase();
  let seen = 0;
  for (const group of form.querySelectorAll("details.group[data-group]:not([data-group=extra])")) {
    let inside = 0;
    for (const field of group.querySelectorAll(":scope > .fields > .field")) {
      field.hidden = Boolean(wanted) && !matches(field, wanted);
      inside += field.hidden ? 0 : 1;
    }
    group.hidden = !inside;
    if (wanted && inside) group.open = true;
    seen += inside;
  }
  form.querySelector("[data-none]").hidden = seen > 0;
}

function matches(field, wanted) {
  if (field.dataset.parameter.toLowerCase().includes(wanted)) return true;
  if (field.querySelector(":scope > .field__about > summary").textContent.toLowerCase().includes(wanted)) return true;
  return [...field.querySelectorAll("[data-parameter]")].some((inner) => inner.dataset.parameter.toLowerCase().includes(wanted));
}

export function onlySet(form, button) {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", on);
  form.toggleAttribute("data-only-what-is-set", on);
  if (on) for (const group of form.querySelectorAll("details.group")) group.open = true;
}
