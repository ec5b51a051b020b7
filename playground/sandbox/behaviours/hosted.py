"""Built-in tools at work, on invented data: nothing is fetched and nothing is executed."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from typing import Any

from ..ask import Ask, Tool
from ..steps import Say, Step, Use
from .pictures import picture

Notes = list[Say]
TOPICS = ("harbour lights", "paper kites", "night trains", "sea glass")
RESULTS = (
    ("file-sandbox-1", "notes-on-lighthouses.md", {"language": "en", "year": 2029}, 0.93),
    ("file-sandbox-2", "kites.txt", {"language": "en", "year": 2030}, 0.81),
    ("file-sandbox-3", "treni-di-notte.txt", {"language": "it", "year": 2030}, 0.64),
    ("file-sandbox-4", "sea-glass.pdf", {"language": "en", "year": 2031}, 0.42),
)


def used(ask: Ask) -> Generator[Step, None, tuple[bool, Notes]]:
    """Put the hosted tools to work. Returns whether the answer ends here, and what is to be said of the results."""
    notes: Notes = []
    if any(made.output is not None for made in ask.made):
        return False, notes
    left = ask.max_uses if ask.max_uses is not None else 2**60
    for tool in ask.tools:
        work = _WORK.get(tool.kind.removesuffix("_2025_03_11").removesuffix("_2025_08_26"))
        if work is None or not (ask.must_call or _wanted(tool, ask)):
            continue
        for step in work(tool, ask):
            if isinstance(step, Say):
                notes.append(step)
                continue
            if isinstance(step, Use) and step.kind in COUNTED:
                if not left:
                    break
                left -= 1
            yield step
            if isinstance(step, Use) and (step.kind in ENDING or step.item.get("environment") == LOCAL):
                return True, notes
    return False, notes


COUNTED = {"web_search_call", "file_search_call", "code_interpreter_call", "mcp_call", "image_generation_call"}
COUNTED |= {"shell_call", "local_shell_call", "apply_patch_call", "computer_call"}
ENDING = {"mcp_approval_request", "local_shell_call", "apply_patch_call", "computer_call"}
LOCAL = {"type": "local"}
_ON_REQUEST = {
    "image_generation": re.compile(r"\b(draw|paint|picture|image|illustrat)", re.IGNORECASE),
    "shell": re.compile(r"\b(shell|command|terminal)", re.IGNORECASE),
    "local_shell": re.compile(r"\b(shell|command|terminal)", re.IGNORECASE),
    "apply_patch": re.compile(r"\b(patch|edit|change)", re.IGNORECASE),
    "computer": re.compile(r"\b(click|screen|computer)", re.IGNORECASE),
    "computer_use_preview": re.compile(r"\b(click|screen|computer)", re.IGNORECASE),
}


def _wanted(tool: Tool, ask: Ask) -> bool:
    words = _ON_REQUEST.get(tool.kind)
    return words is None or bool(words.search(ask.prompt))


def _query(ask: Ask) -> str:
    return " ".join(ask.prompt.split())[:80] or "anything"


def _web_search(tool: Tool, ask: Ask) -> Iterator[Step]:
    given = tool.given
    size = {"low": 1, "medium": 2, "high": 4}[given.get("search_context_size") or "medium"]
    domains = (given.get("filters") or {}).get("allowed_domains") or ["example.com", "example.org"]
    place = _city(given.get("user_location") or {})
    query = _query(ask) + (f" near {place}" if place else "")
    urls = [f"https://{domains[number % len(domains)]}/sandbox/{number + 1}" for number in range(size)]
    action = {"type": "search", "query": query, "queries": [query]}
    yield Use(
        {
            "type": "web_search_call",
            "status": "completed",
            "action": {**action, "sources": [{"type": "url", "url": url} for url in urls]},
        }
    )
    how = "kept pages" if given.get("external_web_access") is False else "invented pages"
    how += f" near {place}" if place else ""
    for number, url in enumerate(urls):
        start = f"From {how}, not from the web: a note on {TOPICS[number % len(TOPICS)]}"
        mark = f" ([{number + 1}]({url}))"
        citation = {
            "type": "url_citation",
            "start_index": len(start),
            "end_index": len(start) + len(mark),
            "url": url,
            "title": f"Simulated page {number + 1}",
        }
        yield Say(f"{start}{mark}. ", (citation,))


def _city(location: dict[str, Any]) -> str:
    inner = location.get("approximate") or location
    return str(next((inner[name] for name in ("city", "region", "country", "timezone") if inner.get(name)), ""))


def _file_search(tool: Tool, ask: Ask) -> Iterator[Step]:
    given = tool.given
    least = (given.get("ranking_options") or {}).get("score_threshold") or 0
    found = [one for one in RESULTS if one[3] >= least and _passes(one[2], given.get("filters"))]
    found = found[: given.get("max_num_results") or 3]
    results = [
        {"file_id": identity, "filename": name, "attributes": attributes, "score": score, "text": f"Simulated: {name}"}
        for identity, name, attributes, score in found
    ]
    queries = [_query(ask)]
    yield Use({"type": "file_search_call", "status": "completed", "queries": queries, "results": results})
    for identity, name, _, _ in found[:2]:
        text = f"An invented file, {name}, came up. "
        citation = {"type": "file_citation", "file_id": identity, "filename": name, "index": len(text) - 2}
        yield Say(text, (citation,))


def _passes(attributes: dict[str, Any], given: dict[str, Any] | None) -> bool:
    """Whether a file's attributes pass a file search filter."""
    if not given:
        return True
    if given["type"] in ("and", "or"):
        inner = [_passes(attributes, one) for one in given["filters"]]
        return all(inner) if given["type"] == "and" else any(inner)
    have, want = attributes.get(given["key"]), given["value"]
    if given["type"] in ("in", "nin"):
        found = have in want if isinstance(want, list) else bool(have == want)
        return found is (given["type"] == "in")
    if given["type"] in ("eq", "ne"):
        return bool(have == want) is (given["type"] == "eq")
    if not isinstance(have, int | float) or not isinstance(want, int | float):
        return False
    return bool({"gt": have > want, "gte": have >= want, "lt": have < want, "lte": have <= want}[given["type"]])


