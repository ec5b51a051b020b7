// A long list of which only the part near the eye is there. It is cut into blocks of rows; a block that is far away is
// empty and as high as its rows were, or would be.
import { html } from "../asking.js";

const AROUND = "900px 0px";
const NEAR_END = 48;

export class Rows {
  #place;
  #url;
  #page;
  #box;
  #numbers = null; // null: all, counted from 1
  #blocks = [];
  #high = 26;
  #following = false;
  #observer;
  length = 0;

  constructor(place, url, page) {
    this.#place = place;
    this.#url = url;
    this.#page = page;
    this.#box = place.closest(".pane__body") ?? document.scrollingElement;
    const scroller = this.#box === document.scrollingElement ? null : this.#box;
    this.#observer = new IntersectionObserver((seen) => seen.forEach((each) => this.#seen(each)), { root: scroller, rootMargin: AROUND });
    (scroller ?? document).addEventListener("scroll", () => (this.#following = this.#atEnd()), { passive: true });
    this.#adopt();
  }

  // These numbers of `count` events. What is there stays if the list only grew.
  show(numbers, count, anew) {
    this.#following = !anew && this.#following && this.#atEnd();
    this.#numbers = numbers;
    this.length = numbers ? numbers.length : count;
    if (anew) {
      for (const block of this.#blocks) this.#drop(block);
      this.#blocks = [];
    }
    let last = this.#blocks.at(-1);
    if (last && last.to - last.from < this.#page && last.to < this.length) {
      last.to = Math.min(last.from + this.#page, this.length);
      if (last.loaded) this.#append(last);
      else this.#reserve(last);
    }
    for (let from = last?.to ?? 0; from < this.length; from += this.#page) this.#add(from, Math.min(from + this.#page, this.length));
    this.#follow();
  }

  // The rows that came with the page.
  #adopt() {
    const rows = [...this.#place.children];
    if (!rows.length) return;
    const block = this.#add(0, rows.length);
    block.element.append(...rows);
    block.element.style.blockSize = "";
    block.loaded = true;
    this.#high = rows[0].offsetHeight || this.#high;
  }

  #add(from, to) {
    const element = document.createElement("div");
    const block = { element, from, to, loaded: false };
    element.block = block;
    this.#blocks.push(block);
    this.#place.append(element);
    this.#reserve(block);
    this.#observer.observe(element);
    return block;
  }

  #drop(block) {
    this.#observer.unobserve(block.element);
    block.element.remove();
    block.gone = true;
  }

  #reserve(block) {
    block.element.style.blockSize = `${(block.to - block.from) * this.#high}px`;
  }

  #seen({ target, isIntersecting }) {
    const { block } = target;
    if (block.gone) return;
    block.near = isIntersecting;
    if (isIntersecting && !block.loaded) this.#load(block);
    else if (!isIntersecting && block.loaded) this.#unload(block);
  }

  async #load(block) {
    // Whoever drags through the list passes many blocks: only where one rests is anything fetched.
    await new Promise((resolve) => setTimeout(resolve, 60));
    if (!block.near || block.loaded || block.gone) return;
    block.loaded = true;
    const rows = await html(this.#address(block, block.from));
    if (!rows || block.gone) return (block.loaded = false);
    block.element.replaceChildren(rows);
    block.element.style.blockSize = "";
    if (block.element.childElementCount < block.to - block.from) this.#append(block);
    this.#high = block.element.firstElementChild?.offsetHeight || this.#high;
    this.#follow();
  }

  #unload(block) {
    const { element } = block;
    if (element.querySelector("details[open]") || element.contains(document.activeElement)) return;
    element.style.blockSize = `${element.offsetHeight}px`;
    element.replaceChildren();
    block.loaded = false;
  }

  // The rows that a block on the page still lacks.
  async #append(block) {
    if (block.busy) return;
    block.busy = true;
    const have = block.element.childElementCount;
    const rows = have < block.to - block.from ? await html(this.#address(block, block.from + have)) : null;
    if (rows && !block.gone && block.element.childElementCount === have) block.element.append(rows);
    block.busy = false;
    this.#follow();
    if (rows && block.element.childElementCount > have && block.element.childElementCount < block.to - block.from) this.#append(block);
  }

  #address(block, from) {
    if (!this.#numbers) return `${this.#url}?after=${from}&most=${block.to - from}`;
    return `${this.#url}?numbers=${this.#numbers.slice(from, block.to).join(",")}`;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #follow() {
    if (this.#following) this.#box.scrollTop = this.#box.scrollHeight;
  }
}
