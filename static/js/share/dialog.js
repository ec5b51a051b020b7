// A dialog that opens when htmx puts something into it, and is empty again when it is closed.
export function attach(dialog) {
  dialog.addEventListener("htmx:afterSwap", ({ target }) => {
    if (target !== dialog) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
  // An answer that is still on its way would look for its place in vain.
  const empty = () => dialog.open || dialog.querySelector(".htmx-request") || dialog.replaceChildren();
  for (const type of ["close", "htmx:afterRequest"]) dialog.addEventListener(type, empty);
}
