"""Pages for what went wrong before a view could answer."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.template import TemplateDoesNotExist
from django.test import Client, RequestFactory
from django.utils import translation

from playground import preparing
from playground.views import errors


@pytest.fixture
def catalogues() -> dict[str, polib.POFile]:
    """The translations by language, compiled as the set-up compiles them."""
    found = {path.parts[-3]: path for path in Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po")}
    for path in found.values():
        preparing.compile_catalogue(path)
    return {language: polib.pofile(str(path)) for language, path in found.items()}


@pytest.mark.parametrize("status", sorted(errors.TEXTS))
def test_each_page_says_what_happened_and_where_to_go(status: int) -> None:
    answer = errors.page(None, status)

    assert answer.status_code == status
    assert str(errors.TEXTS[status][0]) in answer.content.decode()
    assert 'href="/"' in answer.content.decode()


def test_the_page_of_a_crash_needs_neither_session_nor_database() -> None:
    # No `db` mark: touching the database would fail this test.
    answer = errors.server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert b"csrf" not in answer.content


def test_when_even_that_page_breaks_plain_words_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> str:
        raise TemplateDoesNotExist("errors/page.html")

    monkeypatch.setattr(errors, "render_to_string", broken)

    answer = errors.page(None, 500)

    assert answer["Content-Type"] == "text/plain"
    assert answer.content.startswith(b"500: Something broke on our side")


@pytest.mark.django_db
def test_an_address_that_is_none_is_not_repeated(client: Client) -> None:
    answer = client.get("/<script>alert(1)</script>/")

    assert answer.status_code == 404
    assert b"<script>alert" not in answer.content


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sessions/new/")

    assert answer.status_code == 403
    assert "could not be trusted" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_it_speaks_the_readers_language_to_the_last(
    status: int, catalogues: dict[str, polib.POFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing is left but the handler of a crash."""
    broken = {400: BadRequest, 403: PermissionDenied, 404: Http404, 500: RuntimeError}[status]

    def fail(*args: object) -> None:
        raise broken

    monkeypatch.setattr("playground.views.health.metrics.page", fail)
    monkeypatch.setattr(settings, "METRICS_TOKEN", "x" * 16)
    client = Client(raise_request_exception=False, headers={"authorization": "Bearer " + "x" * 16})
    with translation.override("en"):
        heading = str(errors.TEXTS[status][0])

    for language, name in settings.LANGUAGES:
        with translation.override("en"):  # what a request switches on stays on
            answer = client.get("/metrics", headers={"accept-language": language})

        entry = catalogues[language].find(heading) if language != "en" else None
        assert answer.status_code == status
        shown = answer.content.decode()
        assert f"<h1>{entry.msgstr if entry else heading}</h1>" in shown, name
        assert re.search(rf'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"', shown)


@pytest.mark.django_db
def test_the_address_of_a_form_opened_by_itself_says_so_to_a_person_and_nothing_to_a_program(client: Client) -> None:
    person = client.get("/connections/new/", headers={"Accept": "text/html,*/*"})
    program = client.get("/connections/new/", headers={"Accept": "application/json"})

    assert (person.status_code, person["Allow"]) == (405, "POST")
    assert str(errors.TEXTS[405][0]) in person.content.decode()
    assert (program.status_code, program.content) == (405, b"")
