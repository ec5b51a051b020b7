"""Which rows the card of each kind of item has. A kind that is not here is shown as its JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from playground.api.reading import Slot
from playground.api.responses_events import CALLS
from playground.runs.cards import (
    Card,
    Row,
    Words,
    an_object,
    code,
    fact,
    links,
    listed,
    pictures,
    state_of,
    text,
)

logger = logging.getLogger(__name__)

Item = dict[str, Any]
Rows = Iterable[Row | None]

#: The item's own fields that a card of unknown kind need not repeat.
_PLAIN: Final = frozenset(("id", "type", "status"))


#: Kinds that ask for something: done is only the asking. What else stands in them is done by upstream itself.
_ASKS: Final = frozenset(("mcp_approval_request", "computer_call", "local_shell_call", "apply_patch_call"))
_WAITS: Final[tuple[Words, str]] = (_("waits for an answer"), "warn")

#: Kinds whose item, once it is whole, tells what grew before.
_RETOLD: Final = frozenset(("shell_call", "shell_call_output"))


def card_of(slot: Slot) -> Card:
    """The card of a call, of a built-in tool at work, or of any other item that came."""
    item = an_object(slot.data.get("item"))
    kind = str(item.get("type") or "")
    if slot.kind == "call" and kind not in KINDS:
        return _called(slot, item)
    title, icon, grows, rows = KINDS.get(kind, (kind or _("Unknown item"), "cube", "", _unknown))
    card = Card(title, icon, str(item.get("name") or ""), str(item.get("call_id") or ""), grows=grows)
    card.state, card.tone = state_of(item, str(slot.data.get("phase") or ""), slot.done)
    asks = kind in _ASKS or (kind == "shell_call" and an_object(item.get("environment")).get("type") == "local")
    if asks and slot.done and card.tone in ("", "ok"):
        card.state, card.tone = _WAITS
    if kind not in KINDS and not item and slot.text:
        card.grows = _("Text")
    try:
        card.rows = [row for row in rows(item, slot) if row is not None]
    except Exception:
        # Nothing upstream sends should do this. If it does, one card looks plain and no page is without any.
        logger.exception("a card for %.100r could not be laid out", kind)
        card.rows = [row for row in _unknown(item, slot) if row is not None]
    if kind in _RETOLD and card.rows:
        card.grows = ""
    return card


def _called(slot: Slot, item: Item) -> Card:
    """A function or custom tool of the asker's: the answer to it is theirs to give."""
    custom = bool(slot.data.get("custom"))
    card = Card(
        _("Call of a custom tool") if custom else _("Function call"),
        "wrench",
        str(slot.data.get("name") or ""),
        str(slot.data.get("call_id") or ""),
        grows=_("Input") if custom else _("Arguments"),
    )
    card.state, card.tone = _WAITS if slot.done else (_("being written"), "live")
    card.rows = [row for row in (fact(_("namespace"), item.get("namespace")),) if row]
    return card


# -- one function a kind ------------------------------------------------------------------------------------------


def _web_search(item: Item, slot: Slot) -> Rows:
    action = an_object(item.get("action"))
    kind = action.get("type")
    if kind in ("open_page", "find_in_page", "find"):
        yield links(_("Page"), [{"url": action.get("url")}])
        yield fact(_("looked for"), action.get("pattern"))
    else:
        yield fact(_("searched for"), action.get("queries") or action.get("query"))
    yield links(_("Sources"), action.get("sources"))
    yield links(_("Results"), item.get("results"))


def _file_search(item: Item, slot: Slot) -> Rows:
    yield fact(_("searched for"), item.get("queries"))
    results = item.get("results")
    if isinstance(results, list):
        count = len(results)
        yield fact(_("found"), ngettext("%(count)s result", "%(count)s results", count) % {"count": count})
    for result in listed(results)[:20]:
        name = str(result.get("filename") or result.get("file_id") or "?")
        yield text(name + _score(result.get("score")), result.get("text") or "…")


def _score(score: object) -> str:
    if isinstance(score, float) or (isinstance(score, int) and abs(score) < 10**15):
        return f" · {score:.2f}"
    return f" · {score!s:.20}" if isinstance(score, int) else ""  # too large for a float


def _code_interpreter(item: Item, slot: Slot) -> Rows:
    for output in listed(item.get("outputs"))[:50]:
        yield text(_("Output"), output.get("logs"))
        url = output.get("url")
        yield pictures(_("Picture"), url) or links(_("Picture"), [{"url": url}] if url else None)
    yield fact(_("container"), item.get("container_id"))


def _image(item: Item, slot: Slot) -> Rows:
    data = item.get("result") or slot.data.get("image")
    shown = pictures(_("Picture"), data)
    yield shown
    if data and not shown:
        yield _not_shown()
    yield fact(_("drawn as"), item.get("revised_prompt"))
    yield fact(_("size"), item.get("size"))
    yield fact(_("quality"), item.get("quality"))
    yield fact(_("background"), item.get("background"))
    yield fact(_("format"), item.get("output_format"))


def _chat_image(item: Item, slot: Slot) -> Rows:
    url = item.get("url")
    yield pictures(_("Picture"), url) or links(_("Picture"), [{"url": url}]) or _not_shown()


def _not_shown() -> Row | None:
    return fact(_("picture"), _("not of a kind that is shown here (PNG, JPEG, WebP, GIF)"))


def _mcp_tools(item: Item, slot: Slot) -> Rows:
    yield fact(_("server"), item.get("server_label"))
    for tool in listed(item.get("tools"))[:50]:
        yield text(str(tool.get("name") or "?"), tool.get("description") or "–")
    yield _error(item.get("error"))


