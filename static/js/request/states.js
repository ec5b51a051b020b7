// The switch of a parameter: not sent, null, a value. Pegs, counts and the tape follow it at once.
const LOOKS = { absent: "", null: "null", value: "on" };

export function chosen(form, radio) {
  const field = radio.closest(".field");
  field.dataset.state = radio.value;
  if (radio.value === "value") {
    enter(field.querySelector(":scope > .field__control"));
  }
  pegs(form);
}

// Into the first thing that can be typed into; else the first that can be chosen.
export function enter(control) {
  const seen = (selector) => [...control.querySelectorAll(selector)].find((each) => each.checkVisibility());
  const box = "textarea, input:not([type=hidden], [type=range], [type=radio], [type=checkbox], [type=file])";
  (seen(box) ?? seen("select, input:not([type=hidden], .state), button"))?.focus();
}

export function pegs(form) {
  const pane = form.closest(".pane");
  for (const field of form.querySelectorAll("#form > .fields > .field, .group > .fields > .field")) {
    const name = field.dataset.at;
    const state = field.querySelector(":scope > .states :checked")?.value ?? "absent";
    for (const peg of pane.querySelectorAll(`[data-peg="${CSS.escape(name)}"]`)) {
      for (const [other, look] of Object.entries(LOOKS)) if (look) peg.classList.toggle(look, other === state);
    }
  }
  count(pane);
}

export function count(pane) {
  const set = (root) => root.querySelectorAll("[data-peg]:is(.on, .null)").length;
  for (const group of pane.querySelectorAll(".group")) {
    const number = group.querySelector("[data-group-set]");
    if (number) number.textContent = set(group.querySelector("summary"));
  }
  const tape = pane.querySelector(".pegs--tape");
  if (tape) for (const place of pane.querySelectorAll("[data-set-count]")) place.textContent = set(tape);
}
