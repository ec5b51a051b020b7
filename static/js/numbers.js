// Numbers as the server writes them: western digits in every language, always in groups of three.
const lang = `${document.documentElement.lang || "en"}-u-nu-latn`;
const plurals = new Intl.PluralRules(lang);
const counts = new Intl.NumberFormat(lang, { useGrouping: "always" });

export function numbers(options) {
  return new Intl.NumberFormat(lang, { useGrouping: "always", ...options });
}

export function grouped(count) {
  return counts.format(count);
}

// The form that a count needs, of those that the server gave: {"one": "%(count)s event", "other": "%(count)s events"}.
export function counted(forms, count) {
  const words = JSON.parse(forms);
  return (words[plurals.select(count)] ?? words.other).replace("%(count)s", grouped(count));
}
