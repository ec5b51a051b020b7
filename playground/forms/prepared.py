"""From what is written to what is sent: the exact bytes, and everything there is to say about them first.

Preview, run, samples and drafts all come through `prepare`, so what is sent is what was shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from playground.api import documents, paths
from playground.api.check import check
from playground.api.documents import BadDocument
from playground.api.endpoints import Endpoint
from playground.api.findings import ERROR, Finding
from playground.api.parameters import Words
from playground.forms import attachments, markers
from playground.forms.attachments import MAX_TOTAL, Files, no_files
from playground.forms.controls.raw import located
from playground.forms.controls.table import FormData
from playground.forms.places import control_at
from playground.forms.written import Written

EXTRA: Final = "~extra"
ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class Told:
    """A finding beside its control. `wall`: nothing can be sent before it is gone; else one may send it anyway."""

    finding: Finding
    at: str
    wall: bool = False
    allowed: bool = False  # "send it anyway" was said
    line: int = 0
    column: int = 0

    @property
    def refuses(self) -> bool:
        return self.finding.is_error and not self.allowed

    @property
    def path(self) -> str:
        return self.finding.path


@dataclass(slots=True)
class Prepared:
    """`sent` is what goes upstream, byte for byte; None when there is nothing that could be sent."""

    written: Written
    body: dict[str, Any] = field(default_factory=dict)
    document: bytes | None = None  # with tokens for uploaded files
    told: list[Told] = field(default_factory=list)
    files: Files = no_files
    profile: str = ""
    _sent: bytes | None = None

    @property
    def endpoint(self) -> Endpoint:
        return self.written.endpoint

    @property
    def refused(self) -> list[Told]:
        """What stands between this request and sending it."""
        return [each for each in self.told if each.refuses]

    @property
    def sent(self) -> bytes | None:
        if self._sent is None and self.document is not None:
            self._sent = attachments.expand(self.document, self.files)
        return self._sent

    @property
    def size(self) -> int:
        """How many bytes will be sent, without writing the files out."""
        if self.document is None:
            return 0
        return len(self.document) + sum(
            _length(stored.media_type, stored.size, bare) - len(attachments.token(each, bare=bare))
            for _steps, each, bare in attachments.tokens_in(self.body)
            if (stored := self.files(each)) is not None
        )


def prepare(
    data: FormData, *, endpoint: Endpoint | None = None, files: Files = no_files, profile: str = ""
) -> Prepared:
    """What a submitted form would send. `profile` is the connection's; one that was chosen in the form wins."""
    return prepare_written(Written.from_form(data, endpoint), files=files, profile=profile)


def prepare_written(written: Written, *, files: Files = no_files, profile: str = "") -> Prepared:
    prepared = Prepared(written, files=files, profile=written.profile or profile)
    if written.broken is not None:
        prepared.told = [_broken(written.broken)]
        return prepared
    prepared.body = written.body
    extra, problem = _extra(written.extra)
    prepared.body |= extra
    prepared.document = _document(written, prepared.body, merged=bool(extra))
    prepared.told = [*_unreadable(written), *([problem] if problem else []), *_checked(prepared), *_files(prepared)]
    if any(each.wall for each in prepared.told):
        prepared.document = None
    return prepared


def _document(written: Written, body: dict[str, Any], *, merged: bool) -> bytes:
    """The JSON view goes out as it was typed, as long as nothing is merged into it."""
    if written.view == "json" and not merged:
        return written.text.encode(errors="replace")
    return documents.write(body, pretty=True)


def _broken(problem: BadDocument) -> Told:
    finding = Finding(ERROR, problem.code, "", "", located(problem))
    return Told(finding, "~json", wall=True, line=problem.line, column=problem.column)


def _extra(text: str) -> tuple[dict[str, Any], Told | None]:
    """The fields of the extra JSON box, which win over all others."""
    if not text.strip():
        return {}, None
    try:
        return documents.read_object(text), None
    except BadDocument as problem:
        finding = Finding(ERROR, problem.code, "", "", located(problem))
        return {}, Told(finding, EXTRA, wall=True, line=problem.line, column=problem.column)


def _unreadable(written: Written) -> Iterator[Told]:
    for steps, mark in markers.unreadable(written.sheet):
        finding = _error(written, "unreadable" if _has_text(mark) else "missing_value", steps, mark.sentence)
        yield Told(finding, control_at(written.endpoint, written.sheet, steps, written.reading), wall=True)


def _has_text(mark: markers.Typed | markers.Rows) -> bool:
    return isinstance(mark, markers.Rows) or bool(mark.text)


def _checked(prepared: Prepared) -> Iterator[Told]:
    """What the catalogue says of the body; of a place that cannot be read enough has been said."""
    written = prepared.written
    unread = [steps for steps, _mark in markers.unreadable(written.sheet)]
    found = check(written.endpoint, prepared.body, prepared.profile)
    lines = _lines(written, found)
    for finding in found:
        steps = paths.parse(finding.path)
        if any(steps[: len(each)] == each for each in unread):
            continue
        at = control_at(written.endpoint, written.sheet, steps, written.reading)
        line, column = lines.get(finding.path, (0, 0))
        yield Told(finding, at, False, is_allowed(written, finding.path), line, column)
    yield from _repeated(written)


def is_allowed(written: Written, path: str) -> bool:
    return path in written.anyway or ALL in written.anyway


def _lines(written: Written, found: list[Finding]) -> dict[str, tuple[int, int]]:
    if written.view != "json" or not found:
        return {}
    return documents.locate(written.text, [each.path for each in found])


def _repeated(written: Written) -> Iterator[Told]:
    """Keys that the JSON view names twice. A server decides which one counts, so it may be tried."""
    if written.view != "json" or written.text.count('"') < 4:
        return
    for each in documents.read_document(written.text).repeated:
        sentence = _("%(path)s is there twice; most servers take the last one.")
        steps = paths.parse(each.path)
        finding = _error(written, "repeated_key", steps, sentence, path=each.path)
        at = control_at(written.endpoint, written.sheet, steps)
        yield Told(finding, at, False, is_allowed(written, each.path), each.line, each.column)


def _files(prepared: Prepared) -> Iterator[Told]:
    """Uploaded files: there, of a kind that the part takes, and not too much in all."""
    written, total, last = prepared.written, 0, ""
    for steps, each, _bare in attachments.tokens_in(prepared.body):
        stored = prepared.files(each)
        path = paths.show(steps)
        at = control_at(written.endpoint, written.sheet, steps, written.reading)
        if stored is None:
            finding = _error(written, "no_such_file", steps, _("This file is not here any more. Upload it again."))
            yield Told(finding, at, False, is_allowed(written, path))
            continue
        total, last = total + stored.size, at
        sentence = attachments.refusal(steps, stored.media_type)
        if sentence:
            finding = _error(written, "wrong_kind_of_file", steps, sentence, found=stored.media_type)
            yield Told(finding, at, False, is_allowed(written, path))
    if total > MAX_TOTAL:
        sentence = _("The files of this request are %(size)s MB together; at most %(limit)s MB can be sent.")
        sizes = {"size": round(total / 2**20, 1), "limit": MAX_TOTAL // 2**20}
        yield Told(_error(written, "files_too_large", (), sentence, **sizes), last, wall=True)


def _error(written: Written, code: str, steps: paths.Steps, sentence: Words, **values: Any) -> Finding:
    return Finding(ERROR, code, paths.show(steps), written.endpoint.control_of(steps), sentence, values)


def _length(media_type: str, size: int, bare: bool) -> int:
    return (size + 2) // 3 * 4 + (0 if bare else len(f"data:{media_type};base64,"))
