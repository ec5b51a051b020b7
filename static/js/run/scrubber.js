// The controls of a replay: a button, the pace, a hand on the run's line. Space plays and pauses, arrows move the hand.
import { numbers } from "../numbers.js";

const tenths = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const STEPS = 50; // strokes of an arrow key from one end to the other
const SVG = "http://www.w3.org/2000/svg";
const TYPED = "input:not([type=range]), textarea, select, [contenteditable]";
const PRESSED = "button, a[href], summary, [role=tab]";

export class Scrubber {
  #bar;
  #around;
  #player;
  #hand;
  #veil;
  #length = 1;

  // It answers to keys around it, until the signal says that it is over.
  constructor(bar, around, signal) {
    this.#bar = bar;
    this.#around = around;
    this.#hand = bar.querySelector("[data-replay-hand]");
    const listen = (target, type, act) => target.addEventListener(type, act, { signal });
    listen(bar.querySelector("[data-replay-play]"), "click", () => this.#toggle());
    listen(this.#hand, "input", () => this.#player?.seek(Number(this.#hand.value)));
    listen(bar, "change", ({ target }) => target.name === "replay-pace" && this.#paced());
    listen(document, "keydown", (event) => this.#press(event));
  }

  get pace() {
    return Number(this.#bar.querySelector("[name=replay-pace]:checked")?.value ?? 1);
  }

  // What it moves from now on, and the line of that run.
  hold(player, wire) {
    this.#player = player;
    const line = wire.cloneNode(true);
    this.#length = Math.max(1, Number(line.dataset.length));
    this.#veil = line.appendChild(document.createElementNS(SVG, "rect"));
    for (const [name, value] of Object.entries({ class: "veil", y: 0, height: 12 })) this.#veil.setAttribute(name, value);
    line.removeAttribute("role");
    line.removeAttribute("aria-label");
    line.setAttribute("aria-hidden", "true");
    this.#bar.querySelector(".wire").replaceWith(line);
    this.#hand.max = this.#length;
    this.show();
  }

  show() {
    const { at, playing } = this.#player;
    const values = { at: seconds(at), of: seconds(this.#length) };
    const time = this.#bar.querySelector("[data-replay-time]");
    this.#hand.value = at;
    this.#hand.setAttribute("aria-valuetext", filled(this.#hand.dataset.told, values));
    time.textContent = filled(time.dataset.replayTime, values);
    const part = Math.min(100, (100 * at) / this.#length);
    this.#veil.setAttribute("x", `${part}%`);
    this.#veil.setAttribute("width", `${100 - part}%`);
    for (const each of this.#bar.querySelectorAll("[data-when]")) each.hidden = (each.dataset.when === "playing") !== playing;
  }

  focus() {
    this.#bar.querySelector("[data-replay-play]").focus();
  }

  #toggle() {
    if (this.#player?.playing) this.#player.pause();
    else this.#player?.play();
  }

  #paced() {
    if (this.#player) this.#player.pace = this.pace;
    this.#bar.dispatchEvent(new CustomEvent("replay-pace", { detail: this.pace }));
  }

  #press(event) {
    const { key, target } = event;
    const here = this.#around.contains(target) || (target === document.body && this.#around.matches("[data-run]"));
    if (!here || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target.closest(TYPED)) return;
    const along = { ArrowLeft: -1, ArrowRight: 1 }[key] * (getComputedStyle(this.#bar).direction === "rtl" ? -1 : 1);
    if (key === " " && !target.closest(PRESSED)) this.#toggle();
    else if (along && !target.closest("[role=separator]")) this.#player?.seek(this.#player.at + (along * this.#length) / STEPS);
    else if (key === "Home" && target === this.#hand) this.#player?.seek(0);
    else if (key === "End" && target === this.#hand) this.#player?.seek(this.#length);
    else return;
    event.preventDefault();
  }
}

function seconds(milliseconds) {
  return tenths.format(milliseconds / 1000);
}

function filled(text, values) {
  return text.replace(/%\((\w+)\)s/g, (all, key) => values[key] ?? all);
}
