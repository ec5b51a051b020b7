"""Every string a person may read, collected from the code, and the catalogues in which it is translated.

GNU gettext would do this too, but it is a program that a fresh machine does not have. Python is read by its syntax
tree, templates by the same words that Django's own extraction uses.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.template import base as template_base
from django.utils.translation.template import templatize

#: function -> where its message, its plural and its context stand among the arguments
_CALLS = {
    "gettext": (0, None, None),
    "ngettext": (0, 1, None),
    "pgettext": (1, None, 0),
    "npgettext": (1, 2, 0),
}
_IN_TEMPLATE = re.compile(
    r"\b(n?p?gettext|_)\(\s*((?:u?(?:'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")\s*,?\s*)+)", re.DOTALL
)
_LITERAL = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")

#: Plural forms by language: how many, and the rule.
PLURALS = {
    "en": "nplurals=2; plural=(n != 1);",
    "it": "nplurals=2; plural=(n != 1);",
    "ja": "nplurals=1; plural=0;",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}


class Message(NamedTuple):
    text: str
    plural: str = ""
    context: str | None = None


def collect(root: Path) -> dict[Message, list[str]]:
    """Every message below the project's code and templates, with the files it stands in."""
    found: dict[Message, list[str]] = {}
    for path in sorted([*(root / "playground").rglob("*.py"), *(root / "templates").rglob("*.html")]):
        read = in_python if path.suffix == ".py" else in_template
        name = str(path.relative_to(root))
        for message in read(path.read_text()):
            places = found.setdefault(message, [])
            if name not in places:
                places.append(name)
    return _joined(found)


def _joined(found: dict[Message, list[str]]) -> dict[Message, list[str]]:
    """A message with a plural serves the same text without one."""
    with_plural = {(message.text, message.context): message for message in found if message.plural}
    joined: dict[Message, list[str]] = {}
    for message, places in found.items():
        joined.setdefault(with_plural.get((message.text, message.context), message), []).extend(places)
    return joined


def in_python(source: str) -> Iterator[Message]:
    tree = ast.parse(source)
    names = _names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        kind = _CALLS.get(names.get(name, name).removesuffix("_lazy").removesuffix("_noop"))
        if kind:
            strings: list[object] = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
            yield from _message(strings, kind)


def _names(tree: ast.Module) -> dict[str, str]:
    """What the module calls Django's translation functions."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    }


def in_template(source: str) -> Iterator[Message]:
    # Lets Django's lexer see tags that stand over several lines.
    original, template_base.tag_re = template_base.tag_re, re.compile(template_base.tag_re.pattern, re.DOTALL)
    try:
        plain = templatize(source)
    finally:
        template_base.tag_re = original
    for match in _IN_TEMPLATE.finditer(plain):
        kind = _CALLS["gettext" if match.group(1) == "_" else match.group(1)]
        yield from _message([ast.literal_eval(each) for each in _LITERAL.findall(match.group(2))], kind)


def _message(strings: list[object], kind: tuple[int, int | None, int | None]) -> Iterator[Message]:
    at, plural_at, context_at = kind

    def string(position: int | None) -> str | None:
        value = strings[position] if position is not None and position < len(strings) else None
        return value if isinstance(value, str) else None

    if text := string(at):
        yield Message(text, string(plural_at) or "", string(context_at))


# -- catalogues ---------------------------------------------------------------------------------------------------


def bring_up_to_date(path: Path, language: str, messages: dict[Message, list[str]]) -> None:
    """Add what is new, drop what is gone, keep every translation that still fits."""
    known = {_key(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": PLURALS[language],
    }
    for message in sorted(messages, key=lambda each: (messages[each][0], each.text, each.context or "")):
        entry = known.get(message) or _new_entry(message, language)
        entry.occurrences = [(place, "") for place in messages[message]]
        entry.flags = ["python-format"] * ("%(" in message.text) + ["fuzzy"] * entry.fuzzy
        catalogue.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))


def faults(path: Path, messages: dict[Message, list[str]]) -> list[str]:
    """What is wrong with a catalogue: missing, fuzzy or empty translations, and blanks that do not match."""
    known = {_key(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    found = [f"missing: {message.text!r}" for message in messages if message not in known]
    for message, entry in known.items():
        if message not in messages:
            found.append(f"no longer used: {entry.msgid!r}")
        elif entry.fuzzy or not entry.translated():
            found.append(f"not translated: {entry.msgid!r}")
        else:
            found += _unlike(entry)
    return found


_BLANK = re.compile(r"%\(\w+\)[sd]")


def _unlike(entry: polib.POEntry) -> list[str]:
    """Translations whose blanks are not those of the message. A plural form may leave out the number itself."""
    given = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    allowed = set(_BLANK.findall(entry.msgid)) | set(_BLANK.findall(entry.msgid_plural))
    needed = set() if entry.msgid_plural else allowed
    return [
        f"other blanks: {entry.msgid!r} in {text!r}"
        for text in given
        if not needed <= set(_BLANK.findall(text)) <= allowed
    ]


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural, entry.msgctxt)


def _new_entry(message: Message, language: str) -> polib.POEntry:
    if not message.plural:
        return polib.POEntry(msgid=message.text, msgctxt=message.context)
    count = int(PLURALS[language].split(";")[0].split("=")[1])
    return polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural,
        msgctxt=message.context,
        msgstr_plural=dict.fromkeys(range(count), ""),
    )