def _mcp_call(item: Item, slot: Slot) -> Rows:
    yield fact(_("server"), item.get("server_label"))
    yield code(_("Output"), item.get("output"))
    yield _error(item.get("error"))


def _mcp_approval(item: Item, slot: Slot) -> Rows:
    yield fact(_("server"), item.get("server_label"))
    yield code(_("Arguments"), item.get("arguments"))


def _error(error: Any) -> Row | None:
    return text(_("Error"), error) if isinstance(error, str) else code(_("Error"), error)


def _computer(item: Item, slot: Slot) -> Rows:
    yield code(_("Action"), item.get("action") or item.get("actions"))
    yield code(_("Safety checks to confirm"), item.get("pending_safety_checks"))


def _computer_output(item: Item, slot: Slot) -> Rows:
    output = an_object(item.get("output"))
    url = output.get("image_url")
    yield pictures(_("Screen"), url) or links(_("Screen"), [{"url": url}] if url else None)
    yield fact(_("file"), output.get("file_id"))


def _shell(item: Item, slot: Slot) -> Rows:
    action = an_object(item.get("action"))
    commands = action.get("commands") or action.get("command")
    if isinstance(commands, list) and item.get("type") == "shell_call":
        yield code(_("Commands"), "\n".join(map(str, commands)), "bash")
    elif commands:
        words = commands if isinstance(commands, list) else [commands]
        yield code(_("Command"), " ".join(map(str, words)), "bash")
    yield fact(_("time limit in ms"), action.get("timeout_ms"))
    yield fact(_("folder"), action.get("working_directory"))


def _shell_output(item: Item, slot: Slot) -> Rows:
    output = slot.data.get("output") or item.get("output")
    if isinstance(output, str):
        yield text(_("Output"), output)
    for each in listed(output)[:20]:
        yield text(_("Output"), each.get("stdout"))
        yield text(_("Error output"), each.get("stderr"))
        outcome = an_object(each.get("outcome"))
        yield fact(_("exit code"), outcome.get("exit_code"))
        yield fact(_("ended by"), outcome.get("type") if outcome.get("type") != "exit" else None)


def _patch(item: Item, slot: Slot) -> Rows:
    operation = an_object(item.get("operation"))
    yield fact(_("operation"), operation.get("type"))
    yield fact(_("file"), operation.get("path"))
    yield code(_("Changes"), operation.get("diff"), "diff")


def _compaction(item: Item, slot: Slot) -> Rows:
    sealed = item.get("encrypted_content")
    if isinstance(sealed, str) and sealed:
        yield fact(_("sealed"), _("%(count)s characters that only upstream can read") % {"count": len(sealed)})


def _tool_search(item: Item, slot: Slot) -> Rows:
    yield code(_("Searched for"), item.get("arguments"))
    for tool in listed(item.get("tools"))[:50]:
        yield text(str(tool.get("name") or tool.get("type") or "?"), tool.get("description") or "–")


def _program(item: Item, slot: Slot) -> Rows:
    yield text(_("Result"), item.get("result"))


def _unknown(item: Item, slot: Slot) -> Rows:
    yield code(_("As it came"), {key: value for key, value in item.items() if key not in _PLAIN})


Kind = tuple[Words, str, Words, Callable[[Item, Slot], Rows]]

#: type -> title, icon, what its growing text is, rows
KINDS: Final[dict[str, Kind]] = {
    "web_search_call": (_("Web search"), "globe-alt", "", _web_search),
    "file_search_call": (_("File search"), "document-magnifying-glass", "", _file_search),
    "code_interpreter_call": (_("Code interpreter"), "code-bracket", _("Code"), _code_interpreter),
    "image_generation_call": (_("Picture"), "photo", "", _image),
    "image_url": (_("Picture"), "photo", "", _chat_image),
    "mcp_list_tools": (_("Tools of an MCP server"), "server-stack", "", _mcp_tools),
    "mcp_call": (_("MCP call"), "server-stack", _("Arguments"), _mcp_call),
    "mcp_approval_request": (_("MCP call that asks for approval"), "shield-check", "", _mcp_approval),
    "computer_call": (_("Computer"), "computer-desktop", "", _computer),
    "computer_call_output": (_("Screen of the computer"), "computer-desktop", "", _computer_output),
    "shell_call": (_("Shell"), "command-line", _("Commands"), _shell),
    "local_shell_call": (_("Local shell"), "command-line", "", _shell),
    "shell_call_output": (_("Output of the shell"), "command-line", _("Output"), _shell_output),
    "local_shell_call_output": (_("Output of the local shell"), "command-line", "", _shell_output),
    "apply_patch_call": (_("Patch"), "document-text", "", _patch),
    "compaction": (_("Context compacted"), "archive-box", "", _compaction),
    "tool_search_call": (_("Tool search"), "magnifying-glass", "", _tool_search),
    "tool_search_output": (_("Tools found"), "magnifying-glass", "", _tool_search),
    "program": (_("Program"), "code-bracket", _("Code"), _program),
    "program_output": (_("Program output"), "code-bracket", "", _program),
}


def language_of(slot: Slot) -> str:
    """In which inks the text of this card is shown when it is whole: json, python, bash, or none."""
    kind = str(an_object(slot.data.get("item")).get("type") or "")
    if slot.kind == "call":
        return "" if slot.data.get("custom") else "json"
    if kind in CALLS:
        return "json"
    return {"code_interpreter_call": "python", "program": "javascript", "shell_call": "bash"}.get(kind, "")
