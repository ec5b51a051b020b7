// The form above the list of sessions. htmx fetches the list; here is what the list remembers between pages (what was
// looked for, how far it was scrolled), and what follows when a session has changed.
import { counted } from "./numbers.js";

const KEPT = "sessions";

export function attach(form) {
  const pane = form.closest(".pane");
  const list = pane.querySelector("#session-list");
  const body = list.parentElement;

  let undo = false; // something was deleted: what can be undone comes with the list, and has the focus
  form.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (target !== form) return;
    const { type, detail: change } = detail.triggeringEvent ?? {};
    undo = type === "sessions-changed" && Boolean(change.deleted);
    detail.parameters.deleted = undo ? change.deleted : "";
    detail.parameters.shown = type === "sessions-changed" ? rows(list) : type === "restored" ? change : "";
  });
  pane.addEventListener("click", (event) => {
    const clear = event.target.closest("[data-sessions-clear]");
    if (!clear || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    empty(form);
    htmx.trigger(form, "submit");
    form.elements.q.focus();
  });
  list.addEventListener("htmx:afterSettle", () => {
    if (undo) list.querySelector("[data-undo] button")?.focus();
    undo = false;
  });
  addEventListener("pagehide", () => keep(form, list, body));
  document.body.addEventListener("sessions-changed", ({ detail }) => changed(detail));
  pane.addEventListener("change", () => count(pane));
  restore(form, list, body);
  count(pane);
}

const rows = (list) => list.querySelectorAll(".session-row").length;

// A session was renamed, pinned, deleted …: somewhere else on this page, or by the first run of it.
function changed({ id, title, closes }) {
  if (closes) document.getElementById("side")?.close();
  const box = document.querySelector(`[data-title-of="${CSS.escape(id ?? "")}"]`);
  if (!box || box === document.activeElement || box.value === title) return;
  box.value = title;
  document.title = `${title || box.placeholder} · Playground`;
}

function query(form) {
  const wanted = [...new FormData(form)].filter(([name, value]) => value && name !== "current");
  return new URLSearchParams(wanted.filter(([, value]) => typeof value === "string")).toString();
}

function keep(form, list, body) {
  const kept = { query: query(form), rows: rows(list), at: Math.round(body.scrollTop) };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
}

// The address says what is looked for; where it says nothing, it is what was looked for on the page before.
function restore(form, list, body) {
  const kept = read();
  const here = query(form);
  if (!kept || new URLSearchParams(location.search).has("deleted") || (here && here !== kept.query)) return;
  const differs = here !== kept.query;
  if (differs) fill(form, new URLSearchParams(kept.query));
  const scroll = () => (body.scrollTop = kept.at);
  if (!differs && kept.rows <= rows(list)) return scroll();
  list.addEventListener("htmx:afterSettle", scroll, { once: true });
  const event = new CustomEvent("restored", { detail: kept.rows });
  htmx.ajax("GET", form.getAttribute("hx-get"), { source: form, target: list, event });
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function empty(form) {
  fill(form, new URLSearchParams());
}

function fill(form, wanted) {
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden") continue;
    if (field.type === "radio") field.checked = field.value === (wanted.get(field.name) ?? "");
    else field.value = wanted.get(field.name) ?? "";
  }
  const filters = form.querySelector(".filters");
  if ([...wanted.keys()].some((name) => filters.querySelector(`[name="${CSS.escape(name)}"]`))) filters.open = true;
}

function count(pane) {
  const several = pane.querySelector("[data-several]");
  const chosen = pane.querySelectorAll(".pick:checked").length;
  const words = several.querySelector("[data-chosen]");
  words.dataset.start ??= words.textContent;
  words.textContent = chosen ? counted(words.dataset.words, chosen) : words.dataset.start;
  for (const button of several.querySelectorAll("button")) button.disabled = !chosen;
}
