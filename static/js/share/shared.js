// What a link shows, as its reader or its maker looks at it: the request in another language, without a new page.
export function attach(root) {
  // Of a session's many runs, the one that is shown may stand outside the row of them.
  root.parentElement.querySelector(".runs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-part]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(link.dataset.part, { headers: { "HX-Request": "true" } });
    const holder = document.createElement("template");
    holder.innerHTML = answer.ok ? await answer.text() : "";
    const part = holder.content.querySelector("section");
    if (!part) return location.assign(link.href);
    link.closest("section").replaceWith(part);
    part.querySelector("[data-part][aria-current]")?.focus();
  });
}
