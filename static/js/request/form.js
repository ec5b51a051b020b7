// The request form. What a person does in it is heard here once and handed to the module that knows what to do.
import { act as swap } from "./parts.js";
import { act as arrange, fold, grow } from "./cards.js";
import { chosen, enter, pegs } from "./states.js";
import { slid, step, typed } from "./numbers.js";
import { begin, soon, wrong } from "./saving.js";
import { follow } from "./elsewhere.js";
import { find, onlySet } from "./finding.js";
import { left, unwrap } from "./limits.js";
import { change, put } from "./changes.js";
import { compact, named, renamed } from "./sending.js";
import { kept } from "./kept.js";
import { offerTools } from "./tools.js";
import * as dragging from "./dragging.js";

export function attach(form) {
  if (!form.isConnected) return; // another answer took its place while this module was fetched
  const pane = form.closest(".pane");
  begin(form);
  form.addEventListener("input", (event) => {
    const { target } = event;
    renamed(form);
    forget(form, target);
    if (target.matches("[data-find]")) return find(form, target.value);
    if (target.matches("[data-slide]")) slid(target);
    else if (target.matches("[data-box]")) typed(target);
    if (target.matches("[data-limit]")) left(target);
    if (target.matches("[data-lines]")) unwrap(target);
    grow(target);
    offerTools(form);
    soon(form);
  });
  const send = (from, files) => import("./files.js").then(({ upload }) => upload(form, from, files));
  for (const type of ["paste", "dragover", "drop"]) form.addEventListener(type, (event) => dropped(event, send));
  form.addEventListener("paste", ({ target, clipboardData }) => {
    if (target.matches("[data-lines]")) unwrap(target, clipboardData.getData("text"));
  });
  form.addEventListener("change", (event) => {
    const { target } = event;
    if (target.matches("[data-no-send]")) return;
    renamed(form);
    touch(form, target);
    forget(form, target);
    if (target.matches(".state")) chosen(form, target);
    if (target.matches("[data-file]")) return send(target, target.files);
    if (target.matches("[data-swap]")) swap(form, target);
    offerTools(form);
    soon(form, target.matches("[data-connection]") ? { "~moved": "1" } : {});
  });
  form.addEventListener("focusout", ({ target }) => touch(form, target));
  form.addEventListener("keydown", (event) => event.target.matches("[data-box]") && step(event));
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter?.name === "~anyway" && submitter.value !== "*") form.append(note(submitter));
  });
  form.addEventListener("another-run", () => soon(form)); // what it says is held against the run beside it
  form.addEventListener("rows", () => {
    offerTools(form);
    soon(form);
  });
  form.addEventListener("htmx:configRequest", ({ target, detail }) => {
    if (target !== form) return;
    compact(form, detail);
    named(form, detail);
  });
  // Before htmx gives the run's page an address: behind it is the session's, not the link's.
  form.addEventListener("htmx:beforeOnLoad", ({ target, detail }) => target === form && detail.xhr.status < 300 && kept(form));
  form.addEventListener("htmx:afterRequest", ({ target, detail }) => target === form && detail.successful && renamed(form));
  // The browser waits for no module: whether something may be dropped here is said while it asks.
  for (const [type, act] of Object.entries(dragging)) form.addEventListener(type, act);
  if (!("listens" in pane.dataset)) listen(pane);
  for (const box of form.querySelectorAll("[data-limit]")) left(box);
  for (const field of form.querySelectorAll(".field[data-problem]")) wrong(field, field.dataset.at, true);
  pegs(form);
  offerTools(form);
  form.querySelector("[data-focus]")?.focus();
  form.dataset.ready = "";
}

// A file may be dropped on its control or pasted into it as well.
function dropped(event, send) {
  const { types = [], files = [] } = event.clipboardData ?? event.dataTransfer ?? {};
  if (!types.includes("Files") || !event.target.closest("[data-upload]")) return;
  event.preventDefault();
  if (files.length) send(event.target, files);
}

// What stands in the head and the foot of the pane belongs to the form as well.
function listen(pane) {
  pane.dataset.listens = "";
  follow(pane, put);
  pane.addEventListener("click", (event) => {
    const form = pane.querySelector("[data-request]");
    const hit = (name) => event.target.closest(`[data-${name}]`);
    if (!form) return;
    if (hit("change")) change(form, hit("change"), event);
    else if (hit("only-set")) onlySet(form, hit("only-set"));
    else if (hit("goto")) go(form, hit("goto"), event);
    else if (hit("preview")) import("./preview.js").then(({ show }) => show(form, hit("preview")));
    else if (hit("reset")) swap(form, hit("reset"));
    else if (hit("add") || event.target.closest("button[data-swap]")) swap(form, hit("add") ?? hit("swap"));
    else if (hit("fold")) fold(hit("fold"));
    else if (hit("drop") || hit("move")) arrange(form, hit("drop") ?? hit("move"));
    else if (hit("pick")) swap(form, hit("pick"));
  });
}

// A control that was just made is not scolded before somebody has been in it, nor while the next click is on its way:
// words that appear would move what is clicked.
function touch(form, target) {
  const fresh = target.closest(".field[data-fresh]:not([data-touched])");
  if (!fresh) return;
  fresh.dataset.touched = "";
  soon(form);
}

// "Send it anyway" holds for what stands there, not for what is typed next.
function note(button) {
  const { at } = button.closest("[data-at]")?.dataset ?? {};
  const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "~anyway", value: button.value });
  kept.dataset.for = at ?? "";
  return kept;
}

function forget(form, target) {
  const at = target.closest(".field")?.dataset.at ?? "";
  for (const kept of form.querySelectorAll('input[type=hidden][name="~anyway"]')) {
    const place = kept.dataset.for;
    if (kept.value === "*" || place === at || place.startsWith(`${at}.`)) kept.remove();
  }
}

function go(form, link, event) {
  const field = document.getElementById(`f-${link.dataset.goto}`);
  if (!field) return;
  event.preventDefault();
  for (let around = field.parentElement; around && around !== form; around = around.parentElement) {
    if (around.matches("details")) around.open = true;
    if (around.matches("[data-folded]")) fold(around.querySelector("[data-fold]"));
  }
  field.scrollIntoView({ block: "center" });
  enter(field.querySelector(":scope > .field__control") ?? field);
  if (!field.contains(document.activeElement)) field.querySelector(":checked")?.focus();
}
