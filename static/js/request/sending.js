// What the form sends. Parameters that are not sent and hold nothing are left out: a long conversation has thousands.
const BIG = 64 * 1024;

export function entries(form, extra = {}) {
  const skip = idle(form);
  const data = new FormData(form);
  const kept = [];
  for (const [name, value] of data) if (typeof value === "string" && !skip(name)) kept.push([name, value]);
  return [...kept, ...Object.entries(extra)];
}

// Few long texts travel best as they are, many short ones in one line.
export function body(pairs) {
  if (!pairs.some(([, value]) => value.length > BIG)) return new URLSearchParams(pairs);
  const data = new FormData();
  for (const [name, value] of pairs) data.append(name, value);
  return data;
}

// What went wrong is told where the page tells such things; whoever asked gets an answer that is not `ok`.
export async function post(url, content, { quiet = false, ...options } = {}) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  const headers = { "X-CSRFToken": token, "HX-Request": "true" };
  const sent = content instanceof FormData ? content : body(content);
  const failed = (status) => ({ ok: false, status });
  let answer = await fetch(url, { method: "POST", body: sent, headers, ...options }).catch(() => failed(0));
  if (answer.ok && answer.headers.has("HX-Redirect")) answer = failed(403); // logged out meanwhile
  await lifted;
  if (!quiet) document.dispatchEvent(new CustomEvent("answered", { detail: { status: answer.status } }));
  return answer;
}

// What an answer brings would move what is being clicked away from under the pointer, and the click would be lost: it
// waits until the button is up again, and the click has been heard. A button that never comes up is not waited for.
let lifted = Promise.resolve();
addEventListener(
  "pointerdown",
  () => {
    lifted = new Promise((lift) => {
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(lift), { capture: true, once: true });
      setTimeout(lift, 2000);
    });
  },
  { capture: true, passive: true },
);

export function compact(form, detail) {
  const skip = idle(form);
  for (const name of [...new Set(detail.formData.keys())]) if (skip(name)) detail.formData.delete(name);
  if ([...detail.formData.values()].some((value) => value.length > BIG)) {
    form.setAttribute("hx-encoding", "multipart/form-data");
  } else form.removeAttribute("hx-encoding");
}

// A run has its id from here: pressed twice, or sent again because the answer was lost, it is the same run. What was
// changed since, or has been answered, is another.
export function named(form, { formData }) {
  const box = form.elements.namedItem("run");
  box.value ||= newId();
  formData.set("run", box.value);
}

export function renamed(form) {
  form.elements.namedItem("run").value = "";
}

// crypto.randomUUID is not there on a page that came without TLS from another machine.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function idle(form) {
  const names = new Set();
  for (const field of form.querySelectorAll('.field:has(> .states > [value="absent"]:checked)')) {
    if (field.parentElement.closest("[data-idle]") || empty(field)) field.dataset.idle = "";
    else delete field.dataset.idle;
  }
  for (const field of form.querySelectorAll("[data-idle]")) {
    for (const input of field.querySelectorAll("[name]")) names.add(input.name);
    delete field.dataset.idle;
  }
  return (name) => names.has(name);
}

function empty(field) {
  for (const input of field.querySelectorAll("[name]:not(.state, [data-no-send])")) {
    if (input.name.endsWith("~form")) {
      if (!isFirst(input)) return false;
    } else if (input.type === "radio" || input.type === "checkbox") {
      if (input.checked) return false;
    } else if (input.value && !input.name.endsWith("~row") && !input.name.endsWith("~item")) return false;
  }
  return true;
}

function isFirst(input) {
  if (input.type !== "radio") return input.selectedIndex === 0;
  return !input.checked || input === input.form.elements.namedItem(input.name)[0];
}
