"""Input items of /v1/responses beyond messages: what earlier turns brought, sent back as it came."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import Json, ListOf, Object, beyond_of, may, need, texts
from .responses_item_fields import (
    CALL_ID,
    CALLER,
    ITEM_ID,
    KNOWN_ID,
    NAMESPACE,
    STATUS,
    STEPS,
    TOOL_ANSWER,
    beyond_item,
    status_of,
)
from .responses_machines import MACHINE_FORMS
from .responses_parts import TOOL_OUTPUT
from .shared import BOOLEAN, ID, LINES, NAME, TEXT

FUNCTION_CALL: Final = Object(
    fields=(
        need("call_id", ID, _("The id that the answer repeats."), example="call_…"),
        need("name", NAME, _("The function's name.")),
        need("arguments", LINES, _("The arguments as the model wrote them: JSON in a text.")),
        ITEM_ID, STATUS, NAMESPACE, CALLER,
        may("async", BOOLEAN, _("Whether the model goes on without waiting for the answer."), beyond=True),
    )
)  # fmt: skip

FUNCTION_CALL_OUTPUT: Final = Object(
    fields=(
        need("call_id", ID, _("Which call this answers: its call_id, not the item's id."), example="call_…"),
        need("output", TOOL_OUTPUT, _("What your function returned.")),
        ITEM_ID, STATUS,
        may("name", TEXT, _("The function's name."), beyond=True),
        NAMESPACE, CALLER,
    )
)  # fmt: skip

_REASONING: Final = Object(
    fields=(
        KNOWN_ID,
        need("summary", Json(shape="array"), _("The readable summary of the thinking.")),
        may("content", Json(shape="array"), _("The thinking itself, where it is given.")),
        may("encrypted_content", LINES, _("The thinking, sealed: only upstream can read it.")),
        may("status", beyond_of(*STEPS), _("How far it got.")),
    )
)

_FILE_SEARCH: Final = Object(
    fields=(
        KNOWN_ID,
        need("queries", texts(_("query")), _("What was searched for.")),
        status_of("in_progress", "searching", "completed", "incomplete", "failed"),
        may("results", Json(shape="array"), _("What was found.")),
    )
)

_WEB_SEARCH: Final = Object(
    fields=(
        KNOWN_ID,
        need("action", Json(shape="object"), _("What was done: a search, a page opened, a word looked for.")),
        status_of("in_progress", "searching", "completed", "incomplete", "failed"),
    )
)

_TOOLS: Final = ListOf(item=Json(shape="object"), item_name=_("tool"))
_EXECUTION: Final = may("execution", beyond_of("server", "client"), _("Who searches."))
_MAY_CALL_ID: Final = may("call_id", ID, _("Which call this belongs to."), example="call_…")

_TOOL_SEARCH_CALL: Final = Object(
    fields=(need("arguments", Json(), _("What was searched for.")), ITEM_ID, _MAY_CALL_ID, _EXECUTION, STATUS)
)
_TOOL_SEARCH_OUTPUT: Final = Object(
    fields=(need("tools", _TOOLS, _("The tools that were found.")), ITEM_ID, _MAY_CALL_ID, _EXECUTION, STATUS)
)
_ADDITIONAL_TOOLS: Final = Object(
    fields=(
        need("role", beyond_of("developer"), _("Who adds them; there is one value.")),
        need("tools", _TOOLS, _("Tools that are there from here on.")),
        ITEM_ID,
    )
)
_CONFIGURATION: Final = Object(
    fields=(
        ITEM_ID,
        may("reasoning", Json(shape="object"), _("How it thinks from here on.")),
        may("text", Json(shape="object"), _("How the text is shaped from here on.")),
    )
)
_COMPACTION: Final = Object(
    fields=(need("encrypted_content", LINES, _("The compacted context, sealed: only upstream can read it.")), ITEM_ID)
)

_SERVER: Final = need("server_label", TEXT, _("Which server."))
_ARGUMENTS: Final = need("arguments", LINES, _("The arguments, JSON in a text."))
_TOOL_NAME: Final = need("name", TEXT, _("Which tool."))

_MCP_TOOLS: Final = Object(
    fields=(
        KNOWN_ID, _SERVER,
        need("tools", Json(shape="array"), _("The tools that the server offers.")),
        may("error", LINES, _("Why they could not be listed.")),
    )
)  # fmt: skip
_MCP_REQUEST: Final = Object(fields=(KNOWN_ID, _SERVER, _TOOL_NAME, _ARGUMENTS))
_MCP_RESPONSE: Final = Object(
    fields=(
        need("approval_request_id", ID, _("Which request this decides.")),
        need("approve", BOOLEAN, _("Whether the call may be made.")),
        ITEM_ID,
        may("reason", LINES, _("Why.")),
    )
)
_MCP_CALL: Final = Object(
    fields=(
        KNOWN_ID, _SERVER, _TOOL_NAME, _ARGUMENTS,
        may("output", LINES, _("What the tool returned.")),
        may("error", Json(), _("What went wrong.")),
        may("approval_request_id", ID, _("The request that was granted.")),
        may("status", beyond_of(*STEPS, "calling", "failed"), _("How far it got.")),
    )
)  # fmt: skip

_CUSTOM_CALL: Final = Object(
    fields=(
        CALL_ID, _TOOL_NAME,
        need("input", LINES, _("The free text that the model gave it.")),
        ITEM_ID, NAMESPACE, CALLER,
        may("async", BOOLEAN, _("Whether the model goes on without waiting for the answer.")),
    )
)  # fmt: skip
_CUSTOM_OUTPUT: Final = Object(fields=(CALL_ID, TOOL_ANSWER, ITEM_ID, CALLER))

_PROGRAM: Final = Object(
    fields=(
        KNOWN_ID, CALL_ID,
        need("code", LINES, _("What the model wrote to call the tools.")),
        need("fingerprint", TEXT, _("Ties it to its run.")),
    )
)  # fmt: skip
_PROGRAM_OUTPUT: Final = Object(
    fields=(KNOWN_ID, CALL_ID, need("result", LINES, _("What came out.")), status_of("completed", "incomplete"))
)


ITEM_FORMS: Final = (
    beyond_item("reasoning", _("reasoning"), _REASONING),
    beyond_item("item_reference", _("reference to an item"), Object(fields=(KNOWN_ID,))),
    beyond_item("custom_tool_call", _("custom tool call"), _CUSTOM_CALL),
    beyond_item("custom_tool_call_output", _("custom tool output"), _CUSTOM_OUTPUT),
    beyond_item("web_search_call", _("web search"), _WEB_SEARCH),
    beyond_item("file_search_call", _("file search"), _FILE_SEARCH),
    beyond_item("mcp_list_tools", _("MCP tools"), _MCP_TOOLS),
    beyond_item("mcp_call", _("MCP call"), _MCP_CALL),
    beyond_item("mcp_approval_request", _("MCP approval asked"), _MCP_REQUEST),
    beyond_item("mcp_approval_response", _("MCP approval given"), _MCP_RESPONSE),
    beyond_item("tool_search_call", _("tool search"), _TOOL_SEARCH_CALL),
    beyond_item("tool_search_output", _("tools found"), _TOOL_SEARCH_OUTPUT),
    beyond_item("additional_tools", _("additional tools"), _ADDITIONAL_TOOLS),
    beyond_item("configuration_update", _("change of settings"), _CONFIGURATION),
    beyond_item("compaction", _("compacted context"), _COMPACTION),
    beyond_item("compaction_trigger", _("compact here"), Object(fields=(ITEM_ID,))),
    beyond_item("program", _("program"), _PROGRAM),
    beyond_item("program_output", _("program output"), _PROGRAM_OUTPUT),
    *MACHINE_FORMS,
)
