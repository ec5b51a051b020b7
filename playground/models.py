"""The rows, and what they know about themselves. Nothing here knows pages or sockets.

Every row but the sandbox's is somebody's, by its own owner or by that of the session or run it belongs to, and a page
finds it through `for_user(user)`: an id alone opens nothing. What came from upstream is kept as bytes, because
PostgreSQL refuses NUL and lone surrogates in text; the little that is looked for as text is cleaned of both.
"""

from __future__ import annotations

import json
import uuid
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from playground.secrets import SecretField

#: The built-in connection: one row, made by a migration, open to everyone, never edited.
SANDBOX_ID = uuid.UUID(int=1)
SANDBOX_URL = "sandbox:"


class DocumentField(models.BinaryField):  # type: ignore[type-arg]
    """A JSON document kept as ASCII bytes, so that every string an upstream can send survives both databases."""

    def from_db_value(self, value: bytes | None, expression: Any, connection: Any) -> Any:
        return None if not value else json.loads(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        document = b"" if value is None else json.dumps(value, separators=(",", ":")).encode()
        return super().get_db_prep_value(document, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))


class User(AbstractUser):
    """An account. In local mode there is one, made at start, and nobody logs in."""


class Owned(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        return self.filter(owner=user)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def for_user(self, user: Any) -> Self:
        """Mine, and those that the server's owner opened to everyone."""
        return self.filter(models.Q(owner=user) | models.Q(shared=True))

    def editable_by(self, user: Any) -> Self:
        return self.filter(owner=user)


class Connection(models.Model):
    """Where requests go: base URL, key, extra headers, profile. The key never leaves but through the door."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="connections")
    name = models.CharField(max_length=100)
    base_url = models.CharField(max_length=2048)
    key = SecretField(default=bytes, editable=True)
    headers = SecretField(default=bytes, editable=True)  # a JSON object of extra header names and values
    profile = models.CharField(max_length=20, blank=True)  # "" means: guess from the model's name
    default_model = models.CharField(max_length=200, blank=True)
    price_in = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    price_cached = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    price_out = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)
    connect_timeout = models.PositiveIntegerField(default=10)
    idle_timeout = models.PositiveIntegerField(default=600)
    total_timeout = models.PositiveIntegerField(default=3600)
    shared = models.BooleanField(default=False)
    models_found = DocumentField(default=list, editable=True)
    tested = DocumentField(default=None, null=True)  # what the last test found
    created = models.DateTimeField(default=timezone.now)

    objects = ConnectionQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_sandbox(self) -> bool:
        return self.id == SANDBOX_ID


class SessionQuerySet(models.QuerySet["Session"]):
    def for_user(self, user: Any) -> Self:
        """Mine, without those thrown away."""
        return self.filter(owner=user, deleted=None)

    def thrown_away_by(self, user: Any) -> Self:
        """Mine that are deleted and can still be brought back."""
        return self.filter(owner=user).exclude(deleted=None)


class Session(models.Model):
    """The saved page of work: a title and its runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now, db_index=True)
    pinned = models.BooleanField(default=False)
    archived = models.DateTimeField(null=True, blank=True)
    deleted = models.DateTimeField(null=True, blank=True)  # set while it can still be undone; swept later
    stage = DocumentField(default=list)  # the prompts that the presenter's page offers; none: those it finds itself

    objects = SessionQuerySet.as_manager()

    class Meta:
        # The sessions pane reads a page at a time in this order.
        indexes = (models.Index(fields=("owner", "-pinned", "-updated", "-id"), name="sessions_pane"),)

    def __str__(self) -> str:
        return self.title or str(_("Untitled"))

    @property
    def is_kept(self) -> bool:
        """False for what a request link opened, until something is done in it."""
        return not self._state.adding


