"""A request as fetch, for Node and browsers' consoles alike."""

from __future__ import annotations

from playground.samples.literals import javascript, quoted, read_exactly, survives_javascript
from playground.samples.request import KEY, Request

WHOLE = "console.log(await response.json());\n"
STREAM = """\
const decoder = new TextDecoder();
for await (const bytes of response.body) {
  process.stdout.write(decoder.decode(bytes, { stream: true }));
}
"""


def write(request: Request) -> str:
    headers = "".join(f"    {quoted(name)}: process.env.{each},\n" for name, each in request.variables().items())
    return (
        f"const response = await fetch({quoted(request.url)}, {{\n"
        '  method: "POST",\n'
        "  headers: {\n"
        f"    Authorization: `Bearer ${{process.env.{KEY}}}`,\n"
        '    "Content-Type": "application/json",\n'
        f"{headers}"
        "  },\n"
        f"  body: {_body(request)},\n"
        "});\n"
        "if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);\n"
    ) + (STREAM if request.streams else WHOLE)


def _body(request: Request) -> str:
    document = read_exactly(request.body)
    if survives_javascript(document):
        return f"JSON.stringify({javascript(document, 2)})"
    # A number in it is larger than JavaScript can hold: the text goes out as it is.
    return quoted(request.text)
