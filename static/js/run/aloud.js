// What a screen reader hears of a run: that it began, its answer in whole sentences, and how it ended. A log is read
// politely; deltas never go into it.
const EVERY = 2_000; // ms
const LONG = 400; // characters without an end of a sentence
const KEPT = 4;
const END = /[.!?…؟]["'”’»)]*\s|[。！？]["'”’»)」』）]*|\n/g; // after some marks no script writes a space
const MARKS = /[*_`#|>~]+/g;

export class Aloud {
  #root;
  #log;
  #waiting = "";
  #timer;

  constructor(root) {
    this.#root = root;
    this.#log = root.querySelector("[data-aloud]");
    this.#say(this.#status());
  }

  hear(updates) {
    for (const [kind, place, text] of updates) if (kind === "delta" && this.#isAnswer(place)) this.#waiting += text;
    if (this.#waiting && this.#log) this.#timer ??= setTimeout(() => this.#sentences(), EVERY);
  }

  end() {
    clearTimeout(this.#timer);
    this.#say(this.#waiting);
    const facts = [...this.#root.querySelectorAll(".facts dl > div")].map((fact) => fact.innerText.replace(/\s+/g, " "));
    this.#say([this.#status(), ...facts].join(", "));
  }

  #sentences() {
    this.#timer = undefined;
    const ends = [...this.#waiting.matchAll(END)].at(-1);
    let upto = ends ? ends.index + ends[0].length : 0;
    if (!upto && this.#waiting.length > LONG) upto = this.#waiting.lastIndexOf(" ") + 1 || this.#waiting.length;
    if (upto) this.#say(this.#waiting.slice(0, upto));
    this.#waiting = this.#waiting.slice(upto);
  }

  #say(text) {
    const said = text.replace(MARKS, "").trim();
    if (!said || !this.#log) return;
    this.#log.append(Object.assign(document.createElement("p"), { dir: "auto", textContent: said }));
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
  }

  #status() {
    return this.#root.querySelector(".facts .status")?.textContent ?? "";
  }

  #isAnswer(place) {
    const answer = ":is(.output, .problem:has(> [data-text]))"; // or a refusal
    return Boolean(this.#root.querySelector(`[data-place="${CSS.escape(place)}"] > ${answer}`));
  }
}