def _code_interpreter(tool: Tool, ask: Ask) -> Iterator[Step]:
    container = tool.given.get("container")
    identity = container if isinstance(container, str) else "cntr_sandbox"
    files = (container.get("file_ids") or []) if isinstance(container, dict) else []
    numbers = [int(number) for number in re.findall(r"\b\d{1,6}\b", ask.prompt)][:5] or [6, 7]
    code = f"numbers = {numbers}\nprint(sum(numbers))\n" + "".join(f"open({name!r})\n" for name in files[:3])
    outputs = [{"type": "logs", "logs": f"{sum(numbers)}\n"}]
    item = {"type": "code_interpreter_call", "status": "completed", "code": code, "container_id": identity}
    yield Use({**item, "outputs": outputs})
    yield Say("The code above was written, not run: its output was worked out beforehand. ")


def _image(tool: Tool, ask: Ask) -> Iterator[Step]:
    given = tool.given
    data, form = picture(given.get("output_format") or "png", given.get("background") == "transparent")
    size = given.get("size")
    item = {
        "type": "image_generation_call",
        "status": "completed",
        "result": data,
        "action": "edit" if given.get("action") == "edit" else "generate",
        "background": given.get("background") or "opaque",
        "output_format": form,
        "quality": given.get("quality") or "low",
        "revised_prompt": _query(ask),
        "size": size if size and size != "auto" else "1024x1024",
    }
    yield Use(item, partial_images=(data,) * (given.get("partial_images") or 0))
    yield Say("The picture is a small test pattern. ")


