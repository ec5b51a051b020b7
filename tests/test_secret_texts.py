"""What looks like a secret is found, what only resembles one is left alone, and no text makes the search slow."""

from __future__ import annotations

import pytest

from playground.secret_texts import DOTS, hide, hide_within, secret_fields, secrets_in, settled

RANDOM = "q7R2x9Lm" * 5
PRIVATE = (
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n" + "MIIEpAIBAAKCAQEA7\n" * 9
) + "-----END RSA PRIVATE KEY-----"

SECRETS = {
    "key": [
        f"sk-proj-{RANDOM}",
        f"github_pat_11A{RANDOM}_{RANDOM}",
        f"ghp_{RANDOM}",
        f"ghs_{RANDOM}",
        f"ya29.a0{RANDOM}",
        "AKIAIOSFODNN7EXAMPLE",
        "ASIAIOSFODNN7EXAMPLE",
        f"AIza{RANDOM}",
        f"xoxb-123-{RANDOM}",
        f"hf_{RANDOM}",
        f"gsk_{RANDOM}",
        f"glpat-{RANDOM}",
        f"npm_{RANDOM}",
        f"nvapi-{RANDOM}",
        f"sk_live_{RANDOM}",
        "sk-proj-abcdefghijklmnopqrstuvwxyz012345678901234567",  # as people make them up
    ],
    "token": [f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIi{RANDOM}.{RANDOM}"],
    "bearer": [f"Bearer {RANDOM}", f"bearer {RANDOM}", "Bearer abcdef.ghijklm-nop", f"BEARER {RANDOM}"],
    "basic": ["Basic dXNlcjpwYXNz", "basic YWRtaW46aHVudGVyMg==", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="],
    "private": [PRIVATE, PRIVATE.replace("RSA ", ""), PRIVATE.replace("\n", "\\n")],
    "login": ["ann:pw@", "ann:s3cr3t!@", ":pw@"],
    "named": [
        "password=hunter22",
        "password: hunter2!",
        "Password: 'hunter22",
        '"password": "hunter22',
        "DB_PASSWORD=p4ssw0rd",
        'passwd: "hunter22',
        "password = hunter22",
        "password=letmein!",
        r"\"password\": \"hunter22",
        "api_key: 0123456789abcdef0123456789abcdef",
        "API-Key=0123456789abcdef0123456789abcdef",
        '"apiKey": "0123456789abcdef0123456789abcdef',
        "x-api-key: 0123456789abcdef0123456789abcdef",
        "client_secret=0123456789abcdef0123456789abcdef",
        "access_key: 0123456789abcdef0123456789abcdef",
        "API key: 0123456789abcdef0123456789abcdef",
        f"token={RANDOM}",
    ],
    "mail": ["ann.other+demo@mail.example.org"],
    "file": [
        f"data:image/png;base64,{'A' * 80}",
        f"data:text/html;charset=utf-8;base64,{'A' * 80}",
        "data:text/plain,Hello%2C%20my%20friends",
        "data:text/plain;charset=utf-8,Hello%20my%20friends",
        f"data:text/csv;name=a.csv;charset=utf-8;base64,{'A' * 80}",
    ],
}
FOUND = [(kind, text) for kind, texts in SECRETS.items() for text in texts]
#: What stands around it: some of a login is told by what stands before it.
AROUND = {"login": ("https://", "db.example/v1")}

INNOCENT = [
    "skateboarding-championships and skills-and-responsibilities",
    "sk-learn-based-classifiers",
    "pkg-config-everywhere",
    "Bearer authentication is used",
    "the bearer responsibilities",
    "Use a bearer token.",
    "bearer tokens/credentials",
    "Basic understanding",
    "Basic mathematics",
    "Basic JavaScript and PostgreSQL",
    "a basic internationalization",
    "Basic HTMLElements",
    "password: string",
    "Password: required",
    "password=password",
    "password: str | None = None",
    "password=$PASSWORD",
    "password: ********",
    "PASSWORD=${DB_PASSWORD}",
    "Password: at least 8 characters",
    "password=config.password)",
    "the password is in the safe",
    "api_key: str",
    "api_key=os.environ['OPENAI_API_KEY']",
    "api_key: YOUR_API_KEY_GOES_HERE",
    "max_tokens: 4096",
    "token: the smallest piece of a text",
    "a secret: nobody knows",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
    "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END CERTIFICATE-----",
    "http://localhost:8000/@ann",
    "https://example.com:8080/v1",
    "at 12:30 @noon",
    "data:image/png;base64,iVBOR",
    "data:, and data:text/plain,",
    "the data: numbers, words, and so on",
    "eyJ is how a token begins",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "ghost_stories_for_everyone_2024",
]

HOSTILE = [
    "a",
    "a@",
    "a.",
    "a@a.",
    "sk-",
    "sk-a-",
    "ghp_",
    "eyJ",
    "-eyJ",
    "eyJaaaaaaaa.",
    "Bearer ",
    "bearer a",
    "Basic ",
    "Basic a",
    "basic aB",
    "://",
    "://a:",
    "://a",
    "password",
    "password=",
    "password: ",
    "passwordpassword=a",
    "api key: ",
    "api_key=a",
    "token:",
    "-",
    "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----aaaaaaaaaaaaaaaaa",
    "-----BEGIN A A A A A A ",
    "data:",
    "data:a/a",
    "data:a/a;a=a",
    'data:a/a;a="a"',
    "data:a/a;base64,",
    "data:a/a,",
    ";a=a",
]


@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_a_secret_is_found_and_hidden_whole(kind: str, text: str) -> None:
    before, behind = AROUND.get(kind, ("Take (", ") and go on."))
    whole = f"{before}{text}{behind}"

    kinds = {found for found, _secret in secrets_in(whole)}

    assert kind in kinds
    assert "mail" not in kinds - {kind}
    assert text[-8:] not in hide(whole)
    assert hide(whole).startswith(before)
    assert hide(whole).endswith(f"{DOTS}{behind}")


def test_a_private_key_without_an_end_is_hidden_as_far_as_it_goes() -> None:
    assert hide(f"So: {PRIVATE[:150]}") == f"So: {DOTS}"
    assert settled(f"So: {PRIVATE[:150]}\n") == 4


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_resembles_a_secret_is_left_alone(text: str) -> None:
    assert list(secrets_in(text)) == []
    assert hide(text) == text


@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_no_beginning_of_a_secret_is_shown_before_it_is_whole(kind: str, text: str) -> None:
    """As a room sees it: character by character, what is settled is shown and the rest is held back."""
    before, behind = AROUND.get(kind, ("Take ", " and go on."))
    shown, held = "", ""
    for character in f"{before}{text}{behind}":
        held += character
        end = settled(held, 1)
        shown, held = shown + hide(held[:end]), held[end:]

    assert shown + hide(held) == hide(f"{before}{text}{behind}")


def test_a_megabyte_of_almost_secrets_is_read_through() -> None:
    """Where a pattern tried every way through such a text, this would not end within hours."""
    text = "\n".join(piece * (30_000 // len(piece)) for piece in HOSTILE)
    assert len(text) > 1_000_000

    assert DOTS in hide(text)
    assert settled(text) <= len(text)


HEX = "0123456789abcdef" * 2
FIELDS = [
    {"api_key": HEX},
    {"apiKey": HEX},
    {"accessToken": HEX},
    {"headers": {"X-Api-Key": HEX}},
    {"tools": [{"type": "mcp", "authorization": HEX}]},
    {"headers": [{"name": "X-Api-Key", "value": HEX}]},
    {"env": [{"key": "DB_PASSWORD", "value": HEX}]},
]


@pytest.mark.parametrize("document", FIELDS)
def test_a_name_makes_a_secret_of_what_alone_is_none(document: dict[str, object]) -> None:
    assert not list(secrets_in(HEX))

    assert [secret for _, secret in secret_fields(document)] == [HEX]
    assert HEX not in str(hide_within(document))


@pytest.mark.parametrize(
    "document",
    [
        {"max_tokens": HEX},
        {"token": "a word of the answer"},
        {"token": " unquestionably"},
        {"name": "X-Api-Key", "value": 7},
        {"name": "get_weather", "value": HEX},
        {"password": "$DB_PASSWORD"},
        {"api_key": ""},
        {"name": {"token": 1}, "value": HEX},
    ],
)
def test_other_fields_are_left_alone(document: dict[str, object]) -> None:
    assert not list(secret_fields(document))
    assert hide_within(document) == document
