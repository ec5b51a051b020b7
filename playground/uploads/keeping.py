"""Where uploaded files are kept: once each, under an id of our own; their names are data and never a path."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from playground.data_folder import has_room
from playground.forms.attachments import Files, Stored, token
from playground.models import Attachment
from playground.uploads.media import HEAD, sniff

MB: Final = 2**20
MAX_FILE: Final = 20 * MB
MAX_USER: Final = 1024 * MB
MAX_PIXELS: Final = 50_000_000


class Refused(Exception):
    """A file that is not taken; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Incoming(Protocol):
    """An uploaded file as Django hands it over."""

    @property
    def size(self) -> int | None: ...
    def chunks(self) -> Iterable[bytes]: ...


class Upload:
    """A stored file: its row and its bytes."""

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment

    @property
    def media_type(self) -> str:
        return self.attachment.media_type

    @property
    def size(self) -> int:
        return self.attachment.size

    def read(self) -> bytes:
        return path_of(self.attachment.pk).read_bytes()


def path_of(key: uuid.UUID) -> Path:
    name = str(key)
    return Path(settings.UPLOADS) / name[:2] / name


def store(user: Any, name: str, incoming: Incoming) -> Attachment:
    """Keep a file. The same bytes are kept once per person, whatever they are called."""
    if incoming.size is None or incoming.size > MAX_FILE:
        raise Refused(_("A file may have at most %(limit)s MB.") % {"limit": MAX_FILE // MB})
    return _keep(user, clean_name(name), b"".join(incoming.chunks()))


def keeper(user: Any) -> Callable[[str, bytes], str | None]:
    """For `attachments.shorten`: keeps what a data URL holds, if it is what its type says, and gives its token."""

    def keep(media_type: str, data: bytes) -> str | None:
        if sniff(data[:HEAD]).type != media_type:
            return None
        with contextlib.suppress(Refused):
            return token(_keep(user, media_type.replace("/", "."), data).pk)
        return None

    return keep


def files_of(user: Any) -> Files:
    """The user's files by id, looked up once each."""
    found: dict[str, Stored | None] = {}

    def find(key: str) -> Stored | None:
        if key not in found:
            row = Attachment.objects.for_user(user).filter(pk=key).first()
            found[key] = Upload(row) if row and path_of(row.pk).is_file() else None
        return found[key]

    return find


_UNWANTED: Final = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean_name(name: str) -> str:
    """The last part of what the file is called, without what would hide or turn it around."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNWANTED.sub("", last).strip()[:255] or _("file")


def _keep(user: Any, name: str, data: bytes) -> Attachment:
    digest = hashlib.sha256(data).hexdigest()
    rows = Attachment.objects.for_user(user)
    row: Attachment | None = rows.filter(sha256=digest).first()
    if row is None:
        row = _made(user, name, data, digest)
    if not path_of(row.pk).is_file():
        _write(path_of(row.pk), data)
    return row


def _made(user: Any, name: str, data: bytes, digest: str) -> Attachment:
    media = sniff(data[:HEAD])
    if media.pixels > MAX_PIXELS:
        values = {"width": media.width, "height": media.height, "limit": MAX_PIXELS // 1_000_000}
        raise Refused(
            _("This image has %(width)s × %(height)s pixels; at most %(limit)s megapixels are taken.") % values
        )
    _check_room(user, len(data))
    row = Attachment(
        owner=user, name=name, media_type=media.type, size=len(data), sha256=digest,
        width=media.width, height=media.height,
    )  # fmt: skip
    _write(path_of(row.pk), data)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same file came in twice at once: the other one was first
        path_of(row.pk).unlink(missing_ok=True)
        first: Attachment = Attachment.objects.for_user(user).get(sha256=digest)
        return first
    return row


def _check_room(user: Any, size: int) -> None:
    used = Attachment.objects.for_user(user).aggregate(sum=Sum("size"))["sum"] or 0
    if used + size > MAX_USER:
        raise Refused(_("Your files would take more than %(limit)s MB together.") % {"limit": MAX_USER // MB})
    folder = Path(settings.UPLOADS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not has_room(folder, size):
        raise Refused(_("The disk of this server is nearly full. Nothing more is taken."))


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    with _replacing(path) as beside:
        beside.touch(mode=0o600)
        beside.write_bytes(data)
