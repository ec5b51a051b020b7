// The JSON view: an Ace editor over its textarea. It is fetched when the view opens; without it the textarea is there.
import { laidOut } from "./layout.js";
import { soon } from "./saving.js";

let ace;

export async function attach(place) {
  const area = place.querySelector("textarea");
  const form = place.closest("form");
  ace ??= load(place.dataset);
  await ace;
  if (!place.isConnected) return;
  const editor = draw(place, area);
  editor.session.on("change", () => {
    area.value = editor.getValue();
    soon(form);
  });
  const tidy = place.parentElement.querySelector("[data-tidy]");
  tidy.hidden = false;
  tidy.addEventListener("click", () => layOut(editor));
  mark(editor, place.dataset.annotations);
  form.addEventListener("marks", ({ detail }) => mark(editor, detail));
  form.addEventListener("text", ({ detail }) => {
    const at = editor.getCursorPosition();
    editor.setValue(detail, -1);
    editor.moveCursorToPosition(at);
  });
}

// As one step that can be undone. A broken text stays: its marks say where it is broken.
function layOut(editor) {
  const { session } = editor;
  try {
    const text = laidOut(session.getValue());
    const { row, column } = session.doc.indexToPosition(session.getValue().length);
    session.replace({ start: { row: 0, column: 0 }, end: { row, column } }, text);
    editor.moveCursorTo(0, 0);
  } catch {
    toNextError(editor);
  }
  editor.focus();
}

// Ace stumbles over marks of rows that are gone. Those of the text as it is are on their way then.
function toNextError(editor) {
  try {
    editor.execCommand("goToNextError");
  } catch {
    editor.session.clearAnnotations();
  }
}

async function load({ ace: core, mode, search, css }) {
  for (const href of css.split(" ")) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  await script(core);
  globalThis.ace.config.set("useStrictCSP", true);
  globalThis.ace.config.set("loadWorkerFromBlob", false);
  await script(mode);
  await script(search);
}

function script(src) {
  return new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload: done, onerror: failed }));
  });
}

function draw(place, area) {
  const box = document.createElement("div");
  place.append(box);
  const editor = globalThis.ace.edit(box, {
    mode: "ace/mode/json", useWorker: false, minLines: 18, maxLines: 60, tabSize: 2, useSoftTabs: true, wrap: true,
    showPrintMargin: false, fontSize: "0.8125rem", highlightActiveLine: false, enableKeyboardAccessibility: true,
  });
  editor.session.setValue(area.value);
  editor.textInput.getElement().setAttribute("aria-label", place.dataset.label);
  editor.setOption("textInputAriaLabel", place.dataset.label);
  area.hidden = true;
  place.dataset.ready = "";
  place.editor = editor;
  return editor;
}

function mark(editor, annotations) {
  try {
    editor.session.setAnnotations(JSON.parse(annotations || "[]"));
  } catch {
    editor.session.clearAnnotations();
  }
}
