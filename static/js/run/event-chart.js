// The run as a time line: a lane each for reasoning, text, tools, what is odd, and gaps, which are bands behind the other
// lanes as well; the first text as a mark. Drawn from the index, a path a lane, so that a hundred thousand events are as quick as ten.
import { numbers } from "../numbers.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 1000; // of the lanes' own units
const BUCKETS = 400;
const KIND = { r: "think", t: "say", c: "call", u: "odd" };
const SILENCE = 1_000; // milliseconds at least, and this part of the whole
const SILENT_PART = 0.06;
const MOST_SILENCES = 8;

export class Chart {
  #figure;
  #mirrored = document.documentElement.dir === "rtl";
  #number = numbers({ maximumFractionDigits: 2 });

  constructor(figure) {
    this.#figure = figure;
  }

  draw({ at, lanes, count }) {
    this.#figure.hidden = count < 2;
    if (count < 2) return;
    const whole = Math.max(at[count - 1], 1) * 1.01;
    const hits = { r: new Uint8Array(BUCKETS), t: new Uint8Array(BUCKETS), c: new Uint8Array(BUCKETS), u: new Uint8Array(BUCKETS) };
    const totals = { r: 0, t: 0, c: 0, u: 0 };
    let silences = [];
    let first = null;
    for (let i = 0; i < count; i++) {
      const lane = lanes[i] === "b" ? "u" : lanes[i];
      if (hits[lane]) {
        hits[lane][Math.min(BUCKETS - 1, Math.floor((at[i] / whole) * BUCKETS))] = 1;
        totals[lane]++;
        if (lane === "t" && first === null) first = at[i];
      }
      const gap = i ? at[i] - at[i - 1] : 0;
      if (gap >= SILENCE && gap >= whole * SILENT_PART) silences.push([at[i - 1], at[i]]);
    }
    silences = silences.sort((one, two) => two[1] - two[0] - (one[1] - one[0])).slice(0, MOST_SILENCES);
    for (const lane of Object.keys(KIND)) this.#lane(lane, hits[lane], totals[lane], whole, silences, first);
    this.#gaps(whole, silences);
    this.#top(whole, silences[0], first);
    this.#bottom(whole);
    this.#say(whole, totals, first, silences[0]);
  }

  #lane(lane, hits, total, whole, silences, first) {
    const mark = first === null ? [] : [this.#shape("path", { class: "first", d: `M${this.#x(first / whole)} 0v22`, "vector-effect": "non-scaling-stroke" })];
    const bands = this.#piece("band", parts(silences, whole), 0, 22);
    this.#put(lane, total && [bands, this.#rail(), this.#piece(KIND[lane], stretches(hits), 4, 14), ...mark]);
  }

  #gaps(whole, silences) {
    this.#put("g", silences.length && [this.#rail(), this.#piece("gap", parts(silences, whole), 4, 14)]);
  }

  // A lane in which there is nothing is not there.
  #put(lane, shapes) {
    const svg = this.#figure.querySelector(`[data-lane="${lane}"]`);
    svg.toggleAttribute("hidden", !shapes);
    this.#figure.querySelector(`[data-lane-name="${lane}"]`).hidden = !shapes;
    svg.replaceChildren(...(shapes || []));
  }

  #rail() {
    return this.#shape("path", { class: "rail", d: `M0 11h${WIDE}`, "vector-effect": "non-scaling-stroke" });
  }

  // Rectangles of one kind as one path.
  #piece(kind, pieces, top, high) {
    const d = pieces.map(([from, to]) => {
      const [left, right] = [this.#x(from), this.#x(to)].sort((one, two) => one - two);
      return `M${left} ${top}h${(right - left).toFixed(1)}v${high}H${left}z`;
    });
    return this.#shape("path", { class: kind, d: d.join("") });
  }

  #top(whole, longest, first) {
    const axis = this.#figure.querySelector('[data-axis="top"]');
    const texts = [];
    if (first !== null) texts.push(this.#label(first / whole, 12, axis.dataset.first, first, "firsttext"));
    const middle = longest && (longest[0] + longest[1]) / 2 / whole;
    if (longest && (first === null || Math.abs(middle - first / whole) > 0.25)) {
      texts.push(this.#label(middle, 12, axis.dataset.silence, longest[1] - longest[0], ""));
    }
    axis.replaceChildren(...texts);
  }

  #bottom(whole) {
    const step = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 3e5, 6e5, 36e5].find((each) => whole / each <= 8) ?? whole;
    const axis = this.#figure.querySelector('[data-axis="bottom"]');
    const marks = [];
    for (let at = 0; at <= whole; at += step) marks.push(this.#label(at / whole, 13, axis.dataset.seconds, at, ""));
    axis.replaceChildren(...marks);
  }

  #label(part, y, words, milliseconds, kind) {
    const x = this.#mirrored ? 1 - part : part;
    const anchor = x < 0.08 ? "start" : x > 0.92 ? "end" : "middle";
    const text = this.#shape("text", { x: `${(x * 100).toFixed(2)}%`, y, "text-anchor": anchor, direction: "ltr", ...(kind && { class: kind }) });
    text.textContent = words.replace("%(seconds)s", this.#number.format(milliseconds / 1000));
    return text;
  }

  #say(whole, totals, first, longest) {
    const place = this.#figure.querySelector("figcaption");
    const seconds = (value) => (value === undefined || value === null ? "–" : this.#number.format(value / 1000));
    const values = {
      seconds: seconds(whole), reasoning: totals.r, text: totals.t, tools: totals.c, odd: totals.u,
      first: seconds(first), gap: seconds(longest && longest[1] - longest[0]),
    };
    place.textContent = place.dataset.said.replace(/%\((\w+)\)s/g, (all, name) => values[name] ?? all);
  }

  #x(part) {
    return Number(((this.#mirrored ? 1 - part : part) * WIDE).toFixed(1));
  }

  #shape(name, attributes) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    return shape;
  }
}

const parts = (silences, whole) => silences.map(([from, to]) => [from / whole, to / whole]);

// Neighbouring buckets as one stretch: [from, to] in parts of the whole.
function stretches(hits) {
  const found = [];
  for (let i = 0; i < hits.length; i++) {
    if (!hits[i]) continue;
    const from = i;
    while (hits[i + 1]) i++;
    found.push([from / BUCKETS, (i + 0.8) / BUCKETS]);
  }
  return found;
}