class Tag(models.Model):
    """A word on a session, the owner's own."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("session", "name"), name="tag_once_a_session"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What stands in the form of a session right now; saved while typing, never with a key in it."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True, related_name="draft")
    endpoint = models.CharField(max_length=20, default="responses")
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True)
    body = models.BinaryField(default=bytes)  # the request body as JSON bytes; may be broken JSON while typing
    form = DocumentField(default=dict)  # what the body cannot say: hidden values of parameters not sent, extra JSON
    updated = models.DateTimeField(default=timezone.now)


class Run(models.Model):
    """One request sent and all that came back."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")
        STOPPED = "stopped", _("Stopped")
        INTERRUPTED = "interrupted", _("Interrupted")

    LIVE = (Status.WAITING, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # made in the browser
    owner = models.ForeignKey(User, models.CASCADE, related_name="runs")
    session = models.ForeignKey(Session, models.CASCADE, related_name="runs")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")  # compared with it
    follows = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followers")  # goes on from its answer
    created = models.DateTimeField(default=timezone.now, db_index=True)

    # What is sent. The bytes are exact: preview, samples, shares and replay are made from them, never from the form.
    endpoint = models.CharField(max_length=20)  # "responses" or "chat"
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="runs")
    connection_name = models.CharField(max_length=100)
    url = models.CharField(max_length=2200)
    model = models.CharField(max_length=200, blank=True)
    request_body = models.BinaryField()
    request_headers = DocumentField(default=list)  # [name, value] pairs, the key masked
    prices = DocumentField(default=None, null=True)  # of a million tokens, as they stood then: in, cached, out

    # What came back.
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING, db_index=True)
    outcome = models.CharField(max_length=12, blank=True)  # completed incomplete failed queued error truncated
    problem = DocumentField(default=None, null=True)  # as upstream/problems.py describes it
    http_status = models.PositiveSmallIntegerField(null=True)
    response_headers = DocumentField(default=list)
    response_body = models.BinaryField(default=bytes)  # assembled
    usage = DocumentField(default=None, null=True)  # as reported
    summary = DocumentField(default=None, null=True)  # what read_stream prints: text, tool calls, finish reason …
    timings = DocumentField(default=dict)  # milliseconds since the request was sent
    attempts = DocumentField(default=list)
    last_number = models.PositiveIntegerField(default=0)
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    version = models.CharField(max_length=20, blank=True)
    visitor = models.CharField(max_length=64, blank=True, db_index=True)  # of an audience link: a hash, never a name
    upstream_id = models.CharField(max_length=200, blank=True)  # the response id, for background runs

    objects = Owned.as_manager()

    class Meta:
        ordering = ("created", "id")

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def is_settled(self) -> bool:
        """All that is to be said of its end is written down. After a crash that is later than its status."""
        return not self.is_live and not Lease.objects.filter(run=self.pk).exists()


class Lease(models.Model):
    """Who carries a run out; gone when it has ended and all is said of that. A row of its own, because it is read with
    every commit and a run's row holds whole documents. The journal checks the fence in raw SQL."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="lease")
    holder = models.CharField(max_length=80, db_index=True)  # one process
    until = models.BigIntegerField()  # milliseconds by the database's clock
    fence = models.PositiveIntegerField(default=1)  # rises with each holder, so that an old one cannot write
    stop_requested = models.BooleanField(default=False)


class JournalEntry(models.Model):
    """A piece of a running run's log: the events `first`..`last` as the journal packs them. Written by raw SQL."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="journal_entries", db_index=False)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "first"), name="journal_without_doubles"),)


class SealedJournal(models.Model):
    """The whole log of an ended run, compressed into one record."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="sealed_journal")
    data = models.BinaryField()


class Attachment(models.Model):
    """An uploaded file, stored once under our own id; its name is data, never a path."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)

    objects = Owned.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "sha256"), name="attachment_stored_once"),)


class SearchText(models.Model):
    """What a search looks through: a session's title and tags, or a run's prompt and output. Indexed by trigrams
    on both databases, so that languages without spaces are found too (migration 0005)."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="search_texts")
    run = models.OneToOneField(Run, models.CASCADE, null=True, related_name="search_text")
    text = models.TextField()


class Preset(models.Model):
    """A request saved under a name; `{{variables}}` in its strings become a small form."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="presets")
    name = models.CharField(max_length=100)
    endpoint = models.CharField(max_length=20)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True)
    body = models.BinaryField()
    created = models.DateTimeField(default=timezone.now)

    objects = Owned.as_manager()

    def __str__(self) -> str:
        return self.name


