// A scrolling box follows what is written into it only while the reader is at its end; whoever is elsewhere is
// offered the way there once something new has come. A run that has ended is read, from wherever one begins.
// <div class="pane__body" data-follow> … <button data-follow-jump hidden>Jump to latest</button></div>
const NEAR = 48;

export function attach(box) {
  const run = box.closest("[data-run]")?.dataset;
  let written = !run || run.live !== undefined;
  let following = atEnd(box);
  let height = box.scrollHeight;
  const offer = (wanted) => {
    const button = box.querySelector("[data-follow-jump]");
    if (button) button.hidden = !wanted;
  };
  const toEnd = () => {
    following = true;
    box.scrollTop = box.scrollHeight;
    offer(false);
  };
  const grew = () => {
    const more = box.scrollHeight > height + 1;
    height = box.scrollHeight;
    written ||= run?.pace !== undefined; // it is played again
    if (!written) return;
    if (following) toEnd();
    else if (more) offer(true);
  };
  const moved = () => {
    following = atEnd(box);
    if (following) offer(false);
  };
  box.addEventListener("scroll", moved, { passive: true });
  box.addEventListener("another-panel", () => (written = run.live !== undefined));
  box.addEventListener("click", (event) => event.target.closest("[data-follow-jump]") && toEnd());
  const sizes = new ResizeObserver(grew);
  sizes.observe(box); // what comes below it takes of its height
  if (box.firstElementChild) sizes.observe(box.firstElementChild);
}

function atEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
}
