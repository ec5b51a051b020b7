// A piece of the form drawn anew by the server: another form of a union, a new card, JSON instead of a control.
import { bind } from "../main.js";
import { post } from "./sending.js";
import { enter } from "./states.js";

export async function act(form, source) {
  const order = orderOf(source);
  if (!order) return;
  const { around, into, put, values, focus } = order;
  const pairs = [...named(around), ...Object.entries({ ...values, "~address": around.dataset.address, "~at": around.dataset.at })];
  const answer = await post(form.dataset.partUrl, pairs);
  if (!answer.ok) return;
  const html = await answer.text();
  if (put === "end") into.insertAdjacentHTML("beforeend", html);
  else if (put === "whole") into.outerHTML = html;
  else into.innerHTML = html;
  const fresh = put === "end" ? into.lastElementChild : put === "whole" ? document.getElementById(into.id) : into;
  settle(form, fresh, put, focus);
}

function orderOf(source) {
  const kind = source.dataset.swap;
  const field = source.closest(".field");
  if ("add" in source.dataset) {
    const around = source.closest("[data-list]");
    const option = source.dataset.add || around.querySelector(":scope > [data-starts] [data-start]")?.value || "";
    return { around: bare(around), into: around.querySelector(":scope > [data-items]"), put: "end", values: { "~do": "add", "~option": option }, focus: true };
  }
  if ("reset" in source.dataset) return { around: bare(field), into: field, put: "whole", values: { "~do": "blank" }, focus: true };
  if ("pick" in source.dataset) {
    return { around: bare(field), into: field.querySelector(":scope > .field__control"), values: { "~do": "set", "~value": source.dataset.pick } };
  }
  if (kind === "card") {
    const around = source.closest("[data-item]");
    return { around, into: around, put: "whole", values: { "~do": "card" }, focus: true };
  }
  if (kind === "form") {
    const around = source.closest("[data-union], [data-item]");
    const was = around.dataset.was ?? initial(source);
    const option = source.value;
    around.dataset.was = option;
    return { around, into: around.querySelector(":scope > [data-part]"), values: { "~do": "form", "~option": option, "~was": was } };
  }
  if (kind === "strict") {
    const around = source.closest("[data-json]");
    return { around, into: around.parentElement, values: { "~do": "strict" } };
  }
  if (kind === "raw" || kind === "control") {
    return { around: field, into: field.querySelector(":scope > .field__control"), values: { "~do": kind }, focus: true };
  }
}

// The form that was chosen when this piece was drawn.
function initial(source) {
  if (source.type !== "radio") return [...source.options].find((option) => option.defaultSelected)?.value ?? source.options[0].value;
  return [...source.form.elements.namedItem(source.name)].find((radio) => radio.defaultChecked)?.value ?? "";
}

const bare = (element) => ({ dataset: element.dataset, bare: true });

function named(around) {
  if (around.bare) return [];
  const pairs = [];
  for (const input of around.querySelectorAll("[name]")) {
    if ((input.type === "radio" || input.type === "checkbox") && !input.checked) continue;
    if (input.type !== "file") pairs.push([input.name, input.value]);
  }
  return pairs;
}

function settle(form, fresh, put, focus) {
  for (const field of fresh?.querySelectorAll(".field") ?? []) field.dataset.fresh = "";
  if (fresh) bind(fresh);
  if (focus && fresh) enter(fresh.querySelector(":scope > [data-part]") ?? fresh);
  form.dispatchEvent(new CustomEvent("rows"));
}
