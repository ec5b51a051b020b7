// The bar with which a run is played again in its pane: play and pause, the pace, the run's line with a hand on it.
// <div data-replay data-recording="…">; [data-replay-open] opens it, and the address keeps the pace.
import { say } from "../words.js";
import { Page } from "./page.js";
import { Player } from "./player.js";
import { Recording } from "./recording.js";
import { Scrubber } from "./scrubber.js";
import { withPace } from "./tabs.js";

const PARTS = "[data-flow], [data-run-part=head], [data-run-part=remarks], [data-run-part=problem]";
const recordings = new WeakMap();

export function act(button) {
  const bar = button.closest("[data-run]").querySelector("[data-replay]");
  if (bar.hidden) attach(bar);
  else bar.querySelector("[data-replay-leave]").click();
}

export async function attach(bar) {
  const root = bar.closest("[data-run]");
  const kept = keep(root);
  const recording = recordings.get(root) ?? new Recording(bar.dataset.recording);
  recordings.set(root, recording);
  const over = new AbortController();
  const scrubber = new Scrubber(bar, root, over.signal);
  const player = new Player(recording, new Page(root), () => scrubber.show());

  const leave = () => {
    over.abort();
    player.pause();
    restore(kept);
    bar.hidden = true;
    remember(root, "");
    root.querySelector("[data-replay-open]").focus();
  };
  const listen = (target, type, act) => target.addEventListener(type, act, { signal: over.signal });
  listen(bar.querySelector("[data-replay-leave]"), "click", leave);
  listen(bar, "replay-pace", ({ detail }) => remember(root, detail));
  listen(root, "keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    leave();
  });

  scrubber.hold(player, root.querySelector("[data-run-part=head] .wire"));
  bar.hidden = false;
  remember(root, scrubber.pace);
  if (document.activeElement?.matches("[data-replay-open]")) scrubber.focus();
  try {
    const whole = recording.load();
    player.play(scrubber.pace);
    await whole;
    if (!over.signal.aborted) player.settle();
  } catch {
    say(bar.dataset.missing);
    if (!over.signal.aborted) leave();
  }
}

// What stands there now, taken away as it is, so that it can come back as it was.
function keep(root) {
  const places = [...root.querySelectorAll(PARTS)];
  const number = root.querySelector("[data-events]").textContent;
  return { root, number, places: places.map((place) => [place, [...place.childNodes]]) };
}

function restore({ root, number, places }) {
  for (const [place, nodes] of places) place.replaceChildren(...nodes);
  for (const each of root.querySelectorAll("[data-events]")) each.textContent = number;
}

// In the address, so that a reload goes on with it; in the run, for the links of its tabs.
function remember(root, pace) {
  if (pace === "") delete root.dataset.pace;
  else root.dataset.pace = pace;
  history.replaceState(history.state, "", withPace(root, location.href));
}
