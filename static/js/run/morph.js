// Puts a partial in the place of an older one and leaves alone what both have: texts that grow ([data-blocks] and
// [data-text]), folds that the reader opened or closed, and every element that stayed the same. Moving a long text would
// mean to lay it out again. What comes out is what a page that is loaded would have, down to the white space.
const GROWS = "[data-blocks], [data-text]";
const theirs = new WeakSet(); // folds that the reader opened or closed

document.addEventListener("click", ({ target }) => {
  const fold = target.closest("summary")?.parentElement;
  if (fold) theirs.add(fold);
});

export function morph(place, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  children(place, holder.content);
}

function children(old, fresh) {
  const before = [...old.children];
  for (const node of [...old.childNodes]) if (node.nodeType !== Node.ELEMENT_NODE) node.remove();
  let next = 0;
  for (const node of [...fresh.childNodes]) {
    const there = before[next] ?? null;
    if (node.nodeType !== Node.ELEMENT_NODE || !there) old.insertBefore(node, there);
    else one(there, node);
    if (node.nodeType === Node.ELEMENT_NODE) next += 1;
  }
  for (const spare of before.slice(next)) spare.remove();
}

function one(old, fresh) {
  if (fresh.matches(GROWS) && old.matches(GROWS)) return;
  if (old.tagName !== fresh.tagName || !fresh.querySelector(GROWS) || !old.querySelector(GROWS)) {
    if (!old.isEqualNode(fresh)) old.replaceWith(fresh);
    return;
  }
  const stays = (name) => name === "open" && theirs.has(old);
  for (const { name } of [...old.attributes]) if (!stays(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (!stays(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  children(old, fresh);
}
