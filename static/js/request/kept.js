// A request that came in a link. Nothing is kept of it before something is done in its form; until then the link is the
// page's address, and a reload reads it again.
export function attach(box) {
  if (box.dataset.carried) history.replaceState(null, "", box.dataset.carried);
}

// The form was kept: its page has an address and a title of its own from now on, and a row among the sessions.
export function kept(form) {
  const box = form.querySelector("[data-not-kept]");
  if (!box) return;
  box.remove();
  history.replaceState(null, "", box.dataset.notKept);
  htmx.trigger(document.body, "sessions-changed", {});
  const title = document.getElementById("session-title");
  htmx.ajax("GET", box.dataset.notKept, { source: title, target: title, select: "#session-title > *", swap: "innerHTML" });
}
