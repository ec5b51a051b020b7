"""Markdown of others as HTML of ours."""

import pytest

from playground.rendering import render_markdown
from playground.rendering.markdown import LARGEST


def test_text_with_emphasis_code_and_a_link() -> None:
    assert render_markdown("**a** *b* `c<d` [e](https://f.example)") == (
        '<p dir="auto"><strong>a</strong> <em>b</em> <code>c&lt;d</code> '
        '<a href="https://f.example" target="_blank" rel="noopener noreferrer">e</a></p>\n'
    )


def test_headings_stand_below_those_of_the_page() -> None:
    assert render_markdown("# a\n#### b") == '<h3 dir="auto">a</h3>\n<h6 dir="auto">b</h6>\n'


def test_each_block_finds_its_own_direction() -> None:
    html = render_markdown("a\n\n> b\n\n- c\n\n| d |\n|---|")

    assert html.count('dir="auto"') == 5


def test_a_table_scrolls_in_itself_and_keeps_its_alignment_without_style() -> None:
    html = render_markdown("| a | b |\n|--:|:-:|\n| 1 | 2 |")

    assert '<div class="scroll" tabindex="0"><table dir="auto">' in html
    assert '<td class="end">1</td>' in html
    assert '<td class="middle">2</td>' in html
    assert "style" not in html


def test_tasks_show_whether_they_are_done() -> None:
    html = render_markdown("- [x] a\n- [ ] b\n- c")

    assert '<li class="task">☑ a</li>\n<li class="task">☐ b</li>\n<li>c</li>' in html


def test_a_list_may_begin_anywhere() -> None:
    assert '<ol dir="auto" start="7">' in render_markdown("7. a")


def test_code_names_its_language_and_can_be_copied() -> None:
    html = render_markdown("```py x=1\nimport os\n```")

    assert "<span>py</span>" in html
    assert 'data-copy-name="py"' in html
    assert '<span class="tk">import </span>' in html


def test_a_language_that_is_none_is_not_repeated() -> None:
    assert "onclick" not in render_markdown('```"onclick="x\na\n```')


def test_bare_addresses_become_links_without_the_punctuation_around_them() -> None:
    html = render_markdown("See https://a.example/b_(c), or (https://d.example).")

    assert '>https://a.example/b_(c)</a>, or (<a href="https://d.example"' in html


def test_file_names_are_not_taken_for_addresses() -> None:
    assert "<a" not in render_markdown("main.py, README.md and example.com")


def test_an_address_within_code_or_a_link_is_left_alone() -> None:
    assert render_markdown("`https://a.example`") == '<p dir="auto"><code>https://a.example</code></p>\n'
    assert render_markdown("[https://a.example](https://b.example)").count("<a ") == 1


def test_a_picture_on_another_host_is_named_and_not_fetched() -> None:
    html = render_markdown("![a chart](https://pictures.example/x.png?q=secret)")

    assert "<img" not in html
    assert "<span>a chart</span> <bdi>pictures.example</bdi>" in html
    assert '<a href="https://pictures.example/x.png?q=secret"' in html


def test_a_picture_that_carries_its_own_bytes_is_shown() -> None:
    assert '<img src="data:image/png;base64,iVBORw0KGgo=" alt="dot" loading="lazy">' in render_markdown(
        "![dot](data:image/png;base64,iVBORw0KGgo=)"
    )


def test_a_drawing_that_could_act_is_no_picture() -> None:
    assert "<img" not in render_markdown("![x](data:image/svg+xml;base64,PHN2Zz4=)")


def test_a_link_to_an_unsafe_address_stays_the_text_it_was() -> None:
    assert render_markdown("[x](javascript:alert(1))") == '<p dir="auto">[x](javascript:alert(1))</p>\n'


def test_html_in_the_text_is_text() -> None:
    assert render_markdown("<b onclick=x>a</b>") == '<p dir="auto">&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n'


@pytest.mark.parametrize(
    "text", ["![" * 100_000, "_<![" * 100_000, "*_" * 300_000, "> - " * 50_000 + "\n- a" * 200_000, "a" * (LARGEST + 1)]
)
def test_text_that_costs_too_much_is_shown_plainly_and_says_so(text: str) -> None:
    html = render_markdown(text)

    assert "Shown as plain text" in html
    assert '<div class="plain" dir="auto">' in html


@pytest.mark.parametrize(
    "text", ["[" * 4_000, "> " * 30_000, "`" * 60_000, "a " * 500_000, "| a " * 15_000, "- " * 30_000]
)
def test_text_that_only_looks_costly_is_formatted(text: str) -> None:
    assert "Shown as plain text" not in render_markdown(text)
