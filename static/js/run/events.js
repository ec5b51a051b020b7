// The list of events: a filter, a time line, and rows of which only those near the eye are on the page.
// <div data-event-list data-url="…rows/" data-page="100"> inside the run, which says "run-grew" when more came.
import { counted, grouped } from "../numbers.js";
import { Chart } from "./event-chart.js";
import { EventIndex } from "./event-index.js";
import { Rows } from "./event-rows.js";

const LOOK_EVERY = 250;
const DRAW_EVERY = 500;

export function attach(root) {
  const run = root.closest("[data-run]");
  const index = new EventIndex(root.dataset.url);
  const rows = new Rows(root.querySelector("[data-event-rows]"), root.dataset.url, Number(root.dataset.page));
  const chart = new Chart(root.querySelector("[data-chart]"));
  const filter = root.querySelector("[data-event-filter]");
  const types = filter.querySelector("[data-show-type]");
  const said = root.querySelector("[data-events-said]");
  const wanted = { lane: "", type: "", text: "" };
  let busy = false;
  let behind = false;
  let drawn = -Infinity;

  const draw = () => {
    drawn = performance.now();
    chart.draw(index);
    for (const chip of filter.querySelectorAll("[data-show-lane]")) chip.querySelector(".num").textContent = grouped(index.counted(chip.dataset.showLane));
    for (const name of index.names.slice(types.options.length - 1)) types.add(new Option(name, name));
  };

  const list = (anew) => {
    rows.show(index.chosen(wanted), index.count, anew);
    root.style.setProperty("--digits", String(index.count).length);
    const none = rows.length === 0;
    root.querySelector("[data-no-events]").hidden = !none;
    root.querySelector("[data-none]").hidden = index.count > 0;
    root.querySelector("[data-no-match]").hidden = index.count === 0;
    if (anew) said.textContent = counted(said.dataset.eventsSaid, rows.length);
  };

  const grow = async () => {
    if (busy) return (behind = true);
    busy = true;
    do {
      behind = false;
      if (await index.grow()) list(false);
      if (performance.now() - drawn > DRAW_EVERY || run.dataset.live === undefined) draw();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    } while (behind && root.isConnected);
    busy = false;
  };

  const choose = async (what) => {
    Object.assign(wanted, what);
    if ("text" in what) await index.find(wanted.text);
    for (const chip of filter.querySelectorAll("[data-show-lane]")) chip.setAttribute("aria-pressed", chip.dataset.showLane === wanted.lane);
    list(true);
  };

  const grew = () => (root.isConnected ? grow() : run.removeEventListener("run-grew", grew));
  run.addEventListener("run-grew", grew);
  filter.addEventListener("click", ({ target }) => {
    const chip = target.closest("[data-show-lane]");
    if (chip) choose({ lane: chip.dataset.showLane });
  });
  types.addEventListener("change", () => choose({ type: types.value }));
  let typing;
  filter.querySelector("[data-show-text]").addEventListener("input", ({ target }) => {
    clearTimeout(typing);
    typing = setTimeout(() => choose({ text: target.value }), LOOK_EVERY);
  });

  filter.hidden = false;
  grow().then(draw);
}
