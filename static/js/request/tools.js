// tool_choice offers the tools that are there, as buttons under its control.
export function offerTools(form) {
  const field = form.querySelector('.field[data-at="tool_choice"]');
  if (!field || field.dataset.state !== "value") return;
  const chat = form.querySelector('[name="~endpoint"]').value === "chat";
  const offers = [...form.querySelectorAll('[data-list][data-at="tools"] > [data-items] > [data-item]')].map((card) => offer(card, chat)).filter(Boolean);
  const place = field.querySelector("[data-offers]") ?? field.querySelector(":scope > .field__control").appendChild(made());
  place.hidden = !offers.length;
  place.replaceChildren(...offers.map(({ label, value }) => button(label, value)));
}

function offer(card, chat) {
  const at = card.dataset.at;
  const text = (name) => card.querySelector(`[name="${CSS.escape(`${at}.${name}`)}"]`)?.value ?? "";
  const type = card.querySelector(`[name="${CSS.escape(`${at}~form`)}"]`)?.value.split("=")[1];
  if (!type) return null;
  if (type === "function" || type === "custom") {
    const name = text(chat ? `${type}.name` : "name");
    return name && { label: name, value: chat ? { type, [type]: { name } } : { type, name } };
  }
  if (type === "mcp") return { label: `mcp ${text("server_label")}`, value: { type, server_label: text("server_label") } };
  return { label: type, value: { type } };
}

function made() {
  const place = document.createElement("div");
  place.className = "row";
  place.dataset.offers = "";
  return place;
}

function button(label, value) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "chip";
  made.dataset.pick = JSON.stringify(value);
  made.textContent = label;
  return made;
}
