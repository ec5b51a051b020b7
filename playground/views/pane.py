"""The request pane as a template needs it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from playground.api import paths
from playground.api.endpoints import ENDPOINTS, Endpoint
from playground.api.examples import Example, examples_for
from playground.api.profiles import NONE, PROFILES, Profile, profile_of
from playground.connections.trial import last_trial
from playground.forms.attachments import Stored, parse
from playground.forms.drawn import Drawn, draw, hints_by_control
from playground.forms.prepared import EXTRA, Prepared, Told
from playground.forms.written import Written
from playground.models import SANDBOX_ID, Connection, Session
from playground.rendering.stencils import NOTHING, Stencil, hole, joined
from playground.sandbox.behaviours import catalogue
from playground.uploads import Upload
from playground.views.beside import CODE as DIFFERS
from playground.views.beside import held_against


@dataclass
class Said:
    """One finding as the hint's template shows it."""

    told: Told

    @property
    def fix(self) -> str:
        fix = self.told.finding.fix
        return json.dumps(fix.as_document()) if fix else ""

    @property
    def place(self) -> str:
        """Where in a schema: the words stand beside the whole of it."""
        finding = self.told.finding
        if finding.code != "invalid_json_schema":
            return ""
        outside = finding.parameter.replace("[]", ".[]").count(".") + 1
        return paths.show(paths.parse(finding.path)[outside:])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.told, name)


def hint(told: Iterable[Told]) -> SafeString:
    """The words beside a control."""
    return joined(_hint(Said(each), get_language() or "") for each in told)


def _hint(said: Said, language: str) -> SafeString:
    told, fix = said.told, said.told.finding.fix
    differs = told.finding.code == DIFFERS
    look = (told.finding.is_error, told.refuses, told.wall, told.allowed, fix is not None, differs, said.place != "")
    return _hint_like(look, language).fill(
        {
            "code": told.finding.code,
            "path": told.path,
            "place": said.place,
            "message": told.finding.message,
            "fix": said.fix,
            "label": str(fix.label) if fix else "",
        }
    )


@cache
def _hint_like(look: tuple[bool, ...], language: str) -> Stencil:
    """The hint's template for one of the few ways it can look."""
    is_error, refuses, wall, allowed, has_fix, differs, has_place = look
    finding = {"is_error": is_error, "code": hole("code"), "message": hole("message"), "fix": {"label": hole("label")}}
    each = {"finding": finding, "refuses": refuses, "wall": wall, "allowed": allowed}
    each |= {"differs": differs, "place": has_place and hole("place")}
    return Stencil("request/_hint.html", {"each": {**each, "path": hole("path"), "fix": has_fix and hole("fix")}})


