// One request in several tabs of a browser: what one of them kept, the others show when somebody looks at them.
const tabs = new BroadcastChannel("drafts");

export const tell = (form) => tabs.postMessage(form.dataset.draft);

// `put` takes the pane and the HTML that is to stand in it.
export function follow(pane, put) {
  const formOf = () => pane.querySelector("[data-request]");
  let behind = false;
  const catchUp = async () => {
    if (!behind || document.hidden) return;
    behind = false;
    const answer = await fetch(location.pathname + location.search).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.getElementById("request-pane");
    if (!fresh || formOf().dataset.saved === "not yet") return;
    const name = pane.contains(document.activeElement) && document.activeElement.name;
    put(pane, fresh.innerHTML);
    if (name) formOf().elements.namedItem(name)?.focus?.();
  };
  tabs.addEventListener("message", ({ data }) => {
    behind ||= formOf()?.dataset.draft === data && formOf().dataset.saved !== "not yet";
    catchUp();
  });
  document.addEventListener("visibilitychange", catchUp);
}
