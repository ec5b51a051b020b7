"""The help is in our own words: no sentence of the documents is in it, in any language.

The documents themselves are not here; `sentences.json` holds hashes of their normalised sentences.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.functional import Promise

from playground.api import parameters, rules, rules_chat, rules_responses
from playground.api.endpoints import ENDPOINTS
from playground.api.parameters import Kind, ListOf, MapOf, Object, Union
from playground.api.response_fields import RESPONSE_FIELDS

HERE = Path(__file__).parent
LOCALES = Path(parameters.__file__).parent.parent / "locale"
DOCUMENTED = set(json.loads((HERE / "sentences.json").read_text()))


def sentences(text: str) -> Iterator[str]:
    """As the hashes were made: words only, four at least (Japanese has no spaces: sixteen characters)."""
    for sentence in re.split(r"[.!?。؟:;\n]+", re.sub(r"https?://\S+", " ", text)):
        words = re.sub(r"[^\w]+", " ", sentence.lower()).split()
        if len(words) >= 4 or (len("".join(words)) >= 16 and re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", sentence)):
            yield " ".join(words)


def copied(text: str) -> list[str]:
    return [each for each in sentences(text) if hashlib.sha256(each.encode()).hexdigest()[:16] in DOCUMENTED]


def form_help(kind: Kind) -> Iterator[str]:
    if isinstance(kind, Union):
        for form in kind.forms:
            yield str(form.help)
            yield from form_help(form.kind)
    elif isinstance(kind, ListOf):
        yield from form_help(kind.item)
    elif isinstance(kind, MapOf):
        yield from form_help(kind.value)
    elif isinstance(kind, Object):
        for parameter in kind.fields:
            yield from form_help(parameter.kind)


def our_words() -> Iterator[str]:
    for endpoint in ENDPOINTS.values():
        for place in endpoint.places:
            each = place.parameter
            yield from (str(words) for words in (each.help, each.more, each.fact, each.instead, each.default_words))
        for parameter in endpoint.parameters:
            yield from form_help(parameter.kind)
        yield from (str(field.help) for field in RESPONSE_FIELDS[endpoint.slug].values())


def rule_words() -> Iterator[str]:
    """Every text in the rules' code, which is where their sentences are."""
    for module in (rules, rules_chat, rules_responses):
        for function in vars(module).values():
            code = getattr(function, "__code__", None)
            yield from (each for each in (code.co_consts if code else ()) if isinstance(each, str))
        yield from (str(each) for each in vars(module).values() if isinstance(each, Promise))


def test_a_sentence_of_the_documents_would_be_found() -> None:
    """Guards the test itself: the hashes were made by the same rule."""
    assert copied("The type of output item.")


def test_no_help_is_copied() -> None:
    words = list(our_words())
    assert len(words) > 1000

    assert not [found for text in words for found in copied(text)]


def test_no_finding_is_copied() -> None:
    assert not [found for text in rule_words() for found in copied(text)]


def test_no_translation_is_copied() -> None:
    catalogues = list(LOCALES.glob("*/LC_MESSAGES/django.po"))

    texts = [entry.msgstr for path in catalogues for entry in polib.pofile(str(path))]
    assert not [found for text in texts for found in copied(text)]
