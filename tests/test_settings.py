"""The environment is read strictly: odd values are refused by name. Attacks 37, 39, 76, 114, 115, 117."""

import os
import runpy
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from playground.environment import REGISTRY, BadSetting, Environment, local_zone
from tests.environment import ROOT, without_ours
from tests.serving import surroundings

TEAM = {"PLAYGROUND_MODE": "team", "PLAYGROUND_URL": "https://play.example.org"}


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Read settings.py anew in these surroundings; what it notes about itself is put back."""
    noted = dict(REGISTRY)

    def read(**values: str) -> dict[str, Any]:
        for name in set(os.environ) - set(without_ours(dict(os.environ))):
            monkeypatch.delenv(name)
        for name, value in {"PLAYGROUND_DATA": str(tmp_path / "data"), **values}.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "playground" / "settings.py"))

    yield read
    REGISTRY.clear()
    REGISTRY.update(noted)


def test_nothing_set_is_local_mode_on_sqlite(load: Any, tmp_path: Path) -> None:
    settings = load()

    assert not settings["TEAM"]
    assert settings["HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert settings["DATABASES"]["default"]["NAME"] == tmp_path / "data" / "playground.sqlite3"
    options = settings["DATABASES"]["default"]["OPTIONS"]
    assert (options["timeout"], options["transaction_mode"]) == (20, "IMMEDIATE")
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=NORMAL" in options["init_command"]


def test_an_empty_value_is_none(load: Any) -> None:
    assert load(PORT="", PLAYGROUND_MODE="", PLAYGROUND_URL="")["PORT"] == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLAYGROUND_MODE", "Team"),
        ("PLAYGROUND_MODE", "server"),
        ("PLAYGROUND_DEBUG", "maybe"),
        ("PORT", "80000"),
        ("PORT", "-1"),
        ("PORT", "٨٠٠٠"),
        ("PORT", "8000.0"),
        ("PLAYGROUND_HOSTS", "*"),
        ("PLAYGROUND_HOSTS", ".example.org"),
        ("PLAYGROUND_HOSTS", "a.example, *.example"),
        ("PLAYGROUND_PROXIES", "localhost"),
        ("PLAYGROUND_PROXIES", "10.0.0.1/8"),
        ("PLAYGROUND_DATABASE_URL", "mysql://a/b"),
        ("PLAYGROUND_DATABASE_URL", "postgresql://a:b@host"),
        ("PLAYGROUND_DATABASE_URL", "postgresql://host:port/name"),
        ("PLAYGROUND_CHANNEL_URL", "amqp://host"),
        ("PLAYGROUND_SECRET_KEY", "short"),
        ("PLAYGROUND_SECRET_KEY", "a" * 60),
        ("PLAYGROUND_SECRET_KEY", "django-insecure-" + "abcdefghijklmnopqrstuvwxyz" * 2),
        ("PLAYGROUND_ENCRYPTION_KEYS", "not a key"),
        ("PLAYGROUND_METRICS_TOKEN", "short"),
        ("PLAYGROUND_SANDBOX_PACE", "fast"),
        ("PLAYGROUND_SANDBOX_PROFILE", "mistral"),
        ("PLAYGROUND_TIME_ZONE", "Europe/Roma"),
        ("PLAYGROUND_URL", "play.example.org"),
        ("PLAYGROUND_URL", "ftp://play.example.org"),
        ("PLAYGROUND_URL", "https://play.example.org/playground"),
        ("PLAYGROUND_URL", "https://user:pass@play.example.org"),
        ("PLAYGROUND_URL", "https://play.example.org:port"),
        ("PLAYGROUND_URL", "https://play\x1b[31m.example.org"),
    ],
)
def test_an_odd_value_is_refused_by_name(load: Any, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load(**{name: value})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PLAYGROUND_URL": ""}, "PLAYGROUND_URL"),
        ({"PLAYGROUND_URL": "http://play.example.org"}, "https"),
        ({"PLAYGROUND_DEBUG": "on"}, "PLAYGROUND_DEBUG"),
        ({"PLAYGROUND_HOSTS": "*"}, "PLAYGROUND_HOSTS"),
        ({"PLAYGROUND_SECRET_KEY": "changeme" * 8}, "PLAYGROUND_SECRET_KEY"),
    ],
)
def test_team_mode_refuses_what_would_open_it(load: Any, change: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        load(**{**TEAM, **change})


def test_in_team_mode_everything_follows_from_the_address(load: Any) -> None:
    settings = load(**TEAM)

    assert settings["HOSTS"] == settings["ALLOWED_HOSTS"] == ["play.example.org"]
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["CSRF_COOKIE_SECURE"]
    assert settings["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert not settings["SANDBOX_OPEN"]


def test_a_team_may_be_tried_on_loopback_without_tls(load: Any) -> None:
    settings = load(**{**TEAM, "PLAYGROUND_URL": "http://localhost:8000"})

    assert settings["HOSTS"] == ["localhost:8000"]
    assert settings["ALLOWED_HOSTS"] == ["localhost"]
    assert not settings["SESSION_COOKIE_SECURE"]


def test_cookies_are_out_of_reach_of_scripts_and_named_for_this_playground(load: Any, tmp_path: Path) -> None:
    one, other = load(), load(PLAYGROUND_DATA=str(tmp_path / "other"))

    assert one["SESSION_COOKIE_HTTPONLY"]
    assert one["CSRF_COOKIE_HTTPONLY"]
    assert one["SESSION_COOKIE_SAMESITE"] == "Lax"
    for name in ("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "START_COOKIE_NAME"):
        assert one[name] != other[name]


def test_secrets_are_made_once_and_kept_from_others(load: Any, tmp_path: Path) -> None:
    first, again = load(), load()

    assert first["SECRET_KEY"] == again["SECRET_KEY"]
    assert first["ENCRYPTION_KEYS"] == again["ENCRYPTION_KEYS"]
    for name in ("secret_key", "encryption_keys", "playground.sqlite3"):
        assert stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_an_empty_folder_that_was_made_for_it_is_closed_to_others(load: Any, tmp_path: Path) -> None:
    """As `mkdir data; ./run --data data` makes it. A folder with anything in it may be shared for a reason."""
    (tmp_path / "data").mkdir(mode=0o755)
    (tmp_path / "shared").mkdir(mode=0o755)
    (tmp_path / "shared" / "notes").write_text("mine")

    load()
    load(PLAYGROUND_DATA=str(tmp_path / "shared"))

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755


def test_what_came_back_from_a_backup_open_to_others_is_closed_again(load: Any, tmp_path: Path) -> None:
    names = ("secret_key", "encryption_keys", "playground.sqlite3")
    load()
    for name in names:
        (tmp_path / "data" / name).chmod(0o644)

    load()

    assert {stat.S_IMODE((tmp_path / "data" / name).stat().st_mode) for name in names} == {0o600}


def test_secrets_from_the_environment_are_not_written_down(load: Any, tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()

    settings = load(PLAYGROUND_ENCRYPTION_KEYS=key, PLAYGROUND_SECRET_KEY="kP3" + "abcdefghijklmnopq0123456789" * 2)

    assert settings["ENCRYPTION_KEYS"] == [key]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["playground.sqlite3"]


def test_a_postgres_address_is_taken_apart(load: Any) -> None:
    url = "postgresql://ann:p%40ss@db.example:5433/play?sslmode=require"

    database = load(PLAYGROUND_DATABASE_URL=url, PLAYGROUND_CHANNEL_URL="redis://r:6379/0")

    assert database["DATABASES"]["default"] | {"ENGINE": ""} == {
        "ENGINE": "",
        "NAME": "play",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 5433,
        "OPTIONS": {"connect_timeout": 5, "sslmode": "require"},
    }
    assert database["CHANNEL_LAYERS"]["default"]["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"


def test_a_power_cut_may_be_paid_for(load: Any) -> None:
    options = load(PLAYGROUND_SQLITE_SYNCHRONOUS="FULL")["DATABASES"]["default"]["OPTIONS"]

    assert "synchronous=FULL" in options["init_command"]


@pytest.mark.django_db
def test_sqlite_is_set_as_asked() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        pragmas = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "foreign_keys")}

    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}


def test_a_folder_that_cannot_be_written_is_a_sentence(load: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadSetting, match=r"The data folder .* cannot be made"):
        load(PLAYGROUND_DATA=str(tmp_path / "file" / "data"))


def test_keys_in_the_environment_are_offered_in_local_mode_only(load: Any) -> None:
    keys = {"OPENAI_API_KEY": "sk-from-the-environment"}

    assert load(**keys)["OFFERED"]["OPENAI_API_KEY"].reveal() == "sk-from-the-environment"
    assert not any(load(**keys, **TEAM)["OFFERED"].values())


def test_a_misspelt_setting_is_noticed() -> None:
    given = {"PLAYGROUND_MOED": "team", "PLAYGROUND_PORT": "80", "PLAYGROUND_PORT_8000_TCP_ADDR": "10.0.0.1"}

    assert Environment(given).unknown() == [
        "PLAYGROUND_MOED is not a setting. Did you mean PLAYGROUND_MODE?",
        "PLAYGROUND_PORT is not a setting. Did you mean PORT?",
    ]


def test_the_zone_of_shown_times_is_the_machines() -> None:
    assert local_zone({"TZ": "Asia/Tokyo"}) == "Asia/Tokyo"
    assert local_zone({"TZ": ":nonsense"}) == local_zone({})


@pytest.mark.parametrize("command", [["check"], ["migrate"], ["serve"]])
def test_a_bad_setting_is_one_sentence_on_the_terminal(tmp_path: Path, command: list[str]) -> None:
    surrounded = surroundings(tmp_path / "data", PLAYGROUND_MODE="teem")

    ended = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=surrounded, capture_output=True, text=True
    )

    assert ended.returncode != 0
    assert ended.stderr == "PLAYGROUND_MODE is 'teem'. Write one of: local, team.\n"


def test_deployment_checks_find_nothing_on_team_settings(tmp_path: Path) -> None:
    surrounded = surroundings(tmp_path / "data", **TEAM)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]

    ended = subprocess.run(command, cwd=ROOT, env=surrounded, capture_output=True, text=True)

    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


@pytest.mark.parametrize("password", ["violet-harbour", "x9" * 40, "correct horse battery", "パスワードは長い文"])
def test_long_passwords_are_fine_whatever_they_are_made_of(password: str) -> None:
    validate_password(password)


@pytest.mark.parametrize("password", ["short1!", "password123", "12345678", "qwertyuiop"])
def test_short_and_common_passwords_are_not(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)
