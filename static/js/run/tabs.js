// The tabs of a run. Output is always there and grows unseen; another panel is fetched when it is asked for, and again
// when the run has ended. A link with data-panel-link shows its own tab in another view, in the same place.
import { html } from "../asking.js";
import { keepFocus } from "../focus.js";
import { bind, remember } from "../main.js";

export class Tabs {
  #root;
  #tabs;
  #url = "";
  #shown; // the tab whose panel one sees, which is not yet the one that was pressed
  #left = 0; // where the output was being read

  constructor(root) {
    this.#root = root;
    this.#tabs = root.querySelector("[data-run-tabs]");
    this.#shown = this.#tabs?.querySelector("[aria-current]");
    if (this.#shown) intoView(this.#shown);
    root.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const tab = event.target.closest("[data-tab]");
      const view = event.target.closest("[data-panel-link]");
      if (!tab && !view) return;
      event.preventDefault();
      if (tab) this.#choose(tab);
      else this.#look(view);
    });
    root.addEventListener("toggle", ({ target }) => target.matches?.("details.event") && open(target), true);
  }

  // What was shown of a run under way is not the whole of it. A list of events has grown by itself.
  ended() {
    const other = this.#panel("other");
    if (this.#url && !other.hidden && !other.querySelector("[data-event-list]")) this.#show(this.#url);
  }

  async #choose(tab) {
    this.#mark(tab);
    const output = tab.dataset.tab === "output";
    const came = output || (await this.#show(tab.dataset.url));
    if (!tab.hasAttribute("aria-current")) return; // another one was chosen while this one was fetched
    if (!came) return this.#mark(this.#shown);
    history.replaceState(history.state, "", withPace(this.#root, tab.href));
    const box = this.#root.querySelector(".pane__body");
    if (box && !this.#panel("output").hidden) this.#left = box.scrollTop;
    this.#shown = tab;
    this.#panel("output").hidden = !output;
    this.#panel("other").hidden = output;
    box?.dispatchEvent(new Event("another-panel"));
    // A panel is read from its beginning, the output from where one left it; what still grows is followed at its end.
    if (box && this.#root.dataset.live === undefined) box.scrollTop = output ? this.#left : 0;
  }

  #mark(tab) {
    for (const each of this.#tabs.querySelectorAll("[aria-current]")) each.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "true");
    intoView(tab);
  }

  async #look(link) {
    const { searchParams } = new URL(link.href);
    const tab = this.#tabs.querySelector(`[data-tab="${CSS.escape(searchParams.get("tab"))}"]`);
    if (!tab) return location.assign(link.href);
    keep(link);
    const nth = [...link.parentElement.children].indexOf(link);
    if (!(await this.#show(`${tab.dataset.url}?${searchParams}`))) return;
    history.replaceState(history.state, "", withPace(this.#root, link.href));
    this.#panel("other").querySelectorAll("[data-panel-link]")[nth]?.focus();
  }

  // Whether it came, and nothing else was asked for meanwhile.
  async #show(url) {
    const before = this.#url;
    this.#url = url;
    const content = await html(url);
    if (this.#url !== url) return false;
    if (!content) {
      this.#url = before;
      return false;
    }
    const panel = this.#panel("other");
    keepFocus(() => panel.replaceChildren(content));
    bind(panel);
    return true;
  }

  #panel(name) {
    return this.#root.querySelector(`[data-run-panel="${name}"]`);
  }
}

// Not all tabs find room on a phone; the page itself stays where it is.
function intoView(tab) {
  tab.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// An address of the run that keeps a replay going, if there is one: its pace.
export function withPace(root, href) {
  const address = new URL(href);
  if (root.dataset.pace) address.searchParams.set("replay", root.dataset.pace);
  else address.searchParams.delete("replay");
  return address;
}

// A choice that holds for other runs too, such as the language of code.
function keep(link) {
  const name = link.closest("[data-remember]")?.dataset.remember;
  if (name) remember(name, link.dataset.value);
}

// What is in an event is fetched when it is opened.
async function open(event) {
  const body = event.querySelector(".event__body");
  if (!event.open || body.hasChildNodes()) return;
  const content = await html(event.dataset.url);
  if (content) body.replaceChildren(content);
}
