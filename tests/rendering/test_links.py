"""Only http, https and mailto become links."""

import pytest

from playground.rendering import host_of, link, safe_url


@pytest.mark.parametrize(
    "url", ["http://a.example", "HTTPS://a.example/x?y=1#z", "mailto:a@b.example", "https://[2001:db8::1]:8443/x"]
)
def test_these_are_links(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//host/x",
        "/logout/",
        "#main",
        "https:",
        "https://",
        "https:/\\host",
        "http://[::1",
        "https://a.example/\nx",
        'https://a.example/"x',
        "https://a.example/" + "x" * 9_000,
        "mailto:",
        "",
    ],
)
def test_these_are_not(url: str) -> None:
    assert safe_url(url) == ""


def test_a_link_opens_apart_and_says_nothing_of_where_it_was_clicked() -> None:
    assert link("https://a.example/?a=1&b=2", "<a>") == (
        '<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">&lt;a&gt;</a>'
    )


def test_a_refused_address_is_shown_as_the_text_it_is() -> None:
    assert link("javascript:alert(1)") == "javascript:alert(1)"


def test_the_host_is_told_before_anything_is_fetched() -> None:
    assert host_of("https://user@pictures.example:444/x.png") == "pictures.example"
    assert host_of("https://[broken") == ""
