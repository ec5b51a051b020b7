// The places of a run and what stands in them. Text goes in as text; HTML comes only from the server's own partials.
import { keepFocus } from "../focus.js";
import { grouped } from "../numbers.js";
import { morph } from "./morph.js";
import { settle, stop } from "./settle.js";
import { append } from "./sheets.js";

const later = new WeakMap(); // place -> what is to stand there when a button in it has its answer

export class Page {
  #root;
  #flow;
  number;

  #confused;

  // `confused`, if given, is called when what stands here and what is said do not fit: everything is to be said anew.
  constructor(root, confused) {
    this.#root = root;
    this.#confused = confused;
    this.#flow = root.querySelector("[data-flow]");
    this.number = Number(root.dataset.at);
  }

  get isGone() {
    return !this.#root.isConnected;
  }

  // One frame, as the server says it.
  take(frame) {
    if (frame.u) this.apply(frame.u);
    if (frame.u) this.count(frame.n);
    if (frame.s) this.state(frame.s);
    if (frame.end) this.end();
  }

  apply(updates) {
    for (const [kind, ...rest] of updates) this[`$${kind}`]?.(...rest);
  }

  count(number) {
    if (!number) return;
    this.number = number;
    for (const each of this.#root.querySelectorAll("[data-events]")) each.textContent = grouped(number);
  }

  state(parts) {
    for (const [name, html] of Object.entries(parts)) {
      const places = `[data-run-part="${name}"][data-of="${this.#root.dataset.run}"]`;
      for (const place of document.querySelectorAll(places)) fill(place, html);
    }
  }

  end() {
    delete this.#root.dataset.live;
    for (const busy of this.#root.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
  }

  $reset() {
    this.#flow.replaceChildren();
  }

  $part(place, html, before) {
    const element = this.#find(place) ?? this.#make(place, before);
    keepFocus(() => morph(element, html));
    window.htmx?.process(element);
  }

  // The text is now this; blocks stand for its first `upto` characters.
  $text(place, text, html = "", upto = 0) {
    const blocks = this.#blocks(place);
    if (blocks) {
      stop(blocks);
      blocks.innerHTML = html;
      blocks.dataset.covered = upto;
    }
    const to = this.#text(place);
    if (to) to.textContent = text;
  }

  $delta(place, text) {
    const to = this.#text(place);
    if (!to) return;
    // One text node that grows: a node for each delta would make a long answer slow.
    if (to.lastChild?.nodeType === Node.TEXT_NODE) to.lastChild.appendData(text);
    else to.append(text);
    inCode(to);
  }

  // Text has become blocks. Said in characters of the whole text, so hearing it twice changes nothing.
  $blocks(place, html, from, upto) {
    const blocks = this.#blocks(place);
    const text = this.#text(place);
    const covered = Number(blocks?.dataset.covered ?? 0);
    if (!blocks || upto <= covered) return;
    if (from && from !== covered) return this.#confused?.();
    if (!from) blocks.replaceChildren();
    append(blocks, html);
    blocks.dataset.covered = upto;
    text.firstChild?.deleteData(0, upto - covered);
    inCode(text);
  }

  $whole(place, html, upto) {
    const blocks = this.#blocks(place);
    if (!blocks) return;
    const text = this.#text(place);
    settle(blocks, html, () => (text.textContent = ""));
    blocks.dataset.covered = upto;
  }

  $done(place) {
    this.#find(place)?.setAttribute("data-done", "");
  }

  #find(place) {
    return this.#flow.querySelector(`[data-place="${CSS.escape(place)}"]`);
  }

  #text(place) {
    return this.#find(place)?.querySelector("[data-text]");
  }

  #blocks(place) {
    return this.#find(place)?.querySelector("[data-blocks]");
  }

  #make(place, before) {
    const element = document.createElement("div");
    element.className = "answer";
    element.dataset.place = place;
    const earlier = before ? this.#find(before) : null;
    const name = place.split("/", 1)[0];
    const group = this.#flow.querySelector(`[data-group="${CSS.escape(name)}"]`) ?? this.#group(name, earlier);
    if (earlier?.parentElement === group) earlier.after(element);
    else if (group.firstElementChild?.matches("h3")) group.firstElementChild.after(element);
    else group.prepend(element);
    return element;
  }

  #group(name, earlier) {
    const group = document.createElement("section");
    group.className = "answer";
    group.dataset.group = name;
    const heading = this.#root.querySelector("[data-choice]")?.content.cloneNode(true);
    if (heading && /^c\d+$/.test(name)) {
      heading.querySelector("[data-choice-number]").textContent = name.slice(1);
      group.append(heading);
    }
    if (earlier) earlier.parentElement.after(group);
    else this.#flow.prepend(group);
    return group;
  }
}

// Text that begins like a block of code is written like one, while its end has not come.
function inCode(tail) {
  const begins = tail.firstChild?.data?.slice(0, 3);
  tail.classList.toggle("tail--code", begins === "```" || begins === "~~~");
}

// HTML of our own partials, with what htmx and our modules do to it. What stands there already is left alone, since
// somebody may be about to press it; and what was pressed stays until it is answered: htmx finds the place of an answer
// from there.
function fill(place, html) {
  if (says(place, html)) return later.delete(place);
  const asking = place.querySelector(".htmx-request");
  if (asking) {
    if (!later.has(place)) asking.addEventListener("htmx:afterRequest", () => fillNow(place), { once: true });
    return void later.set(place, html);
  }
  keepFocus(() => (place.innerHTML = html));
  window.htmx?.process(place);
}

function fillNow(place) {
  const html = later.get(place);
  later.delete(place);
  if (html !== undefined && place.isConnected) fill(place, html);
}

// A page that is loaded has a token in each form, and other white space.
function says(place, html) {
  const [there, said] = [place.cloneNode(true), document.createElement("template")];
  for (const token of there.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
  said.innerHTML = html;
  return words(there) === words(said);
}

function words(element) {
  return element.innerHTML.replace(/\s+/g, " ").replaceAll("> <", "><").trim();
}
