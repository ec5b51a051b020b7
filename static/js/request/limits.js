// Live counters: characters beside a text with a limit, pairs under key-value rows.
export function left(box) {
  const most = Number(box.dataset.limit);
  const long = [...box.value].length;
  box.toggleAttribute("data-over", long > most);
  box.title = `${long} / ${most}`;
  const place = box.parentElement.querySelector(":scope > [data-left]");
  if (place) place.textContent = long ? `${long} / ${most}` : "";
}

export function pairs(rows) {
  const place = rows.querySelector("[data-number-of]");
  if (place) place.textContent = Math.max(0, rows.querySelectorAll(":scope > [data-pair]").length - 1);
}

// A line of megabytes is not wrapped: that would keep the browser busy for minutes. The same figure is in forms.
const LONG_LINE = 20000;

export function unwrap(box, text = box.value) {
  if (text.length > LONG_LINE) box.toggleAttribute("data-unwrapped", text.split("\n").some((line) => line.length > LONG_LINE));
  else box.removeAttribute("data-unwrapped");
}
