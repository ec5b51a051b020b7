// A file goes to the server once; the box then holds a short token for it.
import { numbers } from "../numbers.js";
import { reason, word } from "../words.js";
import { soon } from "./saving.js";

// `from` is anything inside the control: its picker, or where a file was dropped or pasted.
export async function upload(form, from, [file]) {
  const box = from.closest("[data-upload]");
  if (!file) return;
  const input = box.querySelector("input[name]");
  const about = box.querySelector("[data-about]");
  const data = new FormData();
  data.append("file", file);
  data.append("bare", input.name.endsWith("input_audio.data") ? "1" : "");
  box.setAttribute("aria-busy", "true");
  const answer = await send(form.dataset.uploadUrl, data, progress(about));
  if (answer.ok || answer.status === 422) about.innerHTML = answer.text;
  else about.textContent = word(reason(answer.status), { status: answer.status });
  if (answer.ok) filled(form, input, answer.token, about.firstElementChild);
  box.removeAttribute("aria-busy");
  box.querySelector("[data-file]").value = "";
  soon(form);
}

// How much of it is there, while it goes out; `fetch` tells nobody.
function progress(about) {
  const bar = Object.assign(document.createElement("progress"), { max: 1, ariaLabel: word("uploaded", { part: "" }) });
  const words = document.createElement("span");
  const percent = numbers({ style: "percent" });
  about.replaceChildren(bar, " ", words);
  return (part) => {
    bar.value = part;
    words.textContent = word("uploaded", { part: percent.format(part) });
  };
}

function send(url, data, told) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const answered = () => {
      const status = request.getResponseHeader("HX-Redirect") ? 403 : request.status; // logged out meanwhile
      const ok = status >= 200 && status < 300;
      done({ ok, status, text: request.responseText, token: request.getResponseHeader("X-Token") });
    };
    request.upload.addEventListener("progress", ({ loaded, total }) => told(loaded / total));
    request.addEventListener("loadend", answered);
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf-token]")?.content ?? "");
    request.setRequestHeader("HX-Request", "true");
    request.send(data);
  });
}

// What the file itself knows is written beside it: its name, how a sound is packed.
function filled(form, input, token, about) {
  input.value = token;
  const base = input.name.slice(0, input.name.lastIndexOf("."));
  const sound = { "audio/wav": "wav", "audio/mpeg": "mp3" }[about?.dataset.fileType];
  if (sound) choose(form, `${base}.format`, sound);
  const name = form.elements.namedItem(`${base}.filename`);
  if (name && !name.value && about?.dataset.fileName) choose(form, `${base}.filename`, about.dataset.fileName);
}

function choose(form, name, value) {
  const radio = form.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
  if (radio) radio.checked = true;
  else if (form.elements.namedItem(name)) form.elements.namedItem(name).value = value;
  const state = form.querySelector(`[name="${CSS.escape(`${name}~state`)}"][value="value"]`);
  if (state && !state.checked) {
    state.checked = true;
    state.closest(".field").dataset.state = "value";
  }
}
