"""Code in five inks, JSON laid out from its own characters."""

import json

import pytest

from playground.rendering import highlight, pretty_json
from playground.rendering.code import ALIASES, LANGUAGES, _known_lexer
from tests.hostile import Audit


def plain(html: str) -> str:
    return Audit(html).text


def test_code_is_inked() -> None:
    assert highlight('def f():\n    return "x"  # why\n', "py") == (
        '<span class="tk">def </span><span class="tp">f</span>():\n    <span class="tk">return </span>'
        '<span class="ts">&quot;x&quot;  </span><span class="tc"># why\n</span>'
    )


def test_json_in_an_answer_has_the_same_inks_and_keeps_its_lines() -> None:
    assert highlight('{"a" : 1,\n // b\n "c": "d"}', "json") == (
        '{<span class="tp">&quot;a&quot;</span> : <span class="tn">1</span>,\n // b\n'
        ' <span class="tp">&quot;c&quot;</span>: <span class="ts">&quot;d&quot;</span>}'
    )


def test_an_unknown_language_has_one_ink() -> None:
    assert highlight("<x>", "nonesuch") == "&lt;x&gt;"


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_on_the_list_has_a_lexer(language: str) -> None:
    assert _known_lexer(language)


def test_every_alias_leads_to_the_list() -> None:
    assert set(ALIASES.values()) <= LANGUAGES


@pytest.mark.parametrize(
    ("code", "language"), [("\n" * 59_000, "c"), ("end\n" * 15_000, "csharp"), ("x" * 3_000, "python")]
)
def test_code_that_costs_too_much_has_one_ink(code: str, language: str) -> None:
    assert highlight(code, language) == code


def test_json_is_laid_out() -> None:
    assert plain(pretty_json('{"a":[1,{},[]],"b":"c: {d, e}"}')) == (
        '{\n  "a": [\n    1,\n    {},\n    []\n  ],\n  "b": "c: {d, e}"\n}'
    )


def test_keys_strings_numbers_and_words_have_their_inks() -> None:
    assert pretty_json('{"a":"b","c":-1.5e3,"d":null}') == (
        '{\n  <span class="tp">&quot;a&quot;</span>: <span class="ts">&quot;b&quot;</span>,\n'
        '  <span class="tp">&quot;c&quot;</span>: <span class="tn">-1.5e3</span>,\n'
        '  <span class="tp">&quot;d&quot;</span>: <span class="tk">null</span>\n}'
    )


def test_numbers_keys_and_escapes_keep_their_spelling() -> None:
    wire = '{"a":1.00,"a":1e400,"b":"\\u00e9\\/","n":123456789012345678901234567890}'

    shown = plain(pretty_json(wire))

    assert shown.replace("\n", "").replace("  ", "").replace('": ', '":') == wire


def test_what_is_laid_out_means_the_same() -> None:
    document = {"a": [1, 2.5, None, True, {"b": 'c\\d "e" \u2028 \n'}], "": [[], {}, [[1]]]}

    assert json.loads(plain(pretty_json(json.dumps(document)))) == document


@pytest.mark.parametrize("cut", range(len('{"city": ["Par\\u0069s\\"", 1.5, {"a": null}]}')))
def test_half_a_document_is_laid_out_as_far_as_it_goes(cut: int) -> None:
    wire = '{"city": ["Par\\u0069s\\"", 1.5, {"a": null}]}'[:cut]

    assert "".join(plain(pretty_json(wire)).split()) == "".join(wire.split())


def test_escaped_letters_can_be_read_and_escaped_traps_stay_escaped() -> None:
    wire = r'{"a": "\u3042\ud83d\ude00 \u202e \u0022 \u0000 \ud800"}'

    assert plain(pretty_json(wire, readable=True)) == '{\n  "a": "\u3042\U0001f600 \\u202e \\u0022 \\u0000 \\ud800"\n}'


@pytest.mark.parametrize(
    "wire", ["[" * 200_000, '{"a":' * 100_000, '"' * 100_000, '["' + '\\"' * 200_000, "]" * 100_000]
)
def test_no_depth_and_no_length_is_too_much(wire: str) -> None:
    assert "".join(plain(pretty_json(wire)).split()) == wire


def test_what_is_no_document_is_shown_as_it_is() -> None:
    assert pretty_json("<html>502</html>") == "&lt;html&gt;502&lt;/html&gt;"
