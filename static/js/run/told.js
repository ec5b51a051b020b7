// Names in a document that can be asked: what one means floats beside it while it is pointed at or has the focus, and
// goes with Esc. <pre data-tree>… <button data-told aria-describedby="told-3">"usage"</button> …</pre>
export function attach(tree) {
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.popover = "manual";
  tree.after(bubble);
  let shown = null;
  let leaving;

  const show = (name) => {
    clearTimeout(leaving);
    if (shown === name) return;
    shown = name;
    bubble.replaceChildren(...document.getElementById(name.getAttribute("aria-describedby")).cloneNode(true).childNodes);
    bubble.showPopover();
    place(bubble, name);
  };
  const hide = () => {
    shown = null;
    if (bubble.matches(":popover-open")) bubble.hidePopover();
  };
  const leave = () => (leaving = setTimeout(() => !tree.querySelector("[data-told]:focus-visible") && hide(), 150));

  tree.addEventListener("pointerover", ({ target }) => target.closest("[data-told]") && show(target.closest("[data-told]")));
  tree.addEventListener("pointerout", ({ target }) => target.closest("[data-told]") && leave());
  bubble.addEventListener("pointerover", () => clearTimeout(leaving));
  bubble.addEventListener("pointerout", leave);
  tree.addEventListener("focusin", ({ target }) => target.matches("[data-told]") && show(target));
  tree.addEventListener("focusout", hide);
  tree.addEventListener("click", ({ target }) => target.closest("[data-told]") && show(target.closest("[data-told]")));
  // Whoever comes by keyboard scrolls the name into view: the bubble goes along, and is gone when its name is.
  const box = tree.closest(".pane__body");
  const follow = () => shown && (isWithin(box, shown) ? place(bubble, shown) : hide());
  box?.addEventListener("scroll", follow, { passive: true });
  tree.dataset.ready = "";
  tree.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !shown) return;
    event.preventDefault();
    event.stopPropagation();
    hide();
  });
}

function isWithin(box, name) {
  const [around, at] = [box.getBoundingClientRect(), name.getBoundingClientRect()];
  return at.bottom > around.top && at.top < around.bottom;
}

// Below the name if there is room, else above it; never over the edge of the window.
function place(bubble, name) {
  const at = name.getBoundingClientRect();
  const { width, height } = bubble.getBoundingClientRect();
  const below = at.bottom + 4 + height < innerHeight;
  bubble.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - height - 4)}px`;
  bubble.style.left = `${Math.max(4, Math.min(at.left, innerWidth - width - 4))}px`;
}
