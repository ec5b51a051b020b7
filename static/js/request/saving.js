// Everything typed is kept on the server at most a second later, one save at a time. The answer says what there is to
// say about the request, and each sentence goes to its control.
import { entries, post } from "./sending.js";
import { tell as tellTabs } from "./elsewhere.js";
import { kept } from "./kept.js";

const PAUSE = 300; // after the last key
const MOST = 800; // however long somebody types
const SMALL = 15000; // characters, which are at most four bytes each: browsers take 64 kB along
const waiting = new WeakMap();

export function begin(form) {
  if (waiting.has(form)) return waiting.get(form);
  const state = { timer: 0, since: 0, busy: false, again: false, extra: {} };
  waiting.set(form, state);
  // The first comes before the next page is asked for, so that a reload has what was typed just now.
  for (const leaving of ["beforeunload", "pagehide"]) addEventListener(leaving, () => flush(form));
  addEventListener("beforeunload", (event) => stay(form, event));
  // What is asked for there must not be overwritten by what was typed before it.
  addEventListener("submit", ({ target }) => target.matches("[data-replaces-request]") && settled(form));
  return state;
}

export function soon(form, extra = {}) {
  const state = begin(form);
  Object.assign(state.extra, extra);
  state.since ||= Date.now();
  form.dataset.saved = "not yet";
  clearTimeout(state.timer);
  state.timer = setTimeout(() => save(form), Math.max(0, Math.min(PAUSE, state.since + MOST - Date.now())));
}

// Whoever replaces the form has sent it: nothing is left to keep.
export function settled(form) {
  const state = waiting.get(form);
  if (state) Object.assign(state, { since: 0, again: false }), clearTimeout(state.timer);
}

function flush(form) {
  if (waiting.get(form)?.since && form.isConnected) post(form.dataset.draft, entries(form), { keepalive: true, quiet: true });
}

// What is sent while a page goes away may be small only. Whoever leaves a long text half kept is asked to wait.
function stay(form, event) {
  if (form.dataset.saved !== "not yet" || !form.isConnected) return;
  if (entries(form).reduce((length, [, value]) => length + value.length, 0) < SMALL) return;
  event.preventDefault();
  save(form);
}

async function save(form) {
  const state = waiting.get(form);
  if (!form.isConnected) return;
  if (state.busy) return void (state.again = true);
  const extra = state.extra;
  Object.assign(state, { busy: true, again: false, since: 0, extra: {} });
  const answer = await post(form.dataset.draft, entries(form, extra));
  if (answer.ok) {
    const said = await answer.text();
    if (form.isConnected) tell(form, said);
    kept(form);
    tellTabs(form);
  }
  // When it was not kept, the next change tries again.
  form.dataset.saved = !answer.ok ? "no" : state.again || state.since ? "not yet" : "yes";
  state.busy = false;
  if (state.again || state.since) soon(form);
}

function tell(form, html) {
  const answer = new DOMParser().parseFromString(html, "text/html").querySelector("[data-size]");
  if (!answer) return;
  const pane = form.closest(".pane");
  const place = pane.querySelector("[data-size]");
  if (place) place.textContent = answer.dataset.size;
  const guessed = pane.querySelector("[data-guessed]");
  if (guessed) guessed.textContent = answer.dataset.guessed;
  const differing = pane.querySelector("[data-differing]");
  if (differing) differing.textContent = answer.dataset.differing;
  const differs = new Set(answer.dataset.differs.split(" "));
  for (const peg of pane.querySelectorAll("[data-peg]")) peg.classList.toggle("diff", differs.has(peg.dataset.peg));
  hints(form, answer);
  for (const { dataset, innerHTML } of answer.querySelectorAll("template[data-models]")) {
    document.getElementById("models").innerHTML = innerHTML;
  }
  const state = answer.querySelector("template[data-state]");
  if (state) {
    pane.querySelector("[data-goes-to]").textContent = state.dataset.goesTo;
    document.getElementById("connection-state")?.replaceWith(state.content.cloneNode(true));
  }
  for (const template of answer.querySelectorAll("template[data-value]")) replace(form, template.dataset.value, template.content.textContent);
  const said = answer.querySelector("template[data-said]");
  if (said) pane.querySelector("[data-said-of-json]")?.replaceChildren(said.content.cloneNode(true));
  form.dispatchEvent(new CustomEvent("marks", { detail: answer.dataset.annotations }));
}

function hints(form, answer) {
  for (const field of form.querySelectorAll("[data-fresh][data-touched]")) delete field.dataset.fresh;
  const told = new Map([...answer.querySelectorAll("template[data-at]")].map((each) => [each.dataset.at, each.content]));
  for (const place of form.querySelectorAll(".field__hints")) {
    const said = told.get(place.id.slice(2));
    const html = said ? [...said.children].map((each) => each.outerHTML).join("") : "";
    if (place.dataset.said === html) continue;
    place.dataset.said = html;
    place.replaceChildren(...(said ? [said.cloneNode(true)] : []));
    wrong(place.closest(".field, [data-item]"), place.id.slice(2), Boolean(said?.querySelector('[data-severity="error"]')));
  }
}

export function wrong(field, at, is) {
  field?.toggleAttribute("data-problem", is);
  for (const input of field?.querySelectorAll(`:is([name="${CSS.escape(at)}"], [name="${CSS.escape(at)}~json"])`) ?? []) {
    if (is) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}

// A long data URL was stored as a file; its token stands in its place from now on.
function replace(form, at, token) {
  if (at === "~json") return form.dispatchEvent(new CustomEvent("text", { detail: token }));
  const box = form.elements.namedItem(at);
  if (box?.value?.startsWith("data:")) box.value = token;
}
