"""Sessions are found by title, tag, prompt and answer, in any script, on both databases."""

from __future__ import annotations

import json
from ast import literal_eval
from typing import Any

import pytest

from playground.models import Run, SearchText, Session, Tag, User
from playground.search import index_answer, index_run, index_session, matching, prompt_of
from tests.serving import manage, surroundings

pytestmark = pytest.mark.django_db


def session(title: str = "", prompt: Any = "", answer: str = "", tag: str = "") -> Session:
    owner, _ = User.objects.get_or_create(username="owner")
    made = Session.objects.create(owner=owner, title=title)
    if tag:
        Tag.objects.create(session=made, name=tag)
    body = json.dumps({"model": "m", "input": prompt}).encode()
    run = Run.objects.create(owner=owner, session=made, request_body=body, summary={"text": answer})
    index_session(made)
    index_run(run)
    return made


def found(words: str) -> list[str]:
    return sorted(matching(Session.objects.all(), words).values_list("title", flat=True))


def test_a_session_is_found_by_title_tag_prompt_and_answer() -> None:
    session("Unicorn", prompt="a bedtime story", answer="Once upon a time", tag="demo")
    session("Other")

    for words in ("unicorn", "BEDTIME", "upon a", "dem", "Unicorn demo once"):
        assert found(words) == ["Unicorn"], words
    assert found("unicorn other") == []


def test_scripts_without_spaces_are_found_by_any_part() -> None:
    session("日本語", prompt="一角獣の寝物語を三文で", answer="むかしむかし、あるところに")
    session("العربية", prompt="قصة قصيرة")

    for words in ("一角獣", "角獣", "獣", "ところ", "むか"):
        assert found(words) == ["日本語"], words
    assert found("قصيرة") == ["العربية"]


def test_short_words_are_found_wherever_they_stand_in_a_text() -> None:
    session("The C# of it", prompt="go", answer="物語と猫")
    session("Éa", prompt="ab")

    for words in ("c#", "C", "go", "o", "物語", "語と", "と猫", "猫", "it", "t", "E C"):
        assert "The C# of it" in found(words), words
    assert found("猫物") == found("q") == found('"') == found("%") == []
    assert found("Éa") == found("É") == found("éa".upper()[:1]) == ["Éa"]


def test_a_short_word_that_stands_everywhere_is_found_without_its_index(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        session(f"story {number}", prompt="物語")
    monkeypatch.setattr("playground.search.COMMON", 3)

    assert found("物語") == found("st") == [f"story {number}" for number in range(4)]
    assert found("物語 2") == ["story 2"]


def test_what_is_answered_later_is_found_by_short_words_too() -> None:
    made = session("Later", prompt="問い")
    index_answer(made.runs.get().pk, {"text": "答え"})

    assert found("答え") == found("え") == found("問い") == ["Later"]


def test_signs_of_the_query_language_are_only_characters() -> None:
    session("100% sure_thing", prompt="x' OR 1=1 --")
    session("100 sureXthing")

    assert found("100%") == ["100% sure_thing"]
    assert found("sure_thing") == ["100% sure_thing"]
    assert found('" OR') == []
    assert found("' OR") == ["100% sure_thing"]
    assert found("\0\ud800") == []


def test_what_has_changed_or_gone_is_no_longer_found() -> None:
    made = session("Before", prompt="alpha")
    Session.objects.filter(pk=made.pk).update(title="After")
    made.refresh_from_db()
    index_session(made)

    assert found("before") == []
    assert found("after") == ["After"]
    made.delete()
    assert found("alpha") == []


def test_only_what_a_person_wrote_is_indexed_of_a_request() -> None:
    body = {
        "model": "hidden",
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "seen"}, {"image_url": "data:no"}]}],
        "instructions": "also",
    }

    assert prompt_of(json.dumps(body).encode()) == "seen\nalso"
    assert prompt_of(b"[broken") == ""


