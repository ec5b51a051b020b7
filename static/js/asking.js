// A part of the page, fetched. What went wrong is told where the page tells such things; whoever asked gets an answer
// that is not `ok`.
export async function ask(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => ({ ok: false, status: 0 }));
  document.dispatchEvent(new CustomEvent("answered", { detail: { status: answer.status } }));
  return answer;
}

// The same as nodes; null when it did not come.
export async function html(url) {
  const answer = await ask(url);
  if (!answer.ok) return null;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content;
}
