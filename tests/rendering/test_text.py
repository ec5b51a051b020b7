"""Text as text: what cannot be seen is named, and cannot act."""

from playground.rendering import clean, prose, visible


def test_markup_is_text() -> None:
    assert visible("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"


def test_terminal_escapes_are_shown_by_name() -> None:
    assert '<span class="ctl" data-c="ESC">\x1b</span>[31m' in visible("\x1b[31m")


def test_a_turned_direction_stands_in_a_box_of_its_own() -> None:
    assert visible("safe\u202egnp.exe") == 'safe<span class="ctl" data-c="RLO">\u202e</span>gnp.exe'


def test_a_control_without_a_name_of_its_own_is_called_as_terminals_do() -> None:
    assert 'data-c="^G"' in visible("\x07")
    assert 'data-c="U+E0041"' in visible("\U000e0041")


def test_lines_and_tabs_are_left_alone() -> None:
    assert visible("a\n\tb") == "a\n\tb"


def test_a_bare_carriage_return_survives_the_way_to_the_page() -> None:
    assert "&#13;" in visible("a\rb")


def test_prose_keeps_what_arabic_and_emoji_are_written_with() -> None:
    written = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u200f(x) \U0001f468\u200d\U0001f469 \u2067y\u2069"

    assert prose(written) == written
    assert "ctl" in prose("a\u202eb")


def test_what_html_cannot_carry_is_replaced() -> None:
    assert clean("a\x00b\ud800") == "a\u2400b\ufffd"
