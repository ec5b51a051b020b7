// JSON laid out for reading: two spaces a step, one value a line. Numbers and escapes stay letter by letter what they
// are, which parsing and writing them anew would not promise.
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export function laidOut(text) {
  JSON.parse(text); // throws where it is broken: that is no time to move what somebody types
  const tokens = text.match(TOKENS);
  let depth = 0;
  let made = "";
  const line = () => "\n" + "  ".repeat(depth);
  for (const [position, token] of tokens.entries()) {
    const before = tokens[position - 1];
    if (token === "}" || token === "]") {
      depth -= 1;
      if (before !== "{" && before !== "[") made += line();
    } else if (before === "{" || before === "[" || before === ",") made += line();
    made += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth += 1;
  }
  return made;
}
