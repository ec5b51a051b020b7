// A run on the page: <div data-run="id" data-socket="…" data-poll="…" data-at="17" data-version="…" data-live>.
// What it shows comes as updates of few kinds; nothing here knows an endpoint or the name of an event.
import { Aloud } from "./run/aloud.js";
import { Clock } from "./run/clock.js";
import { Line } from "./run/line.js";
import { Page } from "./run/page.js";
import { Tabs } from "./run/tabs.js";

export function attach(root) {
  document.getElementById("request-form")?.dispatchEvent(new Event("another-run"));
  let line;
  let asking = false; // now and then, because nothing can be told
  const page = new Page(root, () => line.restart());
  const clock = new Clock(root);
  const tabs = new Tabs(root);
  const grew = () => root.dispatchEvent(new CustomEvent("run-grew", { detail: page.number }));
  if (root.dataset.live === undefined) return;
  const aloud = new Aloud(root);
  line = new Line(root.dataset, {
    frame(frame) {
      page.take(frame);
      if (frame.u) clock.heard(frame.u);
      if (frame.u) aloud.hear(frame.u);
      if (frame.closed) linkClosed(root);
      if (frame.s) clock.look();
      if (frame.end && asking) formatted(root);
      if (frame.n || frame.end) grew();
      if (frame.end) tabs.ended();
      if (frame.end) aloud.end();
      if (frame.end) root.dispatchEvent(new CustomEvent("run-ended"));
    },
    lost: (lost) => (root.querySelector("[data-lost]").hidden = !lost),
    blocked: (is) => (root.querySelector("[data-blocked]").hidden = !(asking = is)),
    newer: () => (root.querySelector("[data-newer]").hidden = false),
    gone: () => !root.isConnected,
    missing: () => linkClosed(root),
  });
  line.open();
  clock.start(() => root.isConnected && line.isOpen);
}

// Whoever only asks was shown texts as they are: once all is there, the page has them as they should look.
async function formatted(root) {
  root.querySelector("[data-blocked]").hidden = true;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const whole = new DOMParser().parseFromString(await answer.text(), "text/html");
  const flow = whole.querySelector(`[data-run="${CSS.escape(root.dataset.run)}"] [data-flow]`);
  if (flow) root.querySelector("[data-flow]").replaceChildren(...flow.childNodes);
}

function linkClosed(root) {
  root.dispatchEvent(new CustomEvent("link-closed", { bubbles: true }));
}
