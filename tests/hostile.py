"""The corpus of hostile strings, and a look at HTML that finds whatever is not ours."""

import json
from html.parser import HTMLParser
from pathlib import Path

from playground.rendering import safe_url
from playground.rendering.links import is_picture

CORPUS: dict[str, list[str]] = json.loads((Path(__file__).parent / "corpus" / "hostile.json").read_text("utf-8"))
STRINGS = [text for family in CORPUS.values() for text in family]

TAGS = {
    "a", "bdi", "blockquote", "br", "button", "code", "del", "div", "em", "h3", "h4", "h5", "h6", "hr", "img", "li",
    "ol", "p", "pre", "s", "span", "strong", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
CLASSES = {
    "btn", "btn--quiet", "btn--small", "btn--copy", "cite", "code", "code__head", "ctl", "elsewhere", "end", "mark",
    "middle", "muted", "plain", "scroll", "task", "tc", "tiny", "tk", "tn", "told", "tp", "ts",
}  # fmt: skip
VALUES: dict[str, set[str]] = {
    "dir": {"auto"},
    "target": {"_blank"},
    "rel": {"noopener noreferrer"},
    "loading": {"lazy"},
    "tabindex": {"0"},
    "type": {"button"},
    "data-copyable": {"1"},
    "data-copy": {""},
    "data-told": {""},
    "aria-describedby": {"told-0"},
}
FREE = {"alt", "aria-label", "data-c", "data-copy-name", "start"}


class Audit(HTMLParser):
    """Reads HTML and notes each element, attribute and address that no page of ours has."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.findings: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.findings.append(f"<{tag}>")
        for name, value in attrs:
            if not self.is_ours(name, value or ""):
                self.findings.append(f"{tag} {name}={value!r}")

    def is_ours(self, name: str, value: str) -> bool:
        if name == "class":
            return set(value.split()) <= CLASSES
        if name == "href":
            return bool(safe_url(value))
        if name == "src":
            return is_picture(value)
        return name in FREE or value in VALUES.get(name, ())

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.findings.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.findings.append(f"<!{decl}")

    def handle_pi(self, data: str) -> None:
        self.findings.append(f"<?{data}")

    def unknown_decl(self, data: str) -> None:
        self.findings.append(f"<![{data}")

    @property
    def text(self) -> str:
        return "".join(self.words)