#: A word, and in how many of these texts it is found: the same on both databases.
TEXTS = ("100% 日本語", "Unicorn story", "一角獣", "Über uns", "Привет, мир", "ΟΔΟΣ", "οδος", "Straße", "GARÇON")
CASES = {
    "日本": 1, "UNICORN": 1, "角獣": 1, "100%": 1, "1000": 0, "story unicorn": 1, "獣": 1, "角一": 0, "n s": 2,
    "1": 1, "ns": 1, "%": 1, "über": 1, "ÜBER": 1, "ü": 1, "Ü": 1, "привет": 1, "ПРИВЕТ": 1, "МИР": 1, "ми": 1,
    "οδος": 2, "ΟΔΟΣ": 2, "οδοσ": 2, "ς": 2, "straße": 1, "strasse": 0, "ß": 1, "garçon": 1, "ço": 1, "garcon": 0,
}  # fmt: skip


def test_capital_letters_of_any_script_are_the_same_letters() -> None:
    for text in TEXTS:
        session(text)

    assert {word: len(found(word)) for word in CASES} == CASES


def test_a_common_word_is_the_same_in_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the index, session by session."""
    for text in ("Über", "ÜBER", "über", "uber"):
        session(text)
    monkeypatch.setattr("playground.search.COMMON", 2)

    assert len(found("übeR")) == len(found("ü")) == 3


def test_the_new_question_of_a_long_conversation_is_found() -> None:
    """It stands at the end of what is sent, behind everything that was said before."""
    old = [{"role": role, "content": f"{role} said " + "blah " * 1_000} for role in ("user", "assistant") * 6]
    asked = {"role": "user", "content": [{"type": "input_text", "text": "what of the narwhal?"}]}
    answered = {"type": "function_call_output", "call_id": "c", "output": "the walrus knows"}
    rule = {"role": "developer", "content": "never mention penguins"}
    session("Replayed", prompt=[rule, *old, asked, answered])

    for words in ("narwhal", "walrus", "penguins", "assistant said"):
        assert found(words) == ["Replayed"], words


def test_instructions_are_found_behind_a_long_prompt() -> None:
    made = session("Told", prompt="x")
    body = {"instructions": "mention penguins", "input": "head " + "blah " * 5_000 + "tail"}
    made.runs.update(request_body=json.dumps(body).encode())
    index_run(made.runs.get())

    assert found("penguins") == found("head") == found("tail") == ["Told"]


def test_all_that_came_is_found_within_a_bound() -> None:
    made = session("Came", prompt="x")
    summary = {
        "text": "beginning " + "blah " * 5_000 + "conclusion",
        "reasoning": "pondering " + "hm " * 5_000,
        "tool_calls": [{"name": "look_up", "arguments": '{"city": "Ulaanbaatar"}'}],
        "choices": [{"index": 0, "text": "beginning"}, {"index": 1, "text": "alternatively"}],
    }
    index_answer(made.runs.get().pk, summary)

    for words in ("beginning", "conclusion", "pondering", "look_up", "ulaanbaatar", "alternatively"):
        assert found(words) == ["Came"], words
    assert len(SearchText.objects.get(run__isnull=False).text) < 20_000


def test_a_request_that_is_nested_without_end_is_no_prompt() -> None:
    assert prompt_of(b'{"input":' + b'[{"content":' * 400 + b'"x"' + b"}]" * 400 + b"}") == ""


def test_the_same_on_postgresql(postgres_url: str, tmp_path: Any) -> None:
    environment = {**surroundings(tmp_path), "PLAYGROUND_DATABASE_URL": postgres_url}
    manage(environment, "migrate", "--verbosity", "0")
    script = f"""
from playground.models import *
from playground.search import *
owner = User.objects.create(username="o")
for text in {TEXTS!r}:
    s = Session.objects.create(owner=owner, title=text)
    r = Run.objects.create(owner=owner, session=s, request_body=b'{{"input":"x"}}', summary={{"text": "z"}})
    index_session(s); index_run(r)
print(ascii({{word: matching(Session.objects.all(), word).count() for word in {list(CASES)!r}}}))
"""
    said = manage(environment, "shell", "-v", "0", "-c", script)
    assert literal_eval(said.strip().splitlines()[-1]) == CASES
