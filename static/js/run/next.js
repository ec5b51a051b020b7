// What is written under a run, a further turn or answers to its calls, is kept in this tab until it is sent: a reload, a
// look at another run and a form that is drawn anew lose nothing.
const BOXES = "textarea, input[name=same]";

export function attach(form) {
  const key = `next ${form.action}`;
  const boxes = () => [...form.querySelectorAll(BOXES)];
  const kept = read(key);
  for (const box of boxes()) box.value ||= kept[box.name] ?? "";
  form.addEventListener("input", () => keep(key, boxes()));
  form.addEventListener("htmx:beforeOnLoad", ({ target, detail }) => {
    if (target === form && detail.xhr.status < 300) sessionStorage.removeItem(key); // another run has it now
  });
  form.dataset.kept = "";
}

function read(key) {
  return JSON.parse(sessionStorage.getItem(key)) ?? {};
}

function keep(key, boxes) {
  const written = boxes.filter((box) => box.value).map((box) => [box.name, box.value]);
  try {
    if (written.length) sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(written)));
    else sessionStorage.removeItem(key);
  } catch {
    // more than a browser keeps: it stands in the box all the same
  }
}
