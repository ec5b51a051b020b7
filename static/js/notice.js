// Said when our own server did not do what was asked: it stays until it is closed or something works again.
import { reason, word } from "./words.js";

export function attach(notice) {
  const tell = ({ detail }) => {
    const status = detail.status ?? detail.xhr?.status ?? 0;
    notice.querySelector("[data-notice-text]").textContent = word(reason(status), { status });
    notice.hidden = false;
  };
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(failure, tell);
  document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
    if (detail.xhr.status < 400) notice.hidden = true;
  });
  document.addEventListener("answered", (event) => {
    const { status } = event.detail;
    if (!status || (status >= 400 && status !== 422)) tell(event);
    else notice.hidden = true;
  });
  notice.querySelector("[data-notice-close]").addEventListener("click", () => (notice.hidden = true));
}
