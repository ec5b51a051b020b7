"""A checked request body as an Ask: what both endpoints share of what a behaviour is told."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from ..ask import Ask, Reply, Tool
from ..behaviours import Model
from ..sampling import Sampler
from ..tokens import count
from .chat_rules import chosen_name
from .context import Context
from .responses_rules import format_of


def for_responses(body: dict[str, Any], model: Model, context: Context) -> Ask:
    reasoning = body.get("reasoning") or {}
    effort = reasoning.get("effort") or model.effort
    ask = Ask(
        model=model.id,
        endpoint="responses",
        sampler=_sampler(body, model, context, body.get("instructions", "")),
        turns=context.turns,
        instructions=body.get("instructions", ""),
        made=tuple(context.made.values()),
        tools=tuple(one for tool in body.get("tools", ()) for one in _responses_tools(tool)),
        parallel=body.get("parallel_tool_calls", True),
        max_uses=body.get("max_tool_calls"),
        reply=_reply(format_of(body)),
        verbosity=_verbosity((body.get("text") or {}).get("verbosity") or body.get("verbosity")),
        effort=effort,
        mode=reasoning.get("mode") or "standard",
        summary=reasoning.get("summary") or reasoning.get("generate_summary") or "",
        approvals=tuple(context.approvals),
        resumed=context.resumed,
        input_tokens=context.tokens,
    )
    return _with_choice(ask, body.get("tool_choice", "auto"))


def for_chat(body: dict[str, Any], model: Model, context: Context, choice: int) -> Ask:
    form = body.get("response_format") or {"type": "text"}
    inner = form.get("json_schema") or {}
    system = [turn.text for turn in context.turns if turn.role in ("system", "developer")]
    tools = [_chat_tool(tool) for tool in body.get("tools") or ()]
    tools += [_chat_tool({"type": "function", "function": one}) for one in body.get("functions") or ()]
    search = body.get("web_search_options")
    if search is not None:
        tools.append(Tool("web_search", "", given={"type": "web_search", **search}))
    ask = Ask(
        model=model.id,
        endpoint="chat",
        sampler=_sampler(body, model, context, "", choice),
        turns=context.turns,
        instructions="\n".join(system),
        made=tuple(context.made.values()),
        tools=tuple(tools),
        parallel=body.get("parallel_tool_calls", "functions" not in body),
        reply=_reply({**inner, "type": form["type"]}),
        verbosity=_verbosity(body.get("verbosity")),
        effort=body.get("reasoning_effort") or model.effort,
        input_tokens=context.tokens,
    )
    return _with_choice(ask, body.get("tool_choice") or body.get("function_call") or "auto")


def extra_tokens(body: dict[str, Any]) -> int:
    """What the request costs beside its messages: instructions, tools, and the form of the answer."""
    told = [body.get(name) for name in ("tools", "functions", "response_format")]
    told.append((body.get("text") or {}).get("format"))
    return count(body.get("instructions", "")) + sum(count(json.dumps(one)) for one in told if one)


def _sampler(body: dict[str, Any], model: Model, context: Context, instructions: str, choice: int = 0) -> Sampler:
    """Dice that fall alike for the same model, context and seed, whatever ids the context's items have."""
    told = [(turn.role, turn.text) for turn in context.turns], [(one.name, one.output) for one in context.made.values()]
    key = json.dumps([model.behave.__module__, told, instructions, body.get("seed")])
    return Sampler(
        hashlib.sha256(key.encode()).hexdigest(),
        temperature=float(body.get("temperature", 1)),
        top_p=float(body.get("top_p", 1)),
        presence=float(body.get("presence_penalty", 0)),
        frequency=float(body.get("frequency_penalty", 0)),
        bias={int(key): float(value) for key, value in (body.get("logit_bias") or {}).items() if _is_id(key)},
        choice=choice,
    )


def _is_id(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 12


def _verbosity(given: Any) -> str:
    return given if given in ("low", "medium", "high") else "medium"


def _reply(form: dict[str, Any]) -> Reply:
    return Reply(form["type"], form.get("name") or "", form.get("schema") or {})


def _responses_tools(tool: dict[str, Any]) -> list[Tool]:
    if tool["type"] == "namespace":
        return [one for inner in tool["tools"] for one in _responses_tools(inner)]
    if tool["type"] in ("function", "custom"):
        described = tool.get("description") or ""
        return [Tool(tool["type"], tool["name"], described, tool.get("parameters") or {}, tool)]
    return [Tool(tool["type"], "", given=tool)]


def _chat_tool(tool: dict[str, Any]) -> Tool:
    inner = tool[tool["type"]]
    given = dict(inner)
    if tool["type"] == "custom" and (inner.get("format") or {}).get("type") == "grammar":
        given["format"] = {"type": "grammar", **inner["format"]["grammar"]}
    return Tool(tool["type"], inner["name"], inner.get("description") or "", inner.get("parameters") or {}, given)


def _with_choice(ask: Ask, choice: Any) -> Ask:
    """The ask with only the tools the choice leaves, and whether one must be called."""
    if choice == "none" or not ask.tools:
        return replace(ask, tools=(), may_call=False)
    if choice == "auto":
        return ask
    if choice == "required":
        return replace(ask, must_call=True)
    allowed = choice.get("allowed_tools") or choice
    if choice.get("type") == "allowed_tools":
        kept = tuple(tool for tool in ask.tools if any(_is_chosen(tool, one) for one in allowed["tools"]))
        return replace(ask, tools=kept, must_call=allowed["mode"] == "required")
    return replace(ask, tools=tuple(tool for tool in ask.tools if _is_chosen(tool, choice)), must_call=True)


def _is_chosen(tool: Tool, choice: dict[str, Any]) -> bool:
    name = chosen_name(choice)
    if tool.answered_by_caller:
        return bool(name) and tool.name == name
    if choice.get("server_label"):
        return bool(tool.given.get("server_label") == choice["server_label"])
    kind = str(choice.get("type"))
    return tool.kind == kind or tool.kind.split("_")[0] == kind.split("_")[0]
