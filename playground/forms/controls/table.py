"""Which control shows a kind, and the two ways through it: a sheet's value into HTML, and what was sent back.

A nicer control for a kind is one line in `CONTROLS` (in `__init__`) and one template in `templates/controls/`.
A value that its control cannot hold without loss (a number where a text belongs, a text with a NUL in it) is shown as
JSON instead, in the same place; so every body can be shown, edited and sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from playground.api.endpoints import Endpoint
from playground.api.parameters import Kind
from playground.forms.markers import Typed
from playground.forms.spots import Spot
from playground.rendering.stencils import NOTHING, Stencil, hole


class FormData(Protocol):
    """What a form sent: Django's QueryDict, or anything that answers the same three questions."""

    def getlist(self, key: str) -> list[str]: ...
    def get(self, key: str) -> str | None: ...
    def __contains__(self, key: object) -> bool: ...


@dataclass(slots=True)
class Page:
    """What a control may want to know about the request it is drawn for."""

    endpoint: Endpoint
    hints: Mapping[str, SafeString] = field(default_factory=dict)  # by the name of the control they belong to
    tools: Iterable[Any] = ()
    language: str = field(default_factory=lambda: get_language() or "")
    file_words: Callable[[str], SafeString] = lambda token: NOTHING  # what is said of an uploaded file


@dataclass(slots=True)
class Reading:
    """One pass over what a form sent. `items` and `rows` remember which id stood for which position or key."""

    data: FormData
    items: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)


class Control(Protocol):
    def fits(self, kind: Any, value: Any) -> bool:
        """Whether this control can hold the value and give it back unchanged."""

    def write(self, page: Page, kind: Any, spot: Spot, value: Any) -> SafeString: ...

    def read(self, reading: Reading, kind: Any, spot: Spot) -> Any: ...


CONTROLS: Final[list[tuple[Callable[[Kind], bool], Control]]] = []
_chosen: dict[int, tuple[Kind, Control]] = {}


def control_of(kind: Kind) -> Control:
    """The control for a kind: the first whose condition holds."""
    found = _chosen.get(id(kind))
    if found is None:
        control = next(control for condition, control in CONTROLS if condition(kind))
        found = _chosen[id(kind)] = (kind, control)  # the kind is kept, so that its id stays its own
    return found[1]


def raw_control() -> Control:
    return CONTROLS[-1][1]


def write_value(page: Page, kind: Kind, spot: Spot, value: Any) -> SafeString:
    control = control_of(kind)
    if (isinstance(value, Typed) and value.as_json) or not control.fits(kind, value):
        control = raw_control()
    return control.write(page, kind, spot, value)


def read_value(reading: Reading, kind: Kind, spot: Spot) -> Any:
    control = raw_control() if f"{spot.at}~json" in reading.data else control_of(kind)
    return control.read(reading, kind, spot)


_stencils: dict[tuple[str, str, str], Stencil] = {}


def stencil(page: Page, template: str, spot: Spot, fixed: Callable[[], dict[str, Any]]) -> Stencil:
    """The template of a control with all that never changes at this place of the declarations filled in."""
    key = (template, f"{page.endpoint.slug}/{spot.address}", page.language)
    found = _stencils.get(key)
    if found is None:
        found = _stencils[key] = Stencil(f"controls/{template}.html", {"path": spot.path, **fixed()})
    return found


def numbered(options: Iterable[Any]) -> list[tuple[SafeString, Any]]:
    """The options for the loop of a template, each with the hole that `checked` fills."""
    return [(hole(f"is_{number}"), option) for number, option in enumerate(options)]


def checked(holes: dict[str, str], chosen: Any, options: Iterable[str], attribute: str = "checked") -> dict[str, str]:
    """Fills the hole `is_<number>` of each option: the attribute for the chosen one, nothing for the others."""
    for number, option in enumerate(options):
        holes[f"is_{number}"] = attribute if option == chosen else ""
    return holes
