// The blocks of a long answer lie on sheets of some twenty, and what is out of sight is not laid out: so that the page
// has eighty things to keep track of, not two thousand. To all others the blocks are one list.
const FULL = 24;
const LONG = 3; // sheets

export function append(blocks, html) {
  if (blocks.dataset.blocks !== "sheets") return blocks.insertAdjacentHTML("beforeend", html);
  const holder = document.createElement("template");
  holder.innerHTML = html;
  let sheet = blocks.lastElementChild;
  for (const node of [...holder.content.childNodes]) {
    if (!isSheet(sheet) || sheet.childElementCount >= FULL) {
      sheet = document.createElement("div");
      sheet.className = "sheet";
      blocks.append(sheet);
    }
    sheet.append(node);
  }
  blocks.classList.toggle("long", blocks.childElementCount >= LONG);
}

export function first(blocks) {
  return isSheet(blocks.firstElementChild) ? inside(blocks.firstElementChild) : blocks.firstChild;
}

export function next(node) {
  return node.nextSibling ?? (isSheet(node.parentElement) ? inside(node.parentElement.nextElementSibling) : null);
}

// Puts a node before another one, or behind all.
export function insert(blocks, node, before) {
  if (before) before.before(node);
  else if (isSheet(blocks.lastElementChild)) blocks.lastElementChild.append(node);
  else blocks.append(node);
}

function inside(sheet) {
  while (sheet && !sheet.firstChild) sheet = sheet.nextElementSibling;
  return sheet?.firstChild ?? null;
}

function isSheet(element) {
  return Boolean(element?.classList.contains("sheet"));
}
