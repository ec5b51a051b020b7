"""The words of an audience: which of a preset's request its visitors write, and the request that their words make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from playground.api import documents
from playground.api.documents import BadDocument
from playground.api.endpoints import ENDPOINTS, RESPONSES, Endpoint
from playground.forms.attachments import tokens_in
from playground.forms.prepared import Prepared, prepare_written
from playground.forms.written import Written
from playground.models import Audience, Preset, User
from playground.presets import blanks, blanks_to_speak, fill, spoken, with_prompt
from playground.rendering import clean
from playground.uploads import files_of

#: How the fields of a visitor's form are called; a blank may have any name, so it has ours before it.
PROMPT: Final = "prompt"
BLANK: Final = "blank."
#: Characters that one field takes.
LONGEST: Final = 4000
YOUR_PROMPT: Final = _("Your prompt")
_DOTS: Final = "…"


@dataclass(frozen=True, slots=True)
class Box:
    """One field of the visitor's form."""

    name: str
    label: str | Promise
    value: str = ""
    is_long: bool = False  # asks for more than a few words


@dataclass(frozen=True)
class Words:
    """`blanks` and the prompt are the visitor's; `given` holds the owner's values for the other blanks."""

    endpoint: Endpoint
    body: dict[str, Any]
    blanks: tuple[str, ...]
    given: Mapping[str, str]
    prompt: bool = False

    @classmethod
    def of(cls, found: Audience) -> Words:
        asks = found.asks or {}
        return cls(
            ENDPOINTS.get(found.endpoint, RESPONSES),
            body_of(found.body),
            tuple(asks.get("blanks", ())),
            dict(asks.get("given", {})),
            bool(asks.get("prompt")),
        )

    @property
    def asks(self) -> dict[str, Any]:
        """How the link keeps this."""
        return {"blanks": list(self.blanks), "given": dict(self.given), "prompt": self.prompt}

    # -- the form ---------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> list[str]:
        return [*([PROMPT] if self.prompt else []), *(BLANK + name for name in self.blanks)]

    def boxes(self, values: Mapping[str, str] = {}) -> list[Box]:
        prompt = [Box(PROMPT, YOUR_PROMPT, values.get(PROMPT, ""), is_long=True)] if self.prompt else []
        return [*prompt, *(Box(BLANK + name, label(name), values.get(BLANK + name, "")) for name in self.blanks)]

    def said(self, values: Mapping[str, str]) -> dict[str, str]:
        """What a visitor wrote, as it is kept with the run: by blank, and the prompt by none."""
        return {name.removeprefix(BLANK) if name != PROMPT else "": values[name] for name in self.fields}

    def problem(self, values: Mapping[str, str]) -> str | Promise:
        if not all(values[name].strip() for name in self.fields):
            return _("Write something first.") if len(self.fields) == 1 else _("Fill in every field.")
        if any(len(values[name]) > LONGEST for name in self.fields):
            return _("That is too long: %(most)s characters at most.") % {"most": LONGEST}
        return ""

    # -- the request ------------------------------------------------------------------------------------------------

    def prepared(self, owner: User, values: Mapping[str, str]) -> Prepared:
        """The request that these words make. They are text and nothing else: neither a blank, nor one of the owner's
        files, whatever they look like."""
        said = {**self.given, **{name: values[BLANK + name] for name in self.blanks}}
        body = fill(self.body, said)
        if self.prompt:
            body = with_prompt(body, values[PROMPT])
        files, own = files_of(owner), {token for _steps, token, _bare in tokens_in(self.body)}
        written = Written(self.endpoint, body)
        return prepare_written(written, files=lambda token: files(token) if token in own else None)

    @cached_property
    def told(self) -> list[tuple[str, str]]:
        """What the model is told, with dots where the visitor's words will stand."""
        body = fill(self.body, {**self.given, **dict.fromkeys(self.blanks, _DOTS)})
        return spoken(with_prompt(body, _DOTS) if self.prompt else body)


def label(blank: str) -> str | Promise:
    """What a field is called where a visitor meets it; the prompt has no blank."""
    return capfirst(blank.replace("_", " ")) if blank else YOUR_PROMPT


def body_of(kept: bytes | memoryview) -> dict[str, Any]:
    try:
        return documents.read_object(bytes(kept))
    except BadDocument:
        return {}


def askable(preset: Preset, *, prompt: bool) -> tuple[list[str], list[str]]:
    """The blanks that visitors may fill in, and those that only the owner can. Where visitors write the prompt, blanks
    in what they replace are gone."""
    body = body_of(preset.body)
    if prompt:
        body = with_prompt(body, "")
    theirs = blanks_to_speak(body)
    return theirs, [name for name in blanks(body) if name not in theirs]


def typed(text: str) -> str:
    """What somebody typed, with the line ends that requests have."""
    return clean(text).replace("\r\n", "\n")