def _mcp(tool: Tool, ask: Ask) -> Iterator[Step]:
    label = tool.given["server_label"]
    allowed = tool.given.get("allowed_tools")
    names = allowed if isinstance(allowed, list) else (allowed or {}).get("tool_names")
    names = (names or ["look_up", "add_note"])[:20]
    described = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    tools = [{"name": name, "description": f"Simulated {name}", "input_schema": described} for name in names]
    listed = {"type": "mcp_list_tools", "server_label": label, "tools": tools}
    if "broken" in label:
        yield Use({**listed, "tools": [], "error": "The simulated server cannot be reached."}, failed=True)
        return
    yield Use(listed)
    call = {"server_label": label, "name": names[0], "arguments": '{"query":"' + TOPICS[0] + '"}'}
    answers = [approve for _, approve in ask.approvals]
    if _needs_approval(tool.given.get("require_approval"), names[0]) and not answers:
        yield Use({"type": "mcp_approval_request", **call})
        return
    if answers and not answers[-1]:
        yield Say("The call was not allowed, so it was not made. ")
        return
    approved = {"approval_request_id": ask.approvals[-1][0]} if ask.approvals else {}
    if "failing" in label:
        error = {"type": "mcp_tool_execution_error", "content": [{"type": "text", "text": "Simulated failure."}]}
        yield Use({"type": "mcp_call", **call, **approved, "status": "failed", "error": error}, failed=True)
        return
    yield Use({"type": "mcp_call", **call, **approved, "status": "completed", "output": f"Simulated: {TOPICS[0]}"})
    yield Say(f"The simulated server {label[:60]} answered. ")


def _needs_approval(given: Any, name: str) -> bool:
    if isinstance(given, dict):
        free = (given.get("never") or {}).get("tool_names") or []
        return bool(name not in free)
    return bool(given != "never")


def _shell(tool: Tool, ask: Ask) -> Iterator[Step]:
    call = {"type": "shell_call", "status": "completed", "call_id": "call_sandbox_shell"}
    action = {"commands": ["echo sandbox"], "timeout_ms": 1000, "max_output_length": 1000}
    if (tool.given.get("environment") or {}).get("type") == "local":  # the caller's own, who runs it
        yield Use({**call, "action": action, "environment": LOCAL})
        return
    yield Use({**call, "action": action})
    output = [{"stdout": "sandbox\n", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}]
    answer = {"type": "shell_call_output", "status": "completed", "call_id": "call_sandbox_shell"}
    yield Use({**answer, "output": output, "max_output_length": 1000})
    yield Say("No command was run: both it and its output are prepared. ")


def _local_shell(tool: Tool, ask: Ask) -> Iterator[Step]:
    action = {"type": "exec", "command": ["echo", "sandbox"], "env": {}}
    yield Use({"type": "local_shell_call", "status": "completed", "call_id": "call_sandbox_shell", "action": action})


def _apply_patch(tool: Tool, ask: Ask) -> Iterator[Step]:
    operation = {"type": "create_file", "path": "sandbox.txt", "diff": "+a line from the sandbox\n"}
    yield Use(
        {"type": "apply_patch_call", "status": "completed", "call_id": "call_sandbox_patch", "operation": operation}
    )


def _computer(tool: Tool, ask: Ask) -> Iterator[Step]:
    call = {"type": "computer_call", "status": "completed", "call_id": "call_sandbox_computer"}
    yield Use({**call, "action": {"type": "screenshot"}, "pending_safety_checks": []})


_WORK: dict[str, Callable[[Tool, Ask], Iterator[Step]]] = {
    "web_search": _web_search,
    "web_search_preview": _web_search,
    "file_search": _file_search,
    "code_interpreter": _code_interpreter,
    "image_generation": _image,
    "mcp": _mcp,
    "shell": _shell,
    "local_shell": _local_shell,
    "apply_patch": _apply_patch,
    "computer": _computer,
    "computer_use_preview": _computer,
}
