// The one entry module. Everything else is fetched when it is wanted: `sight` modules when the page has what they
// serve, `near` modules at the first sign of a person (both export attach(element) and get each element once), and
// `press` modules when their button is pressed (they export act(element, event)).
const sight = {
  "data-panes": () => import("./panes.js"),
  "data-follow": () => import("./follow.js"),
  "data-run": () => import("./run.js"),
  "data-arrived": () => import("./arriving.js"),
  "data-next": () => import("./run/next.js"),
  "data-editor": () => import("./request/editor.js"),
  "data-event-list": () => import("./run/events.js"),
  "data-logprobs": () => import("./run/logprobs.js"),
  "data-replaying": () => import("./run/replay.js"),
  "data-stage": () => import("./stage/stage.js"),
  "data-tree": () => import("./run/told.js"),
  "data-shared": () => import("./share/shared.js"),
  "data-link": () => import("./share/link.js"),
  "data-request-link": () => import("./share/request-link.js"),
  "data-carried": () => import("./request/kept.js"),
};
const near = {
  "data-notice": () => import("./notice.js"),
  "data-keep-focus": () => import("./focus.js"),
  "data-request": () => import("./request/form.js"),
  "data-schema": () => import("./request/schema.js"),
  "data-opens-itself": () => import("./share/dialog.js"),
  "data-sessions": () => import("./sessions.js"),
  "data-side": () => import("./side.js"),
};
const press = {
  "data-theme-toggle": () => import("./theme.js"),
  "data-theme-set": () => import("./theme.js"),
  "data-copy": () => import("./copy.js"),
  "data-dialog": () => import("./dialog.js"),
  "data-replay-open": () => import("./run/replay.js"),
  "data-source": () => import("./run/source.js"),
  "data-show-parameter": () => import("./run/parameter.js"),
};
const typing = "input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable], .ace_editor";
const bound = new WeakMap();
document.documentElement.toggleAttribute("data-mac", /^(Mac|iP)/.test(navigator.platform)); // its keyboards say ⌘ for Ctrl

export function bind(root) {
  return Promise.all([...attachAll(root, sight), ...(awake ? attachAll(root, near) : [])]);
}

function attachAll(root, table) {
  return Object.entries(table).flatMap(([attribute, load]) => {
    const found = [...root.querySelectorAll(`[${attribute}]`)];
    if (root.matches?.(`[${attribute}]`)) found.push(root);
    return found.map((element) => attachOnce(element, attribute, load));
  });
}

async function attachOnce(element, attribute, load) {
  const known = bound.get(element) ?? new Set();
  if (known.has(attribute)) return;
  bound.set(element, known.add(attribute));
  const { attach } = await load();
  if (element.isConnected) attach(element); // else something else took its place meanwhile
}

// Somebody is here. A link or button of a pane that is clicked before its module is there is held, and pressed again
// then. A tick, a choice or a word is the browser's and shows at once; the modules only hear of it later.
let awake = null;
let waking = false;

function wake() {
  if (awake) return;
  waking = true;
  awake = Promise.all(attachAll(document, near)).finally(() => (waking = false));
}

function hold(event) {
  const { target, type } = event;
  const pane = target.closest?.(".pane");
  if (!waking || !Object.keys(near).some((attribute) => pane?.querySelector(`[${attribute}]`))) return;
  if (type !== "click") return void awake.then(() => target.dispatchEvent(new Event(type, { bubbles: true })));
  const pressed = target.closest("a, button"); // a drawing inside a button has no click of its own
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  awake.then(() => pressed.click());
}

// What helps people to work a page may show no pointer and no key, only what it did.
const signs = ["pointermove", "pointerdown", "keydown", "focusin", "click", "input", "change"];
for (const sign of signs) addEventListener(sign, wake, { capture: true, passive: true });
for (const act of ["click", "input", "change"]) document.addEventListener(act, hold, { capture: true });

document.addEventListener("click", async (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) menu.open = menu.contains(event.target);
  for (const [attribute, load] of Object.entries(press)) {
    const element = event.target.closest(`[${attribute}]`);
    if (element) (await load()).act(element, event);
  }
});

let keys; // one promise for every key: of several imports of a module the later may be answered first
document.addEventListener("keydown", async (event) => {
  if (event.isComposing || event.altKey) return;
  const command = event.ctrlKey || event.metaKey;
  const ours = command ? event.key === "Enter" : event.key === "Escape" || (event.key.length === 1 && !event.target.closest(typing));
  if (!ours) return;
  const slash = event.key === "/" || (event.code === "Slash" && event.key > "\x7f");
  if (command || slash) event.preventDefault(); // the browser would act before the module is here
  keys ??= Promise.all([import("./keys.js"), awake]);
  keys.catch(() => (keys = null));
  (await keys)[0].press(event);
});

// For the server, which writes the next page by it. An empty value is forgotten.
export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${value ? 31536000 : 0}; SameSite=Lax${secure}`;
}

// Another language is chosen for just what is shown: what stands behind the # as well, which the server was never told.
document.addEventListener("submit", ({ target }) => {
  const here = target.querySelector("[data-here]");
  if (here) here.value = location.pathname + location.search + location.hash;
});

// htmx: our own forms carry the CSRF token in a header; what it swaps in is bound like the page itself.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]")?.content ?? "";
});
document.addEventListener("htmx:load", ({ detail }) => bind(detail.elt));
// Times are told in the reader's own zone, from the next page on; pages for readers of a link keep no cookie.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (timeZone && document.querySelector("meta[name=csrf-token]") && !document.cookie.split("; ").includes(`zone=${timeZone}`)) {
  remember("zone", timeZone);
}
// A list that was searched or scrolled on the page before looks so again at once.
if (sessionStorage.getItem("sessions")) sight["data-sessions"] = near["data-sessions"];
bind(document);
