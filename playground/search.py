"""Finding a session by what was asked and answered in it, in any script, on both databases.

Trigram indexes know three characters. A shorter word, which in Japanese is the usual one, is found on SQLite by the
trigrams it begins, and on PostgreSQL by an index of the pairs and the single characters in each text.

Capitals are the same letters in every script. SQLite's own LIKE knows that of ASCII only, so it asks `is_in`.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from playground.models import Run, SearchText, Session

#: How much can be found of what was asked now, of the instructions for it, of the answer, and of what else came. Of
#: more it is the beginning and the end. Whole books would make every search slow.
PROMPT = 8_000
RULES = 4_000
ANSWER = 8_000
BESIDES = 4_000
#: A word in as many texts as this is soon found by looking.
COMMON = 400
#: So many trigrams of a long word leave hardly a text that does not have it.
MOST_TRIGRAMS = 32
#: What stands behind each text, so that its last characters begin a trigram as well.
END = "\n\n"
#: How much is shown around the words that were found.
BEFORE, AFTER = 16, 80


def matching(sessions: QuerySet[Session], words: str) -> QuerySet[Session]:
    """Those of `sessions` in which every one of the words is found, in whatever place."""
    for word in words.split()[:8]:
        sessions = sessions.filter(_has(clean(word)))
    return sessions


def _has(word: str) -> Q:
    said = _saying(SearchText.objects.all(), word)
    known = _in_index_of_sqlite(said, word) if connection.vendor == "sqlite" else _in_index_of_postgres(said, word)
    if known is None:
        # It stands nearly everywhere: asked session by session, in the order of the list, until a page is full.
        return Q(Exists(said.filter(session=OuterRef("pk"))))
    return Q(pk__in=known.values("session_id"))


def _saying(texts: QuerySet[SearchText], word: str) -> QuerySet[SearchText]:
    if connection.vendor == "sqlite":
        return texts.filter(RawSQL("playground_is_in(%s, text)", [word], output_field=BooleanField()))
    return texts.filter(text__icontains=word)


def teach_sqlite() -> None:
    """What SQLite cannot say itself, on every connection from now on."""
    connection_created.connect(_taught, dispatch_uid="search")


def _taught(connection: Any, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("playground_is_in", 2, is_in, deterministic=True)


def is_in(word: str, text: str) -> bool:
    return word in text or _word_in_one_case(word) in one_case(text)


def one_case(text: str) -> str:
    """In capitals, letter for letter, as PostgreSQL's UPPER does it: what would be two letters, as ß, stays."""
    if text.isascii():
        return text.upper()
    pieces = _becoming_several().split(text)
    return "".join(piece if at % 2 else piece.upper() for at, piece in enumerate(pieces))


#: Asked with the same word for every text.
_word_in_one_case = lru_cache(100)(one_case)


@cache
def _becoming_several() -> re.Pattern[str]:
    letters = (chr(code) for code in range(0x80, 0x10000))
    return re.compile(f"([{''.join(each for each in letters if len(each.upper()) > 1)}])")


def _in_index_of_postgres(said: QuerySet[SearchText], word: str) -> QuerySet[SearchText] | None:
    if len(word) < 3:
        pieces = "playground_pieces(UPPER(text)) @> ARRAY[UPPER(%s)]"
        said = said.filter(RawSQL(pieces, [word], output_field=BooleanField()))  # noqa: S611  a sentence of ours
    return said if said[:COMMON].count() < COMMON else None


def _in_index_of_sqlite(said: QuerySet[SearchText], word: str) -> QuerySet[SearchText] | None:
    """The index may find too much: the trigrams of a word in another order. What `said` asks for is exact."""
    trigrams = _beginning_with(word) if len(word) < 3 else [word[at : at + 3] for at in range(len(word) - 2)]
    if not trigrams:
        return said.none()
    terms = ['"' + each.replace('"', '""') + '"' for each in dict.fromkeys(trigrams)]
    wanted = " OR ".join(terms) if len(word) < 3 else " AND ".join(terms[:MOST_TRIGRAMS])
    rows = "SELECT rowid FROM playground_search WHERE playground_search MATCH %s"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({rows} LIMIT %s)", [wanted, COMMON])  # noqa: S608  it is ours
        is_common = len(trigrams) == COMMON or cursor.fetchone()[0] == COMMON
    return None if is_common else said.filter(pk__in=RawSQL(rows, [wanted]))  # noqa: S611


