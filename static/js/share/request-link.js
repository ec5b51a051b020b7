// A request behind the # of this page's address. The browser tells it to nobody: it is kept in this tab while somebody
// logs in, and then posted, so that no address and no log ever holds it.
const KEPT = "request-link";

export function attach(page) {
  const carried = location.hash.slice(1);
  if (carried) sessionStorage.setItem(KEPT, carried);
  const kept = sessionStorage.getItem(KEPT) ?? "";
  const form = page.querySelector("[data-request-form]");
  show(page.querySelector("[data-request-none]"), !kept);
  show(page.querySelector("[data-request-there]"), kept);
  show(page.querySelector("[data-request-login]"), kept);
  if (!form || !kept) return;
  form.elements.request.value = kept;
  form.hidden = false;
  sessionStorage.removeItem(KEPT);
  form.submit();
}

function show(element, yes) {
  if (element) element.hidden = !yes;
}
