"""A key cannot be printed, and lies encrypted. Attacks 80, 84; the log's part of the canary."""

import copy
import json
import logging
import pickle
import sqlite3
import traceback
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import serializers
from django.db import connection

from playground import secrets
from playground.logs import Discreet
from playground.models import Connection, User
from playground.secrets import DOTS, Secret, decrypt, encrypt, mask_loaded

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests of this process have met secrets of their own, some of which are words of a log line."""
    monkeypatch.setattr("playground.secrets._loaded", {})
    monkeypatch.setattr("playground.secrets._compiled", (None, None))


def test_a_secret_never_shows_itself() -> None:
    secret = Secret(CANARY)

    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        repr([secret]),
        repr({"key": secret}),
    ]

    assert not any(CANARY in text or CANARY[4:] in text for text in shown)
    assert secret.reveal() == CANARY


def test_it_cannot_be_pickled_copied_into_json_or_looked_into() -> None:
    secret = Secret(CANARY)

    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):
        vars(secret)


def test_it_shows_at_most_its_end() -> None:
    assert Secret(CANARY).hint == "cdef"
    assert Secret("short").hint == ""


def test_secrets_compare_by_value_and_empty_ones_are_false() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != "a"
    assert not Secret("")


def test_a_traceback_with_locals_does_not_show_it() -> None:
    """Attack 80."""

    def fails(secret: Secret) -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError) as raised:
        fails(Secret(CANARY))
    shown = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())

    assert CANARY not in shown
    assert DOTS in shown


def test_masking_leaves_no_tail_of_a_longer_secret() -> None:
    for value in ("key-number-1", "key-number-1-long"):
        Secret(value)

    assert mask_loaded("a=key-number-1 b=key-number-1-long") == f"a={DOTS} b={DOTS}"


def test_what_is_too_short_to_be_told_from_words_stays() -> None:
    for value in ("sandbox", "ollama", "test", "EMPTY", ""):
        Secret(value)

    assert mask_loaded("GET /sandbox/v1/models test") == "GET /sandbox/v1/models test"


def test_a_secret_that_is_met_while_a_line_is_written_is_masked_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread may make one at any moment."""
    really = secrets._any_of

    def meanwhile(values: list[str]) -> Any:
        Secret("another-secret")
        return really(values)

    monkeypatch.setattr(secrets, "_any_of", meanwhile)
    Secret(CANARY)

    assert mask_loaded(CANARY) == DOTS
    assert mask_loaded(f"{CANARY} another-secret") == f"{DOTS} {DOTS}"


@pytest.mark.django_db
def test_the_database_holds_no_key_in_clear() -> None:
    """Attack 84."""
    owner = User.objects.create_user("olga")
    stored = Connection.objects.create(owner=owner, name="c", base_url="https://a.example", key=Secret(CANARY))

    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM playground_connection WHERE name = 'c'")
        column = bytes(cursor.fetchone()[0])

    assert CANARY.encode() not in column
    assert Connection.objects.get(pk=stored.pk).key == Secret(CANARY)
    assert CANARY not in serializers.serialize("json", [stored])


@pytest.mark.django_db(transaction=True)
def test_neither_do_the_files_of_the_database() -> None:
    """Attack 84."""
    owner = User.objects.create_user("olga")
    Connection.objects.create(owner=owner, name="c", base_url="https://a.example", key=Secret(CANARY))
    path = str(connection.settings_dict["NAME"])

    with sqlite3.connect(path) as raw:
        dump = "\n".join(raw.iterdump())
    raw.close()

    assert CANARY not in dump
    assert CANARY.encode().hex() not in dump.lower()


def test_an_older_key_still_reads_and_a_lost_key_gives_nothing(settings: LazySettings) -> None:
    from cryptography.fernet import Fernet

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    token = encrypt(CANARY)
    settings.ENCRYPTION_KEYS = [new, old]

    assert decrypt(token) == CANARY


# ---- logs


def written(caplog: pytest.LogCaptureFixture, text: str, *arguments: object, exc_info: bool = False) -> str:
    """What the terminal would show of this record."""
    record = logging.LogRecord("x", logging.INFO, "f", 1, text, arguments, None)
    if exc_info:
        import sys

        record.exc_info = sys.exc_info()
    Discreet().filter(record)
    return logging.Formatter("%(message)s").format(record)


def test_every_loaded_secret_is_masked_in_logs(caplog: pytest.LogCaptureFixture) -> None:
    Secret(CANARY)

    assert written(caplog, "key %s", CANARY) == f"key {DOTS}"
    assert written(caplog, f"Illegal header value b'Bearer {CANARY}\\n'") == f"Illegal header value b'Bearer {DOTS}\\n'"


def test_in_tracebacks_too(caplog: pytest.LogCaptureFixture) -> None:
    """Attack 80."""
    Secret(CANARY)
    try:
        raise ValueError(f"bad header: Bearer {CANARY}")
    except ValueError:
        shown = written(caplog, "failed", exc_info=True)

    assert CANARY not in shown
    assert "ValueError: bad header" in shown


def test_a_log_line_cannot_be_forged_or_coloured(caplog: pytest.LogCaptureFixture) -> None:
    """Attack 59."""
    shown = written(caplog, "title %s", "a\r\n2026-01-01 ERROR forged\x1b[31m\x07\u202e\x9b2J")

    assert shown == "title a\\r\\n2026-01-01 ERROR forged\\x1b[31m\\x07\\u202e\\x9b2J"


def test_nor_a_line_of_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("a\n2026-01-01 ERROR forged\x1b[31m")
    except ValueError:
        lines = written(caplog, "failed", exc_info=True).splitlines()

    assert all(line.startswith("  | ") for line in lines[1:])
    assert "\x1b" not in "".join(lines)


def test_share_and_start_tokens_are_cut_short(caplog: pytest.LogCaptureFixture) -> None:
    assert written(caplog, "GET /s/abcdefGHIJKLMNOPQR/?a=1") == "GET /s/abcdef…/?a=1"
    assert written(caplog, "GET /?token=abcdef&x=1") == "GET /?token=…&x=1"


def test_the_loggers_of_the_http_client_are_quiet() -> None:
    assert logging.getLogger("httpx").getEffectiveLevel() == logging.WARNING
    assert logging.getLogger("httpcore").getEffectiveLevel() == logging.WARNING


def test_only_so_many_secrets_are_remembered_and_the_newest_are() -> None:
    for number in range(3000):
        Secret(f"secret-number-{number:05}")
        Secret(CANARY)

    assert mask_loaded(CANARY) == DOTS
    assert mask_loaded("secret-number-02999") == DOTS
    assert mask_loaded("secret-number-00000") == "secret-number-00000"
