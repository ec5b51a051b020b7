"""What a request asked for that bears on how its answer is read: a shape, a limit, likelihoods.

Read from the bytes that were sent; a body that is no such JSON asked for nothing we could know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

#: The parameters that limit an answer, the one that counts first.
LIMITS: Final = {"responses": ("max_output_tokens",), "chat": ("max_completion_tokens", "max_tokens")}
LOGPROBS: Final = "message.output_text.logprobs"


class _Sent(msgspec.Struct):
    """Only these are built; a prompt of many megabytes is skipped."""

    text: Any = None
    response_format: Any = None
    max_output_tokens: Any = None
    max_completion_tokens: Any = None
    max_tokens: Any = None
    include: Any = None
    logprobs: Any = None
    reasoning_effort: Any = None
    reasoning: Any = None
    audio: Any = None


_decode = msgspec.json.Decoder(_Sent).decode


@dataclass(frozen=True, slots=True)
class Asked:
    """`shape`: "", json_object or json_schema. `limit` is the parameter that limits the answer, if one was sent."""

    shape: str = ""
    schema: Any = None
    limit: str = ""
    limit_value: Any = None
    logprobs: bool = False
    sound: str = ""  # the form of sound that was asked for
    effort: str = ""  # the parameter with which thinking was asked for

    @property
    def wants_json(self) -> bool:
        return bool(self.shape)


NOTHING: Final = Asked()


def asked(endpoint: str, body: bytes) -> Asked:
    try:
        sent = _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return NOTHING
    wanted = _object(sent.text).get("format") if endpoint == "responses" else sent.response_format
    shape, schema = _shape(_object(wanted))
    limit = next((name for name in LIMITS[endpoint] if getattr(sent, name) is not None), "")
    thinking = _object(sent.reasoning).get("effort") if endpoint == "responses" else sent.reasoning_effort
    return Asked(
        shape=shape,
        schema=schema,
        limit=limit,
        limit_value=getattr(sent, limit) if limit else None,
        logprobs=sent.logprobs is True or (isinstance(sent.include, list) and LOGPROBS in sent.include),
        sound=str(_object(sent.audio).get("format") or "")[:20],
        effort=("reasoning.effort" if endpoint == "responses" else "reasoning_effort") if thinking else "",
    )


def _shape(wanted: dict[str, Any]) -> tuple[str, Any]:
    kind = wanted.get("type")
    if kind == "json_object":
        return kind, None
    if kind == "json_schema":
        nested = _object(wanted.get("json_schema"))  # chat's spelling; some servers know only the flat one
        return kind, nested.get("schema", wanted.get("schema"))
    return "", None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
