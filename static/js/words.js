// Words that scripts say. They live in the page, translated; here only their names are known.
const words = document.getElementById("words")?.content;

export function word(name, values = {}) {
  const text = words?.querySelector(`[data-word="${name}"]`)?.textContent ?? name;
  return text.replace(/%\((\w+)\)s/g, (all, key) => values[key] ?? all);
}

// Why our own server did not do what was asked, as the name of a word.
export function reason(status) {
  if (!status) return "no-answer";
  if (status === 403) return "refused";
  if (status === 413) return "too-large";
  return status >= 500 ? "broken" : "not-done";
}

// Said politely to screen readers; the same sentence twice is said twice.
export function say(text) {
  const place = document.getElementById("said");
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = text));
}
