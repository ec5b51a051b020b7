// The whole of a text has been rendered once more, as one document. Nearly all of it is on the page already: only what
// differs is changed, a little at a time, so that the page answers meanwhile.
import { first, insert, next } from "./sheets.js";

const AT_ONCE = 40_000; // characters of HTML that are simply put there
const SLICE = 6; // milliseconds
const AHEAD = 40; // how far a block is looked for behind the one it should be
const PIECE = 16_000;
const TAG = /<(\/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>/g;
const VOID = new Set(["br", "hr", "img"]);
const running = new WeakMap();

export function settle(blocks, html, then) {
  stop(blocks);
  if (html.length <= AT_ONCE) {
    blocks.innerHTML = html;
    return then();
  }
  const work = { pieces: pieces(html), fresh: [], next: 0, old: first(blocks) };
  running.set(blocks, work);
  const go = () => {
    if (running.get(blocks) !== work) return;
    if (step(blocks, work)) requestAnimationFrame(() => setTimeout(go));
    else {
      running.delete(blocks);
      then();
    }
  };
  go();
}

// Something newer was said of this text.
export function stop(blocks) {
  running.delete(blocks);
}

// True while there is more to do.
function step(blocks, work) {
  const until = performance.now() + SLICE;
  while (work.next < work.fresh.length || read(work)) {
    if (performance.now() > until) return true;
    const node = work.fresh[work.next++];
    const same = find(work.old, node);
    if (!same) insert(blocks, node, work.old);
    else {
      while (work.old !== same) work.old = drop(work.old);
      work.old = next(same);
    }
  }
  while (work.old) {
    if (performance.now() > until) return true;
    work.old = drop(work.old);
  }
  return false;
}

// The next piece of the document as nodes; false at its end.
function read(work) {
  const { value, done } = work.pieces.next();
  if (done) return false;
  const holder = document.createElement("template");
  holder.innerHTML = value;
  work.fresh = [...holder.content.childNodes];
  work.next = 0;
  return true;
}

// HTML of ours in pieces that end between two blocks.
function* pieces(html) {
  let depth = 0;
  let start = 0;
  for (const { 0: tag, 1: closing, 2: name, index } of html.matchAll(TAG)) {
    if (VOID.has(name)) continue;
    depth += closing ? -1 : 1;
    const end = index + tag.length;
    if (depth || !closing || end - start < PIECE) continue;
    yield html.slice(start, end);
    start = end;
  }
  yield html.slice(start);
}

function find(from, node) {
  for (let old = from, left = AHEAD; old && left; old = next(old), left--) if (old.isEqualNode(node)) return old;
  return null;
}

function drop(old) {
  const following = next(old);
  old.remove();
  return following;
}
