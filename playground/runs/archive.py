"""Reading the log back, from the entries of a running run or from the one record of an ended one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.db.models.functions import Length

from playground.models import JournalEntry, SealedJournal
from playground.runs.packing import Stored, seal, unpack, unseal

#: How much of a log is in memory at once.
PAGE: Final = 1 << 20


def read(run_id: uuid.UUID, after: int = 0) -> Iterator[tuple[int, list[Stored]]]:
    """Every stored event of a run with a number above `after`, in pieces: (number of the first, events).

    Goes on seamlessly when the journal is sealed meanwhile.
    """
    number = after
    around = JournalEntry.objects.filter(run_id=run_id, first__lte=after).order_by("-first")[:1] if after else ()
    for entry in around:  # `after` may lie in the middle of a piece
        if entry.last > after:
            yield after + 1, unpack(bytes(entry.data))[after + 1 - entry.first :]
            number = entry.last
    while entries := _entries(run_id, number):
        for first, last, data in entries:
            yield first, unpack(data)
            number = last
    sealed = SealedJournal.objects.filter(run_id=run_id).values_list("data", flat=True).first()
    if sealed is not None:
        yield from _read_sealed(bytes(sealed), number)


def _read_sealed(record: bytes, after: int) -> Iterator[tuple[int, list[Stored]]]:
    number = 0
    for events in unseal(record):
        first, number = number + 1, number + len(events)
        if number > after:
            yield max(first, after + 1), events[max(0, after + 1 - first) :]


def tail(run_id: uuid.UUID, count: int) -> list[Stored]:
    """The newest stored events of a run that still has journal entries: so many, or fewer where they are large."""
    newest = JournalEntry.objects.filter(run_id=run_id).order_by("-first")
    size, events, upto = 0, 0, 0
    for first, last, length in newest.annotate(length=Length("data")).values_list("first", "last", "length")[:count]:
        size, events = size + length, events + last - first + 1
        if upto and size > PAGE:
            break
        upto = first
        if events >= count:
            break
    pieces = newest.filter(first__gte=upto).order_by("first").values_list("data", flat=True) if upto else ()
    return [event for piece in pieces for event in unpack(bytes(piece))][-count:]


def sealed_record(run_id: uuid.UUID) -> bytes:
    """An ended run's entries as one compressed record."""

    def pieces() -> Iterator[bytes]:
        number = 0
        while entries := _entries(run_id, number):
            for _, number, data in entries:  # noqa: B007  the next page begins behind it
                yield data

    return seal(pieces())


def _entries(run_id: uuid.UUID, after: int) -> list[tuple[int, int, bytes]]:
    """The next pieces behind the event `after`: (first, last, packed events). Many small ones, or a few large."""
    page = JournalEntry.objects.filter(run_id=run_id, first__gt=after).order_by("first")
    size, upto = 0, after
    for first, length in page.annotate(length=Length("data")).values_list("first", "length")[:100]:
        size += length
        if size > PAGE and upto > after:
            break
        upto = first
    found = page.filter(first__lte=upto).values_list("first", "last", "data") if upto > after else ()
    return [(first, last, bytes(data)) for first, last, data in found]


def replace_by(run_id: uuid.UUID, record: bytes) -> None:
    """Put the sealed record in the place of the entries it was made from. When another one stands there already, this
    one was made while they went away, and may lack some."""
    with transaction.atomic():
        entries = JournalEntry.objects.filter(run_id=run_id)
        if not entries.exists() and SealedJournal.objects.filter(run_id=run_id).exists():
            return
        SealedJournal.objects.update_or_create(run_id=run_id, defaults={"data": record})
        entries.delete()
