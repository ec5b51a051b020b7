"""The kinds of values that a parameter can have. `parameters.py` explains the vocabulary and hands it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from django.utils.functional import Promise

if TYPE_CHECKING:
    from .parameters import Parameter

Words = str | Promise

TextFormat = Literal["", "model", "url", "data-url", "id", "base64", "json", "name", "country", "timezone", "secret"]


@dataclass(frozen=True, eq=False, slots=True)
class Choice:
    """One allowed value. `beyond`: known to current SDKs, not in the documents."""

    value: str
    label: Words = ""
    beyond: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Kind:
    name: ClassVar[str] = ""

    def accepts(self, value: Any) -> bool:
        """Whether the JSON type fits; limits are checked elsewhere."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Number(Kind):
    name: ClassVar[str] = "number"
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None

    def accepts(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Integer(Kind):
    name: ClassVar[str] = "integer"
    minimum: int | None = None
    maximum: int | None = None

    def accepts(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Text(Kind):
    """`tolerated_length`: between it and `max_length` is a hint, beyond it an error (sources disagree)."""

    name: ClassVar[str] = "text"
    min_length: int = 0
    max_length: int | None = None
    tolerated_length: int | None = None
    pattern: str = ""
    multiline: bool = False
    format: TextFormat = ""
    suggestions: tuple[str, ...] = ()

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Choices(Kind):
    name: ClassVar[str] = "choice"
    options: tuple[Choice, ...]

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Boolean(Kind):
    name: ClassVar[str] = "boolean"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ListOf(Kind):
    """`item_name` is what the button says: "message", "tool", "part"."""

    name: ClassVar[str] = "list"
    item: Kind
    min_items: int = 0
    max_items: int | None = None
    unique: bool = False
    item_name: Words = ""

    def accepts(self, value: Any) -> bool:
        return isinstance(value, list)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class MapOf(Kind):
    name: ClassVar[str] = "map"
    value: Kind
    max_pairs: int | None = None
    max_key: int | None = None
    key_name: Words = ""

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Object(Kind):
    """Fields that are not declared stay in the body and are passed on."""

    name: ClassVar[str] = "object"
    fields: tuple[Parameter, ...] = ()

    def accepts(self, value: Any) -> bool:
        return isinstance(value, dict)

    def field(self, name: str) -> Parameter | None:
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Json(Kind):
    name: ClassVar[str] = "json"
    shape: Literal["any", "object", "array", "schema"] = "any"

    def accepts(self, value: Any) -> bool:
        if self.shape == "any":
            return True
        return isinstance(value, list if self.shape == "array" else dict)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Form:
    """One form of a union. `tags`: the values of the union's tag field that mean this form (the first is written)."""

    slug: str
    title: Words
    kind: Kind
    tags: tuple[str, ...] = ()
    help: Words = ""
    beyond: bool = False
    documentation: str = ""

    def start(self) -> Any:
        """What a newly chosen form begins with; the union adds the tag."""
        if isinstance(self.kind, Choices):
            return self.kind.values[0]
        if isinstance(self.kind, Json) and self.kind.shape == "array":
            return []
        return _START[self.kind.name]


_START: Final[Mapping[str, Any]] = {
    "number": 0, "integer": 0, "text": "", "boolean": False,
    "list": [], "map": {}, "object": {}, "union": None, "json": {},
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Union(Kind):
    """A value of one of several forms.

    Forms with `tags` are objects told apart by the field `tag` (`type`, `role`); the others by their JSON type. An
    object without the tag is of the form `untagged` (a slug). With `open`, an unknown tag is a hint, not an error:
    providers have tools and parts of their own, shown as a card with JSON inside.
    """

    name: ClassVar[str] = "union"
    forms: tuple[Form, ...]
    tag: str = ""
    untagged: str = ""
    open: bool = False

    def accepts(self, value: Any) -> bool:
        return self.form_of(value) is not None or (isinstance(value, dict) and bool(self.tag))

    def form(self, slug: str) -> Form | None:
        return next((each for each in self.forms if each.slug == slug), None)

    def form_of(self, value: Any) -> Form | None:
        """The form this value has; None when it fits none (an unknown tag, another JSON type)."""
        if self.tag and isinstance(value, dict):
            tag = value.get(self.tag)
            if tag is None and self.untagged:
                return self.form(self.untagged)
            if tag is not None:
                return next((each for each in self.forms if tag in each.tags), None)
        return next((each for each in self.forms if not each.tags and each.kind.accepts(value)), None)

    def start(self, form: Form) -> Any:
        """The value a newly chosen form begins with: its tag and nothing else."""
        if form.tags and not (form.slug == self.untagged and self.tag == "type"):
            return {self.tag: form.tags[0]}
        value = form.start()
        return value.copy() if isinstance(value, list | dict) else value

    @property
    def tags(self) -> tuple[Choice, ...]:
        return tuple(Choice(tag, form.title, form.beyond) for form in self.forms for tag in form.tags)


def options(*documented: str, beyond: tuple[str, ...] = ()) -> tuple[Choice, ...]:
    """Choices by value, first the documented ones."""
    return (*(Choice(value) for value in documented), *(Choice(value, beyond=True) for value in beyond))


def one_of(*values: str) -> Choices:
    """A choice between documented values, in one line."""
    return Choices(options=options(*values))


def beyond_of(*values: str) -> Choices:
    """A choice between values that only current SDKs know."""
    return Choices(options=options(beyond=values))


def texts(item_name: Words = "", **limits: Any) -> ListOf:
    """A list of texts."""
    return ListOf(item=Text(**limits), item_name=item_name)
