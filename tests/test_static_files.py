"""Static files: found where they lie, packed, kept by browsers as long as they are the same."""

import re
from collections.abc import Callable

import httpx
import pytest
from django.conf import settings

from tests.gate.asking import ask
from tests.serving import Server


@pytest.fixture(scope="module")
def client(server: Server) -> httpx.Client:
    return server.client()


@pytest.fixture(scope="module")
def static(client: httpx.Client) -> Callable[[str], str]:
    """Addresses as the server's own pages give them."""
    page = client.get("/", follow_redirects=True).text
    found = re.search(r'"(/static/[0-9a-f]{12}/)js/main\.js"', page)
    assert found, page
    return lambda name: found[1] + name


def test_pages_name_files_so_that_browsers_can_keep_them(client: httpx.Client, static: Callable[[str], str]) -> None:
    answer = client.get(static("js/main.js"))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_old_page_still_gets_the_file_but_does_not_keep_it(client: httpx.Client) -> None:
    answer = client.get(f"{settings.STATIC_ROUTE}0123456789ab/js/main.js")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["br", "gzip"])
def test_text_travels_packed(client: httpx.Client, name: str, static: Callable[[str], str]) -> None:
    plain = client.get(static("js/main.js"), headers={"Accept-Encoding": "identity"})
    packed = client.get(static("js/main.js"), headers={"Accept-Encoding": f"{name};q=1.0"})

    assert packed.headers["content-encoding"] == name
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.content == plain.content  # httpx unpacked it


def test_a_file_the_browser_has_is_not_sent_again(client: httpx.Client, static: Callable[[str], str]) -> None:
    tag = client.get(static("js/main.js")).headers["etag"]

    again = client.get(static("js/main.js"), headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_packages_bring_their_files(client: httpx.Client, static: Callable[[str], str]) -> None:
    assert client.get(static("django_htmx/django-htmx.js")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "",
        "x",
        "x/",
        "x/nothing.js",
        "x/../settings.py",
        "x/..%2f..%2fplayground/settings.py",
        "x//etc/passwd",
        "x/%00",
        "x/js",
        "x/js/",
        "x/" + "a" * 5000,
        "x/%e2%80%ae.js",
    ],
)
def test_what_is_no_file_of_ours_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(settings.STATIC_ROUTE + path).status_code == 404


def test_files_can_only_be_read(client: httpx.Client, static: Callable[[str], str]) -> None:
    assert client.post(static("js/main.js")).status_code == 405
    head = client.head(static("js/main.js"), headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0


async def test_in_development_files_are_read_anew(settings: object, tmp_path: object) -> None:
    from playground.static_files import StaticFiles

    settings.DEBUG = True  # type: ignore[attr-defined]
    files = StaticFiles()

    sent = await ask(files, path=f"{settings.STATIC_ROUTE}dev/js/main.js")  # type: ignore[attr-defined]

    assert dict(sent[0]["headers"])[b"cache-control"] == b"no-cache"
    assert files.files == {}
