"""The form of a link that is to be made: what it shows, to whom, for how long, and what is left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from playground.models import Run, Share
from playground.rendering import clean
from playground.sharing import LIVES, USUAL_LIFE, Suspicion, Wish, snapshot, suspicions

LIFE_WORDS: Final[dict[str, str | Promise]] = {
    "hour": _("1 hour"),
    "day": _("1 day"),
    "week": _("7 days"),
    "month": _("30 days"),
    "never": _("never"),
}
#: More of one kind are one tick: nobody reads a hundred mail addresses.
EACH: Final = 8
LONGEST_PASSPHRASE: Final = 200


@dataclass(frozen=True)
class Offer:
    """Something found that may be left out, as one tick of the form."""

    id: str
    name: str | Promise
    shown: str
    texts: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True)
class Asked:
    """What the form says. `terms` is the part of it that decides what is shown, fit for an address."""

    run: Run
    whole: bool = False
    answer: bool = True
    address: bool = False
    scope: str = Share.Scope.SERVER
    life: str = USUAL_LIFE
    passphrase: str = ""
    leave: frozenset[str] | None = None  # None: nobody has looked yet
    seen: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def from_form(cls, run: Run, data: QueryDict) -> Asked:
        scope, life = data.get("scope", ""), data.get("life", "")
        return cls(
            run,
            whole=data.get("what") == "session",
            answer="answer" in data,
            address="address" in data,
            scope=scope if scope in allowed_scopes() else Share.Scope.SERVER,
            life=life if life in LIVES else USUAL_LIFE,
            passphrase=clean(data.get("passphrase", ""))[:LONGEST_PASSPHRASE],
            leave=frozenset(data.getlist("leave")),
            seen=frozenset(data.getlist("seen")),
        )

    @classmethod
    def from_terms(cls, run: Run, terms: str, seen: Iterable[str] = ()) -> Asked:
        first, *rest = terms.split("-")
        return cls(
            run,
            whole=first == "session",
            answer="request" not in rest,
            address="address" in rest,
            leave=frozenset(rest) - {"request", "address"},
            seen=frozenset(seen),
        )

    @property
    def terms(self) -> str:
        words = ["session" if self.whole else "run"]
        words += [] if self.answer else ["request"]
        words += ["address"] if self.address else []
        return "-".join([*words, *sorted(self.leave or ())])

    def wish(self, leave_out: Iterable[str] = ()) -> Wish:
        return Wish(
            session=self.run.session,
            run=None if self.whole else self.run,
            request_only=not self.answer,
            scope=self.scope,
            life=self.life,
            passphrase=self.passphrase,
            with_address=self.address,
            leave_out=frozenset(leave_out),
        )


@dataclass(frozen=True)
class Preview:
    """What the reader would see, and what was found in it."""

    asked: Asked
    offers: list[Offer]
    document: Mapping[str, Any]

    @classmethod
    def of(cls, asked: Asked) -> Preview:
        whole = snapshot(asked.wish())
        offers = offers_for(suspicions(whole))
        if asked.leave is None:
            asked = replace(asked, leave=frozenset(each.id for each in offers if each.is_certain))
        known = frozenset(each.id for each in offers)
        asked = replace(asked, leave=(asked.leave or frozenset()) & known)
        preview = cls(asked, offers, whole)
        return replace(preview, document=snapshot(preview.wish)) if preview.left_out else preview

    @property
    def left_out(self) -> list[str]:
        leave = self.asked.leave or frozenset()
        return [text for each in self.offers if each.id in leave for text in each.texts]

    @property
    def wish(self) -> Wish:
        return self.asked.wish(self.left_out)

    @property
    def file_url(self) -> str:
        """The copy as a file; it tells what was looked at, so that nothing else is in it."""
        address = reverse("look_file", args=[self.asked.run.pk, self.asked.terms])
        seen = urlencode([("seen", each.id) for each in self.offers])
        return f"{address}?{seen}" if seen else address

    @property
    def without_new(self) -> Preview:
        leave = (self.asked.leave or frozenset()) | {each.id for each in self.new}
        return Preview.of(replace(self.asked, leave=leave)) if self.new else self

    @property
    def new(self) -> list[Offer]:
        """What came into the run after its owner looked: it must be seen before it is shown."""
        return [each for each in self.offers if each.id not in self.asked.seen]


def offers_for(found: list[Suspicion]) -> list[Offer]:
    offers: list[Offer] = []
    for kind, group in groupby(sorted(found, key=lambda each: each.kind), key=lambda each: each.kind):
        same = list(group)
        if len(same) <= EACH:
            offers += [Offer(each.id, each.name, each.shown, (each.text,), each.is_certain) for each in same]
        else:
            count = ngettext("%(count)s place", "%(count)s places", len(same)) % {"count": len(same)}
            offers.append(Offer(kind, same[0].name, count, tuple(each.text for each in same), same[0].is_certain))
    return sorted(offers, key=lambda each: not each.is_certain)


def allowed_scopes() -> list[str]:
    public = settings.TEAM and settings.PUBLIC_LINKS
    return [Share.Scope.SERVER, *([Share.Scope.ANYONE] if public else [])]
