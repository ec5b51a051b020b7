// Light or dark, by the system or by choice. The choice is a cookie, so that the page arrives in it.
import { remember } from "./main.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

export function act(button) {
  choose(button.dataset.themeSet ?? other());
}

function other() {
  const now = root.dataset.theme || (dark.matches ? "dark" : "light");
  return now === "dark" ? "light" : "dark";
}

function choose(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  remember("theme", theme);
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", button.dataset.themeSet === theme);
  }
}
