// A page that was opened by a link, <div data-link data-socket="…" data-poll="…">: it goes when the link is closed, or
// says so where it has a [data-closed] for that. A live run has a line of its own that knows; a frozen page, and a run
// that has ended, wait here for word of it.
import { Line } from "../run/line.js";

export function attach(root) {
  root.addEventListener("link-closed", () => close(root));
  const wait = () => {
    const line = new Line(root.dataset, {
      frame: (frame) => frame.closed && close(root),
      lost() {},
      newer() {},
      gone: () => !root.isConnected,
      missing: () => close(root),
    });
    line.open();
  };
  const live = root.querySelector("[data-run][data-live]");
  if (live) live.addEventListener("run-ended", wait, { once: true });
  else wait();
}

function close(root) {
  const said = root.querySelector("[data-closed]");
  if (!said) return location.reload();
  said.hidden = false;
  root.dataset.isClosed = "";
  for (const run of root.querySelectorAll("[data-run][data-live]")) delete run.dataset.live;
}
