// The dialog at the side of the work. Whatever htmx puts into it opens it; its forms and links answer in it. Without a
// script the same forms and links are pages.
export function attach(dialog) {
  const ask = (verb, path, source, values = {}) => htmx.ajax(verb, path, { source, target: dialog, swap: "innerHTML", values });

  dialog.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== dialog) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[data-focus]")?.focus();
  });
  dialog.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.getAttribute("method") === "dialog") return;
    event.preventDefault();
    const pressed = submitter?.name ? { [submitter.name]: submitter.value } : {};
    ask("POST", form.getAttribute("action"), form, pressed);
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || link.hasAttribute("download") || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ask("GET", link.getAttribute("href"), link);
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
}
