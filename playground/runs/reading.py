"""From received events to a reader, the same way for a live run, a stored one and a recorded file."""

from __future__ import annotations

from typing import Any

from playground.api.chat_reader import ChatReader
from playground.api.reading import Reader, Update
from playground.api.responses_reader import ResponsesReader
from playground.upstream import sse
from playground.upstream.sniff import SSE, sniff

READERS: dict[str, type[Reader]] = {"responses": ResponsesReader, "chat": ChatReader}


def new_reader(endpoint: str) -> Reader:
    return READERS[endpoint]()


def read_event(reader: Reader, event: sse.Event) -> list[Update]:
    """One received block: read it if it carries data, and remark on what else it is."""
    if event.kind == sse.EVENT:
        if b":" in event.raw[:1] or b"\n:" in event.raw or b"\r:" in event.raw:
            reader.warn("comment")
        # `body` is our word for a reply that is no stream; upstream's events cannot claim to be one.
        return reader.read("" if event.name == "body" else event.name, event.data)
    if reader.done_sentinel:
        return []
    if event.kind == sse.COMMENT:
        reader.warn("comment")
    elif event.kind == sse.FIELDS and b"data" in event.raw:
        reader.warn("empty_data")
    elif event.kind == sse.ODD:
        field, _, value = event.data.partition(b":")
        if field.strip() == b"error":  # some servers name the field after what is in it
            return reader.read("error", value.strip())
        reader.warn("non_sse_line")
        reader.malformed = True
    return []


def conclude_stream(endpoint: str, body: bytes, sizes: list[int] | None = None) -> dict[str, Any]:
    """What a right reader concludes of a recorded SSE body, read in pieces of the given sizes."""
    reader = new_reader(endpoint)
    events = _events(body, sizes or [])
    dispatched = 0
    for event in events:
        dispatched += event.kind == sse.EVENT
        read_event(reader, event)
    reader.finish()
    return {**reader.conclusion(), "sse_events": dispatched}


def conclude_reply(endpoint: str, recorded: bytes, streamed: bool = True) -> dict[str, Any]:
    """The same of a recorded HTTP reply: status line, headers, body."""
    status, reason, headers, body = parse_reply(recorded)
    if status < 400 and sniff(body, ended=True) == SSE:
        conclusion = conclude_stream(endpoint, body)
        if not streamed:
            conclusion["warnings"] = [*conclusion["warnings"], "sse_though_json"]
        return conclusion
    reader = new_reader(endpoint)
    reader.at_status(status)
    if status >= 400:
        reader.read_error(status, reason, headers, body)
    else:
        reader.read("body", body)
        reader.finish()
        if streamed and "ndjson" not in reader.warnings and not reader.error:
            reader.warn("json_though_stream")
    conclusion = {**reader.conclusion(), "sse_events": None}
    if "ndjson" not in reader.warnings:
        conclusion["done_sentinel"] = None
    return conclusion


def parse_reply(recorded: bytes) -> tuple[int, str, list[tuple[str, str]], bytes]:
    """Status, reason, headers and body of a recorded HTTP/1.1 reply, chunked or not."""
    head, _, body = recorded.partition(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").split("\r\n")
    _, _, rest = line.partition(" ")
    status, _, reason = rest.partition(" ")
    headers = [(name.strip(), value.strip()) for name, _, value in (field.partition(":") for field in fields)]
    named = {name.lower(): value.lower() for name, value in headers}
    if "chunked" in named.get("transfer-encoding", ""):
        body = _unchunk(body)
    return int(status), reason, headers, body


def _unchunk(body: bytes) -> bytes:
    pieces = []
    while body:
        size, _, body = body.partition(b"\r\n")
        try:
            length = int(size.split(b";")[0], 16)
        except ValueError:
            break
        if not length:
            break
        pieces.append(body[:length])
        body = body[length + 2 :]
    return b"".join(pieces)


def _events(body: bytes, sizes: list[int]) -> list[sse.Event]:
    reader = sse.EventReader()
    events: list[sse.Event] = []
    start = 0
    for size in sizes:
        events += reader.feed(body[start : start + size])
        start += size
    return events + reader.feed(body[start:]) + reader.flush()