@dataclass
class Pane:
    """Everything `request/_pane.html` asks for."""

    request: HttpRequest
    session: Session
    prepared: Prepared
    connection: Connection | None
    shows_refused: bool = False
    undo: bool = False
    wanted: str = ""  # the view that was asked for
    not_carried: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.beside = held_against(self.request, self.session, self.prepared)
        self.prepared.told += self.beside.told

    @property
    def differing_words(self) -> str:
        count = len(self.differs)
        words = ngettext("%(count)s differs from run %(number)s", "%(count)s differ from run %(number)s", count)
        return words % {"count": count, "number": self.beside.position} if count else ""

    @property
    def written(self) -> Written:
        return self.prepared.written

    @property
    def endpoint(self) -> Endpoint:
        return self.written.endpoint

    @property
    def endpoints(self) -> list[Endpoint]:
        return list(ENDPOINTS.values())

    @property
    def view(self) -> str:
        return "form" if self.waits else self.written.view

    @property
    def waits(self) -> bool:
        """The form was asked for while the JSON is broken."""
        return bool(self.written.broken) and self.wanted == "form"

    @cached_property
    def drawn(self) -> Drawn:
        return draw(self.prepared, hint, self.file_words, self.differs)

    @property
    def differs(self) -> list[str]:
        """The parameters that say something else than the run beside the form."""
        return list(dict.fromkeys(each.finding.name for each in self.beside.told))

    @property
    def json_text(self) -> str:
        return self.written.json_text()

    @property
    def annotations(self) -> str:
        return marks(self.prepared)

    @property
    def broken(self) -> str:
        return self.prepared.told[0].finding.message if self.written.broken else ""

    @property
    def told(self) -> list[Said]:
        return [Said(each) for each in self.prepared.told]

    @property
    def refused(self) -> list[Told]:
        return self.prepared.refused if self.shows_refused else []

    @property
    def anyway(self) -> list[tuple[str, str]]:
        """What is sent although something speaks against it, and the control that it is said of."""
        places = {each.path: each.at for each in self.prepared.told if each.allowed}
        return [(path, places.get(path, "")) for path in self.written.anyway]

    @property
    def walled(self) -> bool:
        return any(each.wall for each in self.prepared.refused)

    @property
    def hints(self) -> dict[str, SafeString]:
        return hints_by_control(self.prepared.told, hint)

    @property
    def extra_hint(self) -> SafeString:
        return hint(each for each in self.prepared.told if each.at == EXTRA)

    @property
    def loose_hint(self) -> SafeString:
        """What is said of no control: unknown fields, the body as a whole."""
        return hint(each for each in self.prepared.told if not each.at)

    @property
    def size_words(self) -> str:
        if self.prepared.document is None:
            return _("not complete")
        return str(filesizeformat(self.prepared.size))

    @property
    def profiles(self) -> list[Profile]:
        return list(PROFILES.values())

    @property
    def guessed(self) -> Profile:
        """What is taken when none is chosen: the connection's own profile, else what the model's name suggests."""
        return profile_of(self.prepared.body, self.connection.profile if self.connection else "")

    @property
    def guessed_words(self) -> str:
        if self.guessed.slug == NONE:
            return _("no profile")
        return _("%(name)s, guessed") % {"name": self.guessed.title}

    @property
    def address(self) -> str:
        """Where the requests of this connection go."""
        if self.connection is None:
            return ""
        return _("inside this playground") if self.connection.is_sandbox else self.connection.base_url

    @property
    def state(self) -> State:
        """What is known of this connection, for the bar."""
        return state_of(self.connection, self.request.user)

    @property
    def examples(self) -> tuple[Example, ...]:
        return examples_for(self.endpoint.slug)

    @cached_property
    def connections(self) -> list[Connection]:
        return list(Connection.objects.for_user(self.request.user).order_by("created", "name"))

    @property
    def models(self) -> list[str]:
        return models_of(self.connection)

    @property
    def run_url(self) -> str:
        try:
            return reverse("run_start", args=[self.session.pk])
        except NoReverseMatch:
            return ""

    def file_words(self, text: str) -> SafeString:
        return file_words(text, self.prepared.files)


@dataclass(frozen=True)
class State:
    """Of a connection: a variant of the status component, a few words, and where more of it stands."""

    tone: str
    words: str
    url: str
    why: str = ""


def state_of(connection: Connection | None, user: Any) -> State:
    page = reverse("connections")
    if connection is None:
        return State("bad", _("No connection"), page)
    if connection.is_sandbox:
        return State("ok", _("Sandbox connected"), page)
    if connection.owner_id == user.pk:
        page = reverse("connection", args=[connection.pk])
    found = last_trial(connection)
    if found is None:
        return State("plain", _("%(name)s, not tested") % {"name": connection.name}, page)
    if found.problem:
        return State("bad", _("%(name)s does not work") % {"name": connection.name}, page, str(found.problem.sentence))
    return State("ok", _("%(name)s connected") % {"name": connection.name}, page)


def models_of(connection: Connection | None) -> list[str]:
    """The names that the model box offers; any other can be typed."""
    if connection is None:
        return []
    if connection.pk == SANDBOX_ID:
        return list(catalogue())
    found = connection.models_found if isinstance(connection.models_found, list) else []
    return [str(each) for each in found if isinstance(each, str)]


def file_words(text: str, files: Any) -> SafeString:
    """What is said of an uploaded file beside its token: name, type, size, and the picture if it is one."""
    found = parse(text) if text else None
    if found is None:
        return NOTHING
    stored: Stored | None = files(found[0])
    upload = stored.attachment if isinstance(stored, Upload) else None
    return SafeString(get_template("request/_file.html").render({"file": upload, "id": found[0], "bare": found[1]}))


def marks(prepared: Prepared) -> str:
    """What the editor marks at its lines."""
    made = [
        {
            "row": max(each.line - 1, 0),
            "column": max(each.column - 1, 0),
            "text": f"{each.path}: {each.finding.message}" if each.path else each.finding.message,
            "type": "error" if each.refuses else "warning" if each.finding.is_error else "info",
        }
        for each in prepared.told
        if each.line
    ]
    return json.dumps(made)
