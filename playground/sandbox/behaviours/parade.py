"""The parade: every event type of the Responses API once, from invented data. At /chat/completions what chat knows."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Call, Event, Refuse, Say, Step, Think, Use
from . import Model
from .pictures import picture

CITED = "A cited word"
CITATION = {
    "type": "url_citation",
    "start_index": 0,
    "end_index": len(CITED),
    "url": "https://example.com/parade",
    "title": "Simulated page",
}


def behave(ask: Ask) -> Iterator[Step]:
    if ask.endpoint == "chat":
        yield Think(16)
        yield Say("The parade at this endpoint is short: text, a citation and a call.", (CITATION,))
        yield Call("parade_function", '{"simulated": true}')
        return
    yield Event("response.queued")
    yield Think(16, ("A summary of invented thoughts.",), raw="Invented thoughts.")
    yield Say(CITED, (CITATION,))
    yield Refuse("And a simulated refusal.")
    yield Call("parade_function", '{"simulated": true}')
    yield Call("parade_custom", "free text", "custom")
    yield from _tools()
    yield from _audio()
    # A real stream has one end. A parade has to show all four, so its last one is the good one.
    yield Event("error", {"code": "simulated", "message": "A simulated error event.", "param": None})
    yield Event("response.incomplete")
    yield Event("response.failed")


def _tools() -> Iterator[Step]:
    label = {"server_label": "parade"}
    call = {"type": "mcp_call", **label, "name": "look_up", "arguments": '{"q":"x"}'}
    data, form = picture("png")
    action = {"type": "search", "query": "parade", "queries": ["parade"], "sources": []}
    shell = {"commands": ["echo parade"], "timeout_ms": 1000, "max_output_length": 1000}
    output = {"stdout": "parade\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
    logs = [{"type": "logs", "logs": "42\n"}]
    done = {"status": "completed"}
    yield Use({"type": "web_search_call", **done, "action": action})
    yield Use({"type": "file_search_call", **done, "queries": ["parade"], "results": []})
    code = {"type": "code_interpreter_call", **done, "code": "print(42)", "container_id": "cntr_sandbox"}
    yield Use({**code, "outputs": logs})
    image = {"type": "image_generation_call", **done, "result": data, "output_format": form, "size": "1024x1024"}
    yield Use({**image, "quality": "low", "background": "opaque", "action": "generate"}, partial_images=(data,))
    yield Use({"type": "mcp_list_tools", **label, "tools": []})
    yield Use({"type": "mcp_list_tools", **label, "tools": [], "error": "Simulated."}, failed=True)
    yield Use({**call, **done, "output": "Simulated."})
    error = {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": "Simulated."}]}
    yield Use({**call, "status": "failed", "error": error}, failed=True)
    yield Use({"type": "shell_call", **done, "call_id": "call_parade", "action": shell})
    yield Use({"type": "shell_call_output", **done, "call_id": "call_parade", "output": [output]})
    yield Use({"type": "compaction", "encrypted_content": "sandbox-parade"})


def _audio() -> Iterator[Step]:
    yield Event("response.audio.delta", {"delta": "AAAA"})
    yield Event("response.audio.transcript.delta", {"delta": "(silence)"})
    yield Event("response.audio.done")
    yield Event("response.audio.transcript.done")


MODELS = (Model("sandbox-parade", "Simulated: every kind of output item and all 59 event types in one reply.", behave),)
