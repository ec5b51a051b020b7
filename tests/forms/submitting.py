"""What a browser would send of a form, read from its HTML: names and values of the successful controls, in order."""

from html.parser import HTMLParser
from urllib.parse import urlencode

from django.http import QueryDict


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: list[tuple[str, str]] = []
        self._text: list[str] | None = None
        self._area = ""
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._in_template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._in_template += 1
        if self._in_template:
            return
        if tag == "input" and found.get("name"):
            self._input(found)
        elif tag == "textarea" and found.get("name"):
            self._area, self._text = found["name"], []
        elif tag == "select" and found.get("name"):
            self._select = (found["name"], [])
        elif tag == "option" and self._select:
            self._select[1].append((found.get("value", ""), "selected" in found))

    def _input(self, found: dict[str, str]) -> None:
        kind = found.get("type", "text")
        if kind in ("radio", "checkbox"):
            if "checked" in found:
                self.sent.append((found["name"], found.get("value", "on")))
        elif kind not in ("file", "button", "submit"):
            value = found.get("value", "")
            self.sent.append((found["name"], value if kind == "hidden" else value.replace("\r", "").replace("\n", "")))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._in_template -= 1
        elif tag == "textarea" and self._text is not None:
            text = "".join(self._text).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\n")
            self.sent.append((self._area, text))
            self._text = None
        elif tag == "select" and self._select:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [options[0][0]]
            self.sent.append((name, chosen[-1]))
            self._select = None


def pairs_of(html: str) -> list[tuple[str, str]]:
    """The entry list of the form, with line breaks as they travel."""
    controls = _Controls()
    controls.feed(html)
    controls.close()
    return [(name, value.replace("\n", "\r\n")) for name, value in controls.sent]


def submitted(html: str) -> QueryDict:
    """The same as a view receives it, after its way over the wire."""
    return QueryDict(urlencode(pairs_of(html)))