def _beginning_with(word: str) -> list[str]:
    """The trigrams in all texts that begin with a shorter word, in the one case in which the index keeps them."""
    low = "".join(low if len(low := each.upper().lower()) == 1 else each for each in word)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term FROM playground_search_trigrams WHERE term >= %s AND term < %s LIMIT %s",
            [low, low + "\U0010ffff", COMMON],
        )
        return [term for (term,) in cursor.fetchall()]


def excerpts(sessions: Iterable[uuid.UUID], words: str) -> dict[uuid.UUID, tuple[str, str, str]]:
    """Where in the runs of each session the longest of the words stands: what is before it, itself, what follows."""
    word = clean(max(words.split()[:8], key=len, default=""))
    if not word:
        return {}
    spoken = _saying(SearchText.objects.filter(session=OuterRef("pk"), run__isnull=False), word)
    found = Session.objects.filter(pk__in=list(sessions)).annotate(
        said=Subquery(spoken.order_by("pk").values("text")[:1])
    )
    cut = {pk: _around(said, word) for pk, said in found.values_list("pk", "said") if said}
    return {pk: pieces for pk, pieces in cut.items() if pieces}


def _around(text: str, word: str) -> tuple[str, str, str] | None:
    """The place as one line. The database and Python may disagree about what is the same letter in another case."""
    place = re.search(re.escape(word), text, re.IGNORECASE)
    if place is None:
        return None
    before, after = text[max(0, place.start() - 200) : place.start()], text[place.end() : place.end() + 200]
    before, after = " ".join(before.split()), " ".join(after.split())
    gap_before = " " if before and text[place.start() - 1].isspace() else ""
    gap_after = " " if after and text[place.end()].isspace() else ""
    shown = before[-BEFORE:]
    return f"{'…' if shown != before else ''}{shown}{gap_before}", place[0], f"{gap_after}{after[:AFTER]}"


def index_session(session: Session) -> None:
    """Note title and tags anew."""
    words = [session.title, *(tag.name for tag in session.tags.all())]
    SearchText.objects.update_or_create(session=session, run=None, defaults={"text": clean(" ".join(words)) + END})


def index_run(run: Run) -> None:
    """Note what was asked and, if it has come, what was answered."""
    text = f"{prompt_of(bytes(run.request_body))}{END}{_answer(run.summary)}"
    SearchText.objects.update_or_create(run=run, defaults={"session_id": run.session_id, "text": clean(text) + END})


def index_answer(run_id: uuid.UUID, summary: dict[str, Any] | None) -> None:
    """Add the answer of a run that is ending. Its request, which may be long, is not read again for that."""
    if answer := _answer(summary):
        SearchText.objects.filter(run_id=run_id).update(text=Concat("text", Value(clean(answer) + END)))


def _answer(summary: dict[str, Any] | None) -> str:
    """What was said, then what else came: other choices, calls, and what was thought."""
    told = summary or {}
    calls = [f"{call.get('name')} {call.get('arguments')}" for call in told.get("tool_calls") or []]
    others = [choice.get("text") for choice in told.get("choices") or [] if choice.get("index")]
    said = [_ends(_joined([told.get("text"), told.get("refusal")]), ANSWER)]
    return _joined([*said, _ends(_joined([*others, *calls, told.get("reasoning")]), BESIDES)])


def prompt_of(body: bytes) -> str:
    """The words in a request that a person wrote: what is asked now, the instructions, and what was said before as far
    as there is room, the latest first."""
    try:
        document = json.loads(body)
        return _prompt(document) if isinstance(document, dict) else ""
    except (ValueError, RecursionError):
        return ""


def _prompt(document: dict[str, Any]) -> str:
    items = [item for name in ("input", "messages") for item in _items(document.get(name))]
    rules = [item for item in items if _role(item) in ("system", "developer")]
    said = [item for item in items if _role(item) not in ("system", "developer")]
    asked = max((at for at, item in enumerate(said) if _role(item) == "user"), default=0)
    now = _ends("\n".join(_texts(said[asked:])), PROMPT)
    before = "\n".join(_texts(said[:asked][::-1]))[: PROMPT - len(now)]
    return _joined([now, _ends("\n".join(_texts([document.get("instructions"), *rules])), RULES), before])


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _role(item: Any) -> str:
    return str(item.get("role") or "") if isinstance(item, dict) else ""


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [] if value.startswith("data:") else [value]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    if isinstance(value, dict):
        return [text for key, each in value.items() if key in ("text", "content", "output") for text in _texts(each)]
    return []


def _joined(texts: Iterable[Any]) -> str:
    return "\n".join(str(text) for text in texts if text)


def _ends(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most * 3 // 4]}{END}{text[-(most // 4) :]}"


def clean(text: str) -> str:
    """What both databases take: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
