"""A link: made, found by its token, opened with a passphrase, counted, frozen, revoked.

A token is 256 random bits and is kept only as a hash; the link itself is shown once. What a link cannot open (unknown,
expired, revoked, of an account that was switched off) is one and the same `None`.
"""

from __future__ import annotations

import hashlib
import json
import secrets as randomness
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.models import Audience, Run, Share
from playground.portable.document import write
from playground.portable.opening import LARGEST, Refused
from playground.sharing.open_pages import say_that_links_closed
from playground.sharing.snapshots import Wish, hidden_texts, snapshot

LIVES: Final[dict[str, timedelta | None]] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "never": None,
}
#: How long a browser that gave the passphrase need not give it again.
PASS_LASTS: Final = timedelta(hours=12)
#: Not one that only a whole site may set: it is bound to the address of one link, which such cookies cannot be.
PASS_COOKIE: Final = "playground_pass"
_PASS: Final = "playground.share.pass"


def share(wish: Wish) -> tuple[Share, str]:
    """A new link and its token, which nobody can show again. `Refused` when it would be too large to open."""
    token = randomness.token_urlsafe(32)
    life = LIVES[wish.life]
    live = bool(wish.run and not wish.run.is_settled and not wish.request_only)
    made = Share.objects.create(
        owner=wish.session.owner,
        token_hash=fingerprint(token),
        scope=wish.scope,
        title=wish.session.title,
        session=wish.session,
        run=wish.run,
        live=live,
        request_only=wish.request_only,
        snapshot=frozen(wish),
        terms={"with_address": wish.with_address, "leave_out": sorted(wish.leave_out)} if live else {},
        passphrase=make_password(wish.passphrase) if wish.passphrase else "",
        expires=timezone.now() + life if life else None,
    )
    return made, token


def frozen(wish: Wish) -> bytes:
    written = write(snapshot(wish))
    if len(written) > LARGEST:
        raise Refused(_("This is larger than 50 MB, which no link can show. Share one run of it, or the request only."))
    return zlib.compress(written, 6)


def find(token: str) -> Share | None:
    """The open link a token belongs to. One look-up of a hash that comes back empty, whatever the reason for a no."""
    found = Share.objects.open().filter(token_hash=fingerprint(token))
    return found.select_related("owner", "session").defer("snapshot").first()


def is_public(found: Share | Audience) -> bool:
    """Whether it opens without an account: its owner wished it, and this server still allows it."""
    return found.scope == Share.Scope.ANYONE and settings.TEAM and settings.PUBLIC_LINKS


def contents(found: Share) -> dict[str, Any]:
    """The snapshot as it was when the link was made."""
    document: dict[str, Any] = json.loads(zlib.decompress(bytes(found.snapshot)))
    return document


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def count_view(found: Share) -> None:
    Share.objects.filter(pk=found.pk).update(views=F("views") + 1, last_opened=timezone.now())


# -- the passphrase -----------------------------------------------------------------------------------------------


def admits(found: Share, passphrase: str) -> bool:
    return not found.passphrase or check_password(passphrase, found.passphrase)


def pass_for(found: Share) -> str:
    """What a browser shows instead of the passphrase, once it was given. It opens this link and no other."""
    return signing.dumps([found.pk.hex, fingerprint(found.passphrase)], salt=_PASS)


def is_pass_for(found: Share, given: str) -> bool:
    if not found.passphrase:
        return True
    try:
        told = signing.loads(given, salt=_PASS, max_age=PASS_LASTS)
    except signing.BadSignature:
        return False
    return bool(told == [found.pk.hex, fingerprint(found.passphrase)])


# -- while its run is under way -----------------------------------------------------------------------------------


def wish_of(found: Share, run: Run) -> Wish:
    """What was wished for when the link was made. The title is the one it had then."""
    assert found.session
    found.session.title = found.title
    terms = found.terms or {}
    leave_out = frozenset(terms.get("leave_out", ()))
    return Wish(found.session, run, with_address=bool(terms.get("with_address")), leave_out=leave_out)


def hidden_while_live(found: Share, run: Run) -> set[str]:
    wish = wish_of(found, run)
    return hidden_texts([run], wish.leave_out, with_address=wish.with_address)


def streams(found: Share) -> bool:
    """Whether readers may see the answer come. Something that is left out could be spread over many events, where
    nothing would find it: then they see it whole, and censored, once the run has ended."""
    return found.live and not (found.terms or {}).get("leave_out")


def settle(found: Share) -> None:
    """A link made while its run was under way freezes once the run has ended. Two readers may do it: the result is
    the same."""
    run = found.live and found.run
    if not run or not found.session or not run.is_settled:
        return
    try:
        found.snapshot = frozen(wish_of(found, run))
    except Refused:  # it shows what it showed before: the request
        found.snapshot = frozen(replace(wish_of(found, run), request_only=True))
    found.live, found.terms = False, {}
    Share.objects.filter(pk=found.pk, live=True).update(snapshot=found.snapshot, live=False, terms={})


def showing(run: Run) -> Any:
    """The open links in which a run can be seen: its own, and those to its session that were made after it."""
    own, whole = Q(run=run), Q(run=None, session=run.session_id, created__gte=run.created)
    return Share.objects.open().filter(own | whole)


def revoke(shares: Any) -> int:
    """Close links at once; those already closed keep their date."""
    count = int(shares.filter(revoked=None).update(revoked=timezone.now()))
    if count:
        transaction.on_commit(say_that_links_closed)
    return count
