// Opens the dialog that the button names. Closing is the browser's: Esc, or a form with method="dialog".
export function act(button) {
  button.closest("[data-menu]")?.removeAttribute("open");
  open(button.dataset.dialog);
}

export function open(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}
