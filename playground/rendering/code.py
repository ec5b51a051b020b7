"""Code and JSON in the five inks of the house: keyword, string, number, comment, name.

JSON is laid out from its own characters, never parsed and printed again: numbers keep their spelling, doubled keys
stay doubled, and a document that breaks off half-way (a call whose arguments are still arriving) is laid out as far
as it goes.
"""

import re
from collections.abc import Iterator
from functools import cache

from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

from playground.rendering.budget import Budget, TooCostly
from playground.rendering.text import clean, escaped

SECONDS = 0.2
LARGEST_HIGHLIGHT = 60_000
LONGEST_LINE = 2_000
LARGEST_JSON = 1_000_000
DEEPEST_INDENT = 40

#: Lexers that were tried with hostile input; any other language is shown in one ink.
LANGUAGES = {
    "bash", "c", "cpp", "csharp", "css", "dart", "diff", "docker", "elixir", "go", "graphql", "groovy", "haskell",
    "html", "http", "ini", "java", "javascript", "json", "jsx", "julia", "kotlin", "lua", "make", "nginx",
    "objective-c", "perl", "php", "powershell", "protobuf", "python", "r", "ruby", "rust", "scala", "scss", "sql",
    "swift", "toml", "tsx", "typescript", "xml", "yaml",
}  # fmt: skip
ALIASES = {
    "c#": "csharp", "c++": "cpp", "cs": "csharp", "console": "bash", "dockerfile": "docker", "golang": "go",
    "htm": "html", "js": "javascript", "jsonc": "json", "json5": "json", "kt": "kotlin", "makefile": "make",
    "mjs": "javascript", "node": "javascript", "objc": "objective-c", "pl": "perl", "postgresql": "sql",
    "proto": "protobuf", "ps1": "powershell", "py": "python", "python3": "python", "rb": "ruby", "rs": "rust",
    "sh": "bash", "shell": "bash", "svg": "xml", "ts": "typescript", "yml": "yaml", "zsh": "bash",
}  # fmt: skip

_INKS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "tc"),
    (String, "ts"),
    (Number, "tn"),
    (Keyword.Constant, "tk"),
    (Keyword, "tk"),
    (Operator.Word, "tk"),
    (Name.Tag, "tk"),
    (Name.Attribute, "tp"),
    (Name.Function, "tp"),
    (Name.Class, "tp"),
)


def highlight(code: str, language: str) -> SafeString:
    """`code` in the inks of its language, or in one ink when the language is unknown or the code too much."""
    if ALIASES.get(language.lower(), language.lower()) == "json" and len(code) <= LARGEST_JSON:
        return mark_safe("".join(_inked_json(clean(code))))  # noqa: S308  each piece is escaped in _span
    lexer = _lexer(language.lower())
    if lexer is None or not _is_modest(code):
        return mark_safe(escaped(code))  # noqa: S308
    own = Budget(0, SECONDS)  # costly code is shown in one ink; that alone does not make its document plain
    try:
        return mark_safe("".join(_inked(lexer, clean(code), own)))  # noqa: S308  each piece is escaped in _span
    except TooCostly:
        return mark_safe(escaped(code))  # noqa: S308


def _is_modest(code: str) -> bool:
    return len(code) <= LARGEST_HIGHLIGHT and max(map(len, code.split("\n")), default=0) <= LONGEST_LINE


@cache
def _known_lexer(name: str) -> Lexer | None:
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _lexer(language: str) -> Lexer | None:
    name = ALIASES.get(language, language)
    return _known_lexer(name) if name in LANGUAGES else None


def _inked(lexer: Lexer, code: str, budget: Budget) -> Iterator[str]:
    """Spans, one for each run of the same ink."""
    ink = ""
    run: list[str] = []
    for kind, piece in lexer.get_tokens(code):
        budget.step()
        new = _ink(kind)
        if new != ink and piece.strip():
            yield _span(ink, "".join(run))
            ink, run = new, []
        run.append(piece)
    yield _span(ink, "".join(run))


@cache
def _ink(kind: _TokenType) -> str:
    return next((ink for family, ink in _INKS if is_token_subtype(kind, family)), "")


def _span(ink: str, text: str) -> str:
    return f'<span class="{ink}">{escaped(text)}</span>' if ink and text else escaped(text)


# A string that is never closed reaches to the end: so each character is looked at once, whatever comes.
_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_COLON = re.compile(r"[ \t]{0,20}:")
_NUMBER = re.compile(r"-?\d[\d.eE+-]*+\Z")
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)


def pretty_json(text: str, *, readable: bool = False) -> SafeString:
    r"""JSON laid out and inked. What does not begin like a document or list is shown as it is.

    `readable` writes \uXXXX escapes of letters as the letters; everything that could hide or act stays escaped.
    """
    if len(text) > LARGEST_JSON or text.lstrip()[:1] not in ("{", "["):
        return mark_safe(escaped(text))  # noqa: S308
    return mark_safe("".join(_laid_out(clean(text), readable)))  # noqa: S308  each piece is escaped in _span


def _laid_out(text: str, readable: bool) -> Iterator[str]:
    depth, opened, in_object = 0, False, [False]  # opened: the last piece was a bracket that may close at once
    at_key = False
    for piece in map(re.Match.group, _PIECE.finditer(text)):
        if piece in "]}":
            depth = max(0, depth - 1)
            if len(in_object) > 1:
                in_object.pop()
            yield piece if opened else _newline(depth) + piece
            opened = at_key = False
            continue
        if opened:
            yield _newline(depth)
        opened = False
        if piece in "{[":
            yield piece
            depth += 1
            in_object.append(piece == "{")
            opened, at_key = True, piece == "{"
        elif piece == ",":
            yield piece + _newline(depth)
            at_key = in_object[-1]
        elif piece == ":":
            yield ": "
            at_key = False
        else:
            yield _value(piece, at_key, readable)


def _inked_json(text: str) -> Iterator[str]:
    """JSON as it stands, its white space kept."""
    done = 0
    for found in _PIECE.finditer(text):
        yield escaped(text[done : found.start()])
        done = found.end()
        yield _value(found[0], bool(_COLON.match(text, done)), readable=False)
    yield escaped(text[done:])


def _newline(depth: int) -> str:
    return "\n" + "  " * min(depth, DEEPEST_INDENT)


def _value(piece: str, at_key: bool, readable: bool) -> str:
    if piece[0] == '"':
        return _span("tp" if at_key else "ts", _unescaped(piece) if readable and "\\u" in piece else piece)
    if piece in ("true", "false", "null"):
        return _span("tk", piece)
    return _span("tn" if _NUMBER.match(piece) else "", piece)


def _unescaped(string: str) -> str:
    def letter(found: re.Match[str]) -> str:
        if not found[0].startswith("\\u"):
            return found[0]
        try:
            text = bytes.fromhex(found[0].replace("\\u", "")).decode("utf-16-be")
        except UnicodeDecodeError:  # half of a pair
            return found[0]
        return text if text.isprintable() and not any(c in '"\\' for c in text) else found[0]

    return _ESCAPE.sub(letter, string)
