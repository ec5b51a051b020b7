// A JSON Schema as rows, one for each property of its outermost object. The text stays what counts: a row changes what
// it shows and nothing else, and a text that JavaScript could not write back letter by letter is left to the JSON view.
import { enter } from "./states.js";

const BLANK = '{"type": "object", "properties": {}}';
const TYPES = ["string", "number", "integer", "boolean", "array", "object"];
const open = new Set(); // the schemas that were last seen as rows, by the name of their control

export function attach(control) {
  const views = control.querySelector("[data-views]");
  views.hidden = false;
  views.addEventListener("click", ({ target }) => {
    const view = target.closest("[data-view]")?.dataset.view;
    if (view === "rows" && draw(control)) enter(rowsOf(control));
    if (view === "json") show(control, "json");
  });
  const rows = rowsOf(control);
  rows.addEventListener("input", () => write(control));
  rows.addEventListener("click", (event) => press(control, event));
  if (open.has(control.dataset.at)) draw(control);
}

const areaOf = (control) => control.querySelector(":scope > textarea");
const rowsOf = (control) => control.querySelector("[data-properties]");

function show(control, view) {
  for (const button of control.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", button.dataset.view === view);
  areaOf(control).hidden = view === "rows";
  rowsOf(control).hidden = view !== "rows";
  control.querySelector("[data-no-rows]").hidden = true;
  if (view === "rows") open.add(control.dataset.at);
  else open.delete(control.dataset.at);
}

function draw(control) {
  const schema = read(areaOf(control).value);
  if (!schema) {
    show(control, "json");
    control.querySelector("[data-no-rows]").hidden = false;
    return false;
  }
  control.schema = schema;
  const required = new Set(schema.required ?? []);
  const list = rowsOf(control).querySelector("ol");
  list.replaceChildren(...Object.entries(schema.properties ?? {}).map(([name, property]) => row(control, name, property, required.has(name))));
  rowsOf(control).querySelector("[data-closed]").checked = schema.additionalProperties === false;
  show(control, "rows");
  return true;
}

// The schema, if rows can show it and JavaScript would write it back as it was: no key twice, no number it rounds.
function read(text) {
  try {
    const schema = JSON.parse(text.trim() || BLANK);
    if (JSON.stringify(schema) !== compact(text.trim() || BLANK)) return null;
    const { type, properties = {}, required = [] } = schema;
    const plain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
    if (!plain(schema) || (type !== undefined && type !== "object") || !plain(properties) || !Array.isArray(required)) return null;
    if (!Object.values(properties).every(plain)) return null;
    return type ? schema : { type: "object", ...schema };
  } catch {
    return null;
  }
}

const compact = (text) => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (all, string) => string ?? "");

function row(control, name, property, required) {
  const made = rowsOf(control).querySelector("template").content.firstElementChild.cloneNode(true);
  const at = (part) => made.querySelector(`[data-of=${part}]`);
  at("name").value = name;
  at("required").checked = required;
  at("description").value = typeof property.description === "string" ? property.description : "";
  for (const type of TYPES) at("type").add(new Option(type, type));
  const type = typeof property.type === "string" ? property.type : "";
  if (!TYPES.includes(type)) at("type").add(new Option(kind(property), ""), 0);
  at("type").value = TYPES.includes(type) ? type : "";
  made.property = property;
  return made;
}

const kind = ({ type, enum: values, $ref, anyOf }) => (type ? JSON.stringify(type) : values ? "enum" : $ref ? "$ref" : anyOf ? "anyOf" : "…");

function press(control, { target }) {
  const list = rowsOf(control).querySelector("ol");
  if (target.closest("[data-more]")) {
    list.append(row(control, "", { type: "string" }, control.schema.additionalProperties === false));
    list.lastElementChild.querySelector("[data-of=name]").focus();
  }
  const dropped = target.closest("[data-less]")?.closest("li");
  if (!dropped) return;
  const next = dropped.nextElementSibling ?? dropped.previousElementSibling;
  dropped.remove();
  (next?.querySelector("[data-of=name]") ?? rowsOf(control).querySelector("[data-more]")).focus();
  write(control);
}

// A property without a name is not there yet, and of two with one name the second waits for another.
function write(control) {
  const { schema } = control;
  const properties = {};
  const required = [];
  for (const made of rowsOf(control).querySelectorAll("li")) {
    const at = (part) => made.querySelector(`[data-of=${part}]`);
    const name = at("name").value;
    const taken = Object.hasOwn(properties, name);
    if (taken) at("name").setAttribute("aria-invalid", "true");
    else at("name").removeAttribute("aria-invalid");
    if (!name || taken || name === "__proto__") continue;
    if (at("type").value) made.property.type = at("type").value;
    if (at("description").value || "description" in made.property) made.property.description = at("description").value;
    properties[name] = made.property;
    if (at("required").checked) required.push(name);
  }
  const closed = rowsOf(control).querySelector("[data-closed]").checked;
  schema.properties = properties;
  if (required.length || "required" in schema) schema.required = required;
  if (closed) schema.additionalProperties = false;
  else if (schema.additionalProperties === false) delete schema.additionalProperties;
  const area = areaOf(control);
  area.value = JSON.stringify(schema, null, 2);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
