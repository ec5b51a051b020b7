// What changes with time alone: how long it goes on, how much came about, how long nothing came, and the countdown
// before a next try.
import { counted } from "../numbers.js";

const IDLE_FROM = 5_000;
const TOKEN = 4; // characters, about

export class Clock {
  #root;
  #heard = performance.now();
  #began;
  #characters = 0;
  #deadline;

  constructor(root) {
    this.#root = root;
    const { since = 0, now = 0 } = this.#elapsed()?.dataset ?? {};
    this.#began = performance.now() - Math.max(0, now - since) * 1_000;
    this.#characters = root.querySelector("[data-flow]")?.textContent.trim().length ?? 0;
    this.look();
  }

  start(isLive) {
    const timer = setInterval(() => {
      if (!isLive()) {
        clearInterval(timer);
        for (const each of [this.#idle(), this.#elapsed()]) if (each) each.hidden = true;
        return;
      }
      this.#tick();
    }, 1_000);
  }

  heard(updates) {
    if (updates.length) this.#heard = performance.now();
    for (const [kind, , text] of updates) if (kind === "delta") this.#characters += text.length;
  }

  // A countdown came or went.
  look() {
    const counter = this.#root.querySelector("[data-countdown]");
    this.#deadline = counter ? performance.now() + Number(counter.dataset.countdown) * 1_000 : undefined;
    this.#heard = performance.now();
  }

  #tick() {
    const now = performance.now();
    const counter = this.#root.querySelector("[data-countdown]");
    if (counter && this.#deadline) {
      const left = Math.max(0, Math.round((this.#deadline - now) / 1_000));
      counter.textContent = counter.dataset.words.replace("%(seconds)s", left);
    }
    this.#tell(Math.round((now - this.#began) / 1_000));
    const silent = now - this.#heard;
    const idle = this.#idle();
    idle.hidden = silent < IDLE_FROM || Boolean(counter);
    if (!idle.hidden) idle.textContent = idle.dataset.idle.replace("%(seconds)s", Math.floor(silent / 1_000));
  }

  #tell(seconds) {
    const place = this.#elapsed();
    if (!place) return;
    const about = Math.round(this.#characters / TOKEN);
    const words = place.dataset.elapsed.replace("%(seconds)s", seconds);
    place.textContent = about ? `${words} · ${counted(place.dataset.tokens, about)}` : words;
    place.hidden = false;
  }

  #elapsed() {
    return this.#root.querySelector("[data-elapsed]");
  }

  #idle() {
    return this.#root.querySelector("[data-idle]");
  }
}
