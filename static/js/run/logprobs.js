// Tokens and what could have stood there: by pointer, by click, and with the arrow keys, which walk from token to token.
// What there is to know of a page of tokens stands beside it as JSON.
import { html } from "../asking.js";
import { numbers } from "../numbers.js";

const percent = numbers({ style: "percent", maximumFractionDigits: 1, minimumFractionDigits: 1 });

export function attach(root) {
  const box = root.querySelector("[data-odds]");
  let chosen = null;
  if (!box) return;

  const token = (event) => event.target.closest?.("[data-odds-of]");
  const show = (button) => box.replaceChildren(...odds(button).flatMap(([text, chance, bytes]) => row(text, chance, bytes)));
  const choose = (button) => {
    chosen?.removeAttribute("aria-pressed");
    for (const other of root.querySelectorAll('[data-odds-of][tabindex="0"]')) other.tabIndex = -1;
    chosen = button;
    chosen.setAttribute("aria-pressed", "true");
    chosen.tabIndex = 0;
    show(chosen);
  };

  root.addEventListener("pointerover", (event) => token(event) && show(token(event)));
  root.addEventListener("pointerout", (event) => token(event) && chosen && show(chosen));
  root.addEventListener("focusin", (event) => token(event) && choose(token(event)));
  root.addEventListener("click", (event) => {
    const more = event.target.closest("[data-more-tokens]");
    if (more) {
      event.preventDefault();
      return fetchMore(more);
    }
    if (token(event)) choose(token(event));
  });
  root.addEventListener("keydown", (event) => {
    const at = token(event);
    const to = at && step(at, event.key);
    if (!to) return;
    event.preventDefault();
    to.focus();
  });
}

function odds(button) {
  const source = document.getElementById(button.dataset.oddsOf);
  source.odds ??= JSON.parse(source.textContent);
  const alike = [...button.parentElement.querySelectorAll(`[data-odds-of="${CSS.escape(button.dataset.oddsOf)}"]`)];
  return source.odds[alike.indexOf(button)] ?? [];
}

function row(text, chance, bytes) {
  const code = document.createElement("code");
  code.textContent = text.replace(/^ | $/g, "␣") + (bytes ? `  ${bytes}` : "");
  const meter = document.createElement("meter");
  meter.max = 100;
  meter.value = (chance ?? 0) * 100;
  const figure = document.createElement("span");
  figure.className = "num";
  figure.textContent = meter.textContent = chance === null ? "?" : percent.format(chance);
  meter.setAttribute("aria-label", text);
  return [code, meter, figure];
}

function step(button, key) {
  const forward = getComputedStyle(button).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
  if (key === "Home") return button.parentElement.querySelector("[data-odds-of]");
  if (key !== forward && key !== backward) return null;
  let to = button;
  do to = key === forward ? to.nextElementSibling : to.previousElementSibling;
  while (to && !to.matches("[data-odds-of], [data-more-tokens]"));
  return to;
}

async function fetchMore(link) {
  const content = await html(link.dataset.moreTokens);
  if (!content) return;
  const first = content.querySelector("[data-odds-of]");
  link.replaceWith(content);
  first?.focus();
}
