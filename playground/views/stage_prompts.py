"""What the presenter's page offers: requests of a session's runs, and presets. Nothing secret leaves this module."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from playground import sharing
from playground.api.documents import write
from playground.api.secret_places import hidden
from playground.models import Connection, Preset, Run, Session
from playground.presets import BLANK, blanks, fill, values_in
from playground.secret_texts import hide, hide_within
from playground.titles import title_of
from playground.views.share_reading import asked_in, document_in

#: How many runs of a session are looked at, the newest.
MOST: Final = 200
#: Said by the prompt itself, or of no interest to a room.
_UNSAID: Final = frozenset(("input", "messages", "stream"))
LONGEST_PARAMETER: Final = 80
#: A question with more characters than that stands in a box of its own, which scrolls.
LONG_QUESTION: Final = 600


@dataclass(eq=False)
class Prompt:
    """One request that can be shown, run, and played again from its recording."""

    id: str
    endpoint: str
    written: bytes
    connection_id: uuid.UUID | None
    hidden: tuple[str, ...]
    name: str = ""
    run: Run | None = None  # the one it was taken from
    recording: Run | None = None
    recorded: dict[str, str] = field(default_factory=dict)  # what stood in the blanks then

    @cached_property
    def body(self) -> dict[str, Any]:
        return document_in(self.written)

    @cached_property
    def blanks(self) -> list[str]:
        return blanks(self.body)

    @property
    def title(self) -> str:
        return BLANK.sub("…", hide(self.name or title_of(self.written), self.hidden))

    @property
    def note(self) -> str | Promise:
        """What is special about it, in few words."""
        if self.blanks:
            count = len(self.blanks)
            return ngettext("%(count)s blank to fill in", "%(count)s blanks to fill in", count) % {"count": count}
        if self.body.get("tools"):
            return _("with tools")
        return _("answers in JSON") if self._wants_json else ""

    @property
    def _wants_json(self) -> bool:
        text = self.body.get("text")
        shape = self.body.get("response_format") or (text.get("format") if isinstance(text, dict) else None)
        return isinstance(shape, dict) and str(shape.get("type", "")).startswith("json")

    @cached_property
    def pieces(self) -> list[tuple[str, str]]:
        """What is asked: (text, the blank behind it)."""
        around = BLANK.split(asked_in(self.body))
        texts = [hide(text, self.hidden) for text in around[0::2]]
        return [(text, name) for text, name in zip(texts, [*around[1::2], ""], strict=True)]

    @property
    def is_long(self) -> bool:
        """Too much to read for a room that waits for the answer."""
        return sum(len(text) for text, _blank in self.pieces) > LONG_QUESTION

    @property
    def parameters(self) -> Iterator[tuple[str, str]]:
        shown = hide_within(hidden(self.endpoint, self.body), self.hidden)
        for name, value in shown.items():
            if name not in _UNSAID:
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                yield name, text if len(text) <= LONGEST_PARAMETER else f"{text[:LONGEST_PARAMETER]}…"

    @property
    def recording_url(self) -> str:
        return f"{reverse('run_recording', args=[self.recording.pk])}?room" if self.recording else ""

    @property
    def recorded_values(self) -> str:
        return json.dumps(hide_within(self.recorded, self.hidden))

    def filled(self, values: dict[str, str]) -> bytes:
        """The very bytes where there is nothing to fill in."""
        return write(fill(self.body, values)) if self.blanks else self.written


class Prompts:
    """All that one session could show, and what of it was chosen."""

    def __init__(self, request: HttpRequest, session: Session) -> None:
        self._request = request
        self._session = session
        self._hidden = sharing.hidden_in_a_room(request.user)

    @cached_property
    def runs(self) -> list[Run]:
        newest = Run.objects.for_user(self._request.user).filter(session=self._session).order_by("-created", "-id")
        return list(newest.only(*_NEEDED)[:MOST])[::-1]

    @cached_property
    def all(self) -> list[Prompt]:
        """The session's requests, each once: what only fills in the blanks of another is a recording of that one."""
        found: list[Prompt] = []
        for run in self.runs:
            if not any(self._is_of(prompt, run) for prompt in found):
                prompt = Prompt(f"r-{run.pk}", run.endpoint, bytes(run.request_body), run.connection_id, self._hidden)
                prompt.run = run
                found.append(prompt)
        for preset in Preset.objects.for_user(self._request.user).order_by("name", "created"):
            prompt = Prompt(f"p-{preset.pk}", preset.endpoint, bytes(preset.body), preset.connection_id, self._hidden)
            prompt.name = preset.name
            found.append(prompt)
        for prompt in found:
            self._record(prompt)
        return found

    @property
    def shown(self) -> list[Prompt]:
        chosen = [self.find(each) for each in self._session.stage or ()]
        return [prompt for prompt in chosen if prompt] or [prompt for prompt in self.all if prompt.run]

    @property
    def choices(self) -> list[tuple[Prompt, bool]]:
        """Those that are shown, in their order, and then the others."""
        shown = self.shown
        return [(prompt, True) for prompt in shown] + [(prompt, False) for prompt in self.all if prompt not in shown]

    def find(self, wanted: str) -> Prompt | None:
        return next((prompt for prompt in self.all if prompt.id == wanted), None)

    def of_run(self, run_id: str) -> Prompt | None:
        """The prompt of which this run is one."""
        run = next((run for run in self.runs if str(run.pk) == run_id), None)
        return next((prompt for prompt in self.all if run and self._is_of(prompt, run)), None)

    def keep(self, ids: Iterable[str]) -> None:
        known = {prompt.id for prompt in self.all}
        self._session.stage = [each for each in dict.fromkeys(ids) if each in known]
        self._session.save(update_fields=["stage"])

    def _record(self, prompt: Prompt) -> None:
        """Its recording is the newest run that has an answer; one that went wrong is none."""
        for run in reversed(self.runs):
            if run.status == Run.Status.FINISHED and (values := self._values(prompt, run)) is not None:
                prompt.recording, prompt.recorded = run, values
                return

    def _is_of(self, prompt: Prompt, run: Run) -> bool:
        return self._values(prompt, run) is not None

    def _values(self, prompt: Prompt, run: Run) -> dict[str, str] | None:
        if run.endpoint != prompt.endpoint:
            return None
        if bytes(run.request_body) == prompt.written:
            return {}
        return values_in(prompt.body, document_in(bytes(run.request_body))) if prompt.blanks else None


_NEEDED: Final = ("endpoint", "connection", "request_body", "status", "created", "session", "owner")


def connection_for(request: HttpRequest, prompt: Prompt) -> Connection | None:
    """Where it went; None if that is gone or no longer this person's."""
    mine = Connection.objects.for_user(request.user)
    return mine.filter(pk=prompt.connection_id).first() if prompt.connection_id else None
