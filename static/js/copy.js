// Copies the text of what `data-copy` names (an id, or empty: the nearest [data-copyable]) and says what it copied.
import { say, word } from "./words.js";

export async function act(button) {
  const source = button.dataset.copy
    ? document.getElementById(button.dataset.copy)
    : button.closest("[data-copyable]")?.querySelector("pre, [data-copy-text]") ?? button.closest("[data-copyable]");
  if (source) await copy(button, source.value ?? source.textContent);
}

// Copies this text for that button, and says so.
export async function copy(button, text) {
  const what = button.dataset.copyName || button.textContent.trim();
  const done = await write(text);
  const sentence = done ? word("copied", { what }) : word("not-copied");
  say(sentence);
  button.toggleAttribute("data-copied", done);
  button.dataset.said = sentence;
  setTimeout(() => {
    button.removeAttribute("data-copied");
    delete button.dataset.said;
  }, 2000);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
