"""Streams as an upstream would send them, small and whole."""

from __future__ import annotations

import json
from typing import Any

OPENED = 4
"""How many events stand before the first delta."""


def event(kind: str, **fields: Any) -> bytes:
    document = {"type": kind, **fields}
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps(document).encode())


def response(status: str, text: str | None = None, identity: str = "resp_1", **fields: Any) -> dict[str, Any]:
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed"}
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    output = [] if text is None else [{**item, "content": [part]}]
    usage = None if text is None else {"input_tokens": 3, "output_tokens": 5, "total_tokens": 8}
    return {
        "id": identity,
        "object": "response",
        "status": status,
        "model": "m",
        "output": output,
        "usage": usage,
    } | fields


def opening(identity: str = "resp_1") -> bytes:
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress", "content": []}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    return (
        event("response.created", response=response("in_progress", identity=identity), sequence_number=0)
        + event("response.in_progress", response=response("in_progress", identity=identity), sequence_number=1)
        + event("response.output_item.added", output_index=0, item=item, sequence_number=2)
        + event(
            "response.content_part.added",
            item_id="msg_1",
            output_index=0,
            content_index=0,
            part=part,
            sequence_number=3,
        )
    )


def delta(text: str, number: int = 0) -> bytes:
    return event(
        "response.output_text.delta",
        item_id="msg_1",
        output_index=0,
        content_index=0,
        delta=text,
        logprobs=[],
        sequence_number=OPENED + number,
    )


def deltas(texts: list[str], first: int = 0) -> bytes:
    return b"".join(delta(text, number) for number, text in enumerate(texts, first))


def closing(text: str, number: int = 0, identity: str = "resp_1") -> bytes:
    item = response("completed", text)["output"][0]
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    first = OPENED + number
    return (
        event("response.output_text.done", **place, text=text, sequence_number=first)
        + event("response.output_item.done", output_index=0, item=item, sequence_number=first + 1)
        + event("response.completed", response=response("completed", text, identity), sequence_number=first + 2)
    )


def whole(texts: list[str]) -> bytes:
    return opening() + deltas(texts) + closing("".join(texts), len(texts))


def chat_chunk(text: str | None = None, finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
    document = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    return b"data: %s\n\n" % json.dumps(document).encode()


def chat(texts: list[str]) -> bytes:
    return b"".join(chat_chunk(text) for text in texts) + chat_chunk(finish="stop") + b"data: [DONE]\n\n"


#: Characters that have broken readers, databases and exports.
ODD_TEXT = "a\u2028b\u0085c\0d\ud800e\ufefff"


def odd() -> bytes:
    """A whole stream with everything strange in it that SSE, UTF-8 and JSON allow, and some that they do not."""
    return (
        b"\xef\xbb\xbf: hello\n\nretry: 10\n\n"
        + opening().replace(b"\n", b"\r\n")
        + delta(ODD_TEXT)
        + b"data: \xff\xfe garbage\n\nnot sse at all\n\ndata: {broken\n\n"
        + event("response.completed", response=response("completed", ODD_TEXT)).replace(b"\n", b"\r")
        + b"\r"
    )