class ShareQuerySet(Owned):
    def open(self) -> Self:
        """Neither revoked nor expired, of an account that is active, of a session that is there."""
        lasting = models.Q(expires=None) | models.Q(expires__gt=timezone.now())
        return self.filter(lasting, revoked=None, owner__is_active=True, session__deleted=None)


class Share(models.Model):
    """A link to a frozen snapshot. Of the token only its hash is kept: who reads the database cannot open the link."""

    class Scope(models.TextChoices):
        SERVER = "server", _("People of this server")
        ANYONE = "anyone", _("Anyone with the link")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="shares")
    token_hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.SERVER)
    title = models.CharField(max_length=200, blank=True)
    session = models.ForeignKey(Session, models.CASCADE, null=True, related_name="shares")
    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="shares")  # when it shows one run only
    live = models.BooleanField(default=False)  # made while the run was under way: shown from its log until it ends
    request_only = models.BooleanField(default=False)
    snapshot = models.BinaryField()  # a compressed portable document, made when the link was
    terms = DocumentField(default=dict)  # while it is live: what its last snapshot is to leave out
    passphrase = models.CharField(max_length=200, blank=True)  # hashed like a password
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)
    views = models.PositiveIntegerField(default=0)
    last_opened = models.DateTimeField(null=True)

    objects = ShareQuerySet.as_manager()

    @property
    def is_open(self) -> bool:
        return self.revoked is None and (self.expires is None or self.expires > timezone.now())


class AudienceQuerySet(Owned):
    def open(self) -> Self:
        """Neither closed nor expired; of an account that is active, a session that is there, and a connection that
        this account may still use."""
        usable = models.Q(connection__owner=models.F("owner")) | models.Q(connection__shared=True)
        return self.filter(
            usable, closed=None, expires__gt=timezone.now(), owner__is_active=True, session__deleted=None
        )


class Audience(models.Model):
    """A link by which visitors without an account may send their own words to one preset, within limits. The preset's
    request is kept as it was when its owner looked at it; of the token only its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="audiences")
    token_hash = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=10, choices=Share.Scope.choices, default=Share.Scope.SERVER)
    title = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=500, blank=True)  # the owner's words to the visitors

    # What is sent, and what of it visitors write: `asks` holds "blanks" (theirs), "given" (the owner's values for the
    # other blanks) and "prompt" (whether they write the whole prompt).
    preset = models.ForeignKey(Preset, models.CASCADE, related_name="audiences")
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="audiences")
    endpoint = models.CharField(max_length=20, default="responses")
    body = models.BinaryField(default=bytes)
    asks = DocumentField(default=dict)
    shows_request = models.BooleanField(default=False)  # instructions and the words around the visitors' own
    session = models.ForeignKey(Session, models.CASCADE, related_name="audiences")  # where the visitors' runs are kept

    run_limit = models.PositiveIntegerField()
    visitor_limit = models.PositiveIntegerField(default=1)  # runs of one visitor
    token_limit = models.PositiveIntegerField()
    runs = models.PositiveIntegerField(default=0)
    tokens = models.PositiveIntegerField(default=0)  # used, or taken beforehand by runs under way
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    closed = models.DateTimeField(null=True)

    objects = AudienceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title or str(_("Untitled"))

    @property
    def is_used_up(self) -> bool:
        return self.runs >= self.run_limit or self.tokens >= self.token_limit


class Visit(models.Model):
    """What a visitor's run is to its link. A row of its own: what it has taken is written while the run goes on, and a
    run's row holds whole documents."""

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="visit")
    audience = models.ForeignKey(Audience, models.CASCADE, related_name="visits")
    said = DocumentField(default=dict)  # what the visitor wrote, by blank
    taken = models.PositiveIntegerField(default=0)  # of the link's tokens


class CannedOutput(models.Model):
    """An answer kept for a tool, so that the next call of it is answered with one click."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="canned_outputs")
    tool = models.CharField(max_length=128)
    output = models.TextField()
    used = models.DateTimeField(default=timezone.now)

    objects = Owned.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "tool", "output"), name="canned_output_once"),)
