// A dialog that opens when htmx puts something into it, and is empty again when it is closed.
export function attach(dialog) {
  dialog.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== dialog) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
}
