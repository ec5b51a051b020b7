"""The form as it is drawn: groups of rows, and what their pegs and counts say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from playground.api.parameters import Group, Parameter
from playground.forms.controls.nested import write_rest
from playground.forms.controls.rows import state_of, write_row
from playground.forms.controls.table import Page
from playground.forms.markers import BLANK, body_of
from playground.forms.prepared import Prepared, Told
from playground.forms.spots import ROOT
from playground.rendering.stencils import NOTHING, Stencil, joined

PEGS: Final = {"absent": "", "null": "null", "value": "on"}
PROMPT: Final = "prompt"


@dataclass(frozen=True, slots=True)
class Peg:
    """One parameter, as small as can be: a ring, a barred ring, a dot; with a halo where it is not what it was."""

    name: str
    look: str
    differs: bool = False

    @property
    def classes(self) -> str:
        return f"{self.look} diff" if self.differs else self.look


@cache
def _peg_stencil() -> Stencil:
    return Stencil("controls/peg.html", {})


@cache
def _group_stencil(group: Group, language: str) -> Stencil:
    """Its words are in that language, so it has to be the one that is spoken."""
    return Stencil("request/_group.html", {"group": group})


@dataclass(frozen=True, slots=True)
class Pegs:
    """The parameters of a group, or of the whole form, in their order."""

    pegs: tuple[Peg, ...]

    def __len__(self) -> int:
        return len(self.pegs)

    @property
    def set(self) -> int:
        return sum(1 for peg in self.pegs if peg.look)

    def html(self) -> SafeString:
        """Every parameter has two of them on a page: too many for a loop in a template."""
        return joined(_peg_stencil().fill({"name": peg.name, "look": peg.classes}) for peg in self.pegs)


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    group: Group
    rows: SafeString
    pegs: Pegs
    open: bool

    def html(self) -> SafeString:
        counts = {"set": str(self.pegs.set), "all": str(len(self.pegs))}
        look = {"open": "open" if self.open else "", "pegs": self.pegs.html(), "rows": self.rows}
        return _group_stencil(self.group, get_language() or "").fill({**counts, **look})


@dataclass(frozen=True, slots=True)
class Drawn:
    model: SafeString
    prompt: SafeString
    groups: tuple[DrawnGroup, ...]
    pegs: Pegs
    rest: SafeString


def draw(
    prepared: Prepared,
    hint: Callable[[Iterable[Told]], SafeString],
    file_words: Callable[[str], SafeString] = lambda token: NOTHING,
    differs: Collection[str] = (),
) -> Drawn:
    """The form for what is written. `hint` makes the words beside a control; `differs` names what another run sent
    otherwise."""
    written, sheet = prepared.written, prepared.written.sheet
    tools = body_of(sheet.get("tools", BLANK))
    page = Page(
        written.endpoint,
        hints=hints_by_control(prepared.told, hint),
        tools=tools if isinstance(tools, list) else (),
        file_words=file_words,
    )
    groups = []
    for group, parameters in written.endpoint.by_group:
        if group.slug != PROMPT:
            pegs = _pegs(sheet, parameters, differs)
            opened = group.open or any(peg.look or peg.differs for peg in pegs.pegs)
            groups.append(DrawnGroup(group, _rows(page, parameters, sheet), pegs, opened))
    prompt = [each for each in written.endpoint.parameters if each.group == PROMPT]
    shown = [each for each in prompt if each.name != "model"]
    return Drawn(
        model=_rows(page, [each for each in prompt if each.name == "model"], sheet),
        prompt=_rows(page, shown, sheet),
        groups=tuple(groups),
        pegs=_pegs(sheet, written.endpoint.parameters, differs),
        rest=write_rest(page, ROOT, sheet, [each.name for each in written.endpoint.parameters]),
    )


def hints_by_control(told: Iterable[Told], hint: Callable[[Iterable[Told]], SafeString]) -> dict[str, SafeString]:
    by_control: dict[str, list[Told]] = {}
    for each in told:
        by_control.setdefault(each.at, []).append(each)
    return {at: hint(each) for at, each in by_control.items()}


def _rows(page: Page, parameters: Iterable[Parameter], sheet: dict[str, Any]) -> SafeString:
    return joined(write_row(page, each, ROOT.field(each), sheet.get(each.name, BLANK)) for each in parameters)


def _pegs(sheet: dict[str, Any], parameters: Iterable[Parameter], differs: Collection[str]) -> Pegs:
    return Pegs(tuple(_peg(sheet, each, differs) for each in parameters))


def _peg(sheet: dict[str, Any], parameter: Parameter, differs: Collection[str]) -> Peg:
    return Peg(parameter.name, PEGS[state_of(sheet.get(parameter.name, BLANK))[0]], parameter.name in differs)
