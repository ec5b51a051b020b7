"""Going on after an answer: the next request body, made from the last one and what came back.

For /v1/responses there are three ways to keep what was said, and each has its price: the server remembers
(`previous_response_id`), a conversation on the server does (`conversation`), or everything is sent again (`items`).
For chat completions the messages are always sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from . import calls
from .calls import Call
from .parameters import Words

Body = dict[str, Any]


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """One way to go on, with what follows from it."""

    slug: str
    title: Words
    consequence: Words


PREVIOUS: Final = Way(
    "previous_response_id",
    _("by the last response's id"),
    _("Only the new words are sent; the server must have kept the last response. Instructions are not carried over."),
)
CONVERSATION: Final = Way(
    "conversation",
    _("by the conversation"),
    _("Only the new words are sent; the server adds them and the answer to the conversation."),
)
ITEMS: Final = Way(
    "items",
    _("by sending everything again"),
    _("All earlier items are sent with the new words: it works everywhere, and costs their tokens again."),
)
MESSAGES: Final = Way(
    "messages",
    _("by sending the messages again"),
    _("All earlier messages are sent with the new one, and cost their tokens again."),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A turn: what was sent and what came back; `choice` is the answer one goes on from."""

    endpoint: str
    request: Body
    response: Body
    choice: int = 0


Chain = Sequence[Exchange]


def ways(endpoint: str, request: Body, response: Body) -> list[Way]:
    """The ways that can work here, the best one first."""
    if endpoint == "chat":
        return [MESSAGES]
    found = []
    if request.get("conversation"):
        found.append(CONVERSATION)
    elif response.get("id") and request.get("store") is not False and response.get("store") is not False:
        found.append(PREVIOUS)
    return [*found, ITEMS]


def choices(response: Body) -> list[int]:
    """The numbers of the answers that one can go on from, where a request asked for several."""
    return [
        number for number, each in enumerate(_dicts(response.get("choices"))) if isinstance(each.get("message"), dict)
    ]


def pending_calls(endpoint: str, response: Body, choice: int = 0) -> list[Call]:
    """The calls in an answer that somebody has to answer before the model can go on."""
    if endpoint == "chat":
        return calls.of_message(_message(response, choice))
    return calls.of_items(_dicts(response.get("output")))


def next_turn(way: str, last: Exchange, text: str, earlier: Chain = ()) -> Body:
    """The request that says `text` after this answer. `earlier` are the turns before it, the oldest first."""
    if last.endpoint == "chat":
        return _with_messages(last, [{"role": "user", "content": text}])
    if way == ITEMS.slug:
        return _with_items(last, earlier, [{"role": "user", "content": text}])
    return _remembered(way, last, text)


def with_outputs(way: str, last: Exchange, outputs: Sequence[str], earlier: Chain = ()) -> Body:
    """The request that answers the calls; `outputs` has one text for each of them, in their order."""
    waiting = pending_calls(last.endpoint, last.response, last.choice)
    if last.endpoint == "chat":
        return _with_messages(last, [calls.message_for(*each) for each in zip(waiting, outputs, strict=True)])
    items = [calls.item_for(*each) for each in zip(waiting, outputs, strict=True)]
    return _with_items(last, earlier, items) if way == ITEMS.slug else _remembered(way, last, items)


def carried(request: Body, earlier: Chain) -> Body | None:
    """The same request with everything in it that a server was to remember; None where not all of it is known here."""
    items = _items_of(earlier)
    if items is None:
        return None
    made = _forgetting(request)
    made["input"] = [*items, *_given(request)]
    return made


def _with_messages(last: Exchange, added: list[Body]) -> Body:
    made = deepcopy(last.request)
    earlier = made.get("messages")
    answer = _answer(_message(last.response, last.choice))
    made["messages"] = [*(earlier if isinstance(earlier, list) else []), answer, *added]
    return made


def _answer(message: Body) -> Body:
    """The assistant's message as it is sent back: its words and its calls, nothing that a server only reports."""
    answer: Body = {"role": message.get("role") or "assistant", "content": message.get("content")}
    for key in ("refusal", "tool_calls", "function_call"):
        if message.get(key):
            answer[key] = deepcopy(message[key])
    if isinstance(message.get("audio"), dict) and message["audio"].get("id"):
        answer["audio"] = {"id": message["audio"]["id"]}
    return answer


def _with_items(last: Exchange, earlier: Chain, added: list[Body]) -> Body:
    """Output items go back unchanged, those of kinds we do not know included: a model may need them."""
    items = _items_of([*earlier, last])
    if items is not None:
        made = _forgetting(last.request)
        made["input"] = [*items, *added]
        return made
    # What came before was said elsewhere: the server's memory of it is all there is.
    made = deepcopy(last.request)
    made.pop("conversation", None)
    made["input"] = [*_given(last.request), *deepcopy(_dicts(last.response.get("output"))), *added]
    return made


def _items_of(chain: Chain) -> list[Body] | None:
    """All that was said, as items; None if it began before the first turn that is known."""
    items: list[Body] | None = None
    for each in chain:
        leans = any(each.request.get(name) for name in _REMEMBERED)
        if leans and items is None:
            return None
        said = [*_given(each.request), *deepcopy(_dicts(each.response.get("output")))]
        items = [*(items or []), *said] if leans else said
    return items


_REMEMBERED: Final = ("previous_response_id", "conversation")


def _forgetting(request: Body) -> Body:
    return deepcopy({name: value for name, value in request.items() if name not in _REMEMBERED})


def _given(request: Body) -> list[Any]:
    given = request.get("input")
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return deepcopy(given) if isinstance(given, list) else []


def _remembered(way: str, last: Exchange, given: Any) -> Body:
    made = deepcopy(last.request)
    made["input"] = given
    if way == PREVIOUS.slug:
        made.pop("conversation", None)
        made["previous_response_id"] = last.response.get("id")
    return made


def _message(response: Body, choice: int) -> Body:
    found = _dicts(response.get("choices"))
    message = found[choice].get("message") if choice < len(found) else None
    return message if isinstance(message, dict) else {}


def _dicts(value: Any) -> list[Body]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
