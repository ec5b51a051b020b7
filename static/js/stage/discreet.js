// What a presenter types is before the room at once: what looks like a secret is dots there, in its box as well. The
// patterns are the server's own.
const DOTS = "•••";

export class Discreet {
  #patterns;

  constructor(sources) {
    this.#patterns = sources.map((source) => new RegExp(source, "gu"));
  }

  hide(text) {
    return this.#patterns.reduce((shown, pattern) => shown.replace(pattern, DOTS), text);
  }

  cover(box) {
    box.toggleAttribute("data-secret", this.hide(box.value) !== box.value);
  }
}
