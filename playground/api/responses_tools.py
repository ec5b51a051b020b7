"""The tools of /v1/responses that the documents name, and the choice between tools."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from .parameters import (
    Boolean,
    Choices,
    Form,
    Integer,
    Json,
    ListOf,
    MapOf,
    Number,
    Object,
    Parameter,
    Union,
    beyond_of,
    may,
    need,
    options,
    texts,
)
from .responses_tools_beyond import BEYOND_TOOLS, CONTAINER_FIELDS
from .shared import BOOLEAN, CALLERS, ID, LINES, NAME, SECRET, TEXT, URL, function_fields, place_fields

FUNCTION: Final = Object(fields=function_fields())

_PLACE: Final = Object(
    fields=(need("type", beyond_of("approximate"), _("How exact the place is; there is one value.")), *place_fields())
)
_OPTIONAL_PLACE: Final = Object(
    fields=(may("type", beyond_of("approximate"), _("How exact the place is; there is one value.")), *place_fields())
)
_SEARCH_SIZE: Final = may(
    "search_context_size", beyond_of("low", "medium", "high"), _("How much of the context the search may fill."),
    beyond=True, default_words="medium",
)  # fmt: skip

_WEB_SEARCH_PREVIEW: Final = Object(
    fields=(
        _SEARCH_SIZE,
        may("user_location", _PLACE, _("Roughly where the person is."), beyond=True),
        may(
            "search_content_types", ListOf(item=beyond_of("text", "image"), unique=True),
            _("Whether it looks for texts, images, or both."), beyond=True,
        ),
    )
)  # fmt: skip

_WEB_SEARCH: Final = Object(
    fields=(
        _SEARCH_SIZE,
        may("user_location", _OPTIONAL_PLACE, _("Roughly where the person is.")),
        may(
            "filters",
            Object(fields=(may("allowed_domains", texts(_("domain")), _("Only these sites and what is below them.")),)),
            _("Where it may look."),
        ),
        may("external_web_access", BOOLEAN, _("Whether it reads the live web or only what is cached."), default=True),
    )
)

_COMPARED: Final = Object(
    fields=(
        need("key", TEXT, _("The attribute that is looked at.")),
        need(
            "value",
            Union(
                forms=(
                    Form(slug="text", title=_("text"), kind=TEXT),
                    Form(slug="number", title=_("number"), kind=Number()),
                    Form(slug="boolean", title=_("true or false"), kind=Boolean()),
                    Form(slug="list", title=_("list"), kind=Json(shape="array")),
                )
            ),
            _("What it is compared with."),
        ),
    )
)
_COMPARISONS: Final = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")
_COMPARISON: Final = Form(slug="comparison", title=_("comparison"), tags=_COMPARISONS, kind=_COMPARED)
_COMBINATION: Final = Form(
    slug="combination", title=_("combination"), tags=("and", "or"),
    kind=Object(
        fields=(
            need(
                "filters",
                ListOf(
                    item_name=_("filter"),
                    item=Union(
                        tag="type",
                        forms=(
                            _COMPARISON,
                            Form(
                                slug="combination", title=_("combination"), tags=("and", "or"),
                                kind=Object(fields=(need("filters", Json(shape="array"), _("Deeper filters.")),)),
                            ),
                        ),
                    ),
                ),
                _("The filters that are combined."),
            ),
        )
    ),
)  # fmt: skip

_RANKING: Final = Object(
    fields=(
        may("ranker", beyond_of("auto", "default-2024-11-15"), _("Which ranker puts the finds in order.")),
        may("score_threshold", Number(minimum=0, maximum=1, step=0.05), _("Finds below this score are dropped.")),
        may(
            "hybrid_search",
            Object(
                fields=(
                    need("embedding_weight", Number(minimum=0), _("What likeness of meaning weighs.")),
                    need("text_weight", Number(minimum=0), _("What likeness of words weighs.")),
                )
            ),
            _("How meaning and words are weighed against each other."),
        ),
    )
)

_FILE_SEARCH: Final = Object(
    fields=(
        need("vector_store_ids", texts(_("vector store"), format="id"), _("Where it searches."), beyond=True),
        may("max_num_results", Integer(minimum=1, maximum=50), _("How many finds at most."), beyond=True),
        may(
            "filters", Union(tag="type", forms=(_COMPARISON, _COMBINATION)), _("Which files count, by attribute."),
            beyond=True,
        ),
        may("ranking_options", _RANKING, _("How the finds are put in order."), beyond=True),
    )
)  # fmt: skip

_CODE_INTERPRETER: Final = Object(
    fields=(
        need(
            "container",
            Union(
                tag="type",
                forms=(
                    Form(slug="auto", title=_("made for this"), tags=("auto",), kind=Object(fields=CONTAINER_FIELDS)),
                    Form(slug="id", title=_("existing one"), kind=ID),
                ),
            ),
            _("Where the code runs."),
            beyond=True,
        ),
        CALLERS,
    )
)

_TOOL_FILTER: Final = Object(
    fields=(
        may("tool_names", texts(_("tool")), _("The tools meant, by name.")),
        may("read_only", BOOLEAN, _("Those that say of themselves that they change nothing.")),
    )
)

_MCP: Final = Object(
    fields=(
        need("server_label", TEXT, _("A name for the server, seen in its calls."), beyond=True),
        may("server_url", URL, _("Where the server is."), beyond=True),
        may(
            "connector_id",
            beyond_of(
                "connector_dropbox", "connector_gmail", "connector_googlecalendar", "connector_googledrive",
                "connector_microsoftteams", "connector_outlookcalendar", "connector_outlookemail",
                "connector_sharepoint",
            ),
            _("A connector of the provider, instead of an address."), beyond=True,
        ),
        may("tunnel_id", ID, _("A secure tunnel, instead of an address."), beyond=True),
        may("server_description", LINES, _("What the server is for, told to the model."), beyond=True),
        may("authorization", SECRET, _("An OAuth token for the server."), beyond=True),
        may("headers", MapOf(value=SECRET, key_name=_("header")), _("HTTP headers for the server."), beyond=True),
        may(
            "allowed_tools",
            Union(
                forms=(
                    Form(slug="names", title=_("names"), kind=texts(_("tool"))),
                    Form(slug="filter", title=_("filter"), kind=_TOOL_FILTER),
                )
            ),
            _("Which of its tools may be called."), beyond=True,
        ),
        may(
            "require_approval",
            Union(
                forms=(
                    Form(slug="mode", title=_("for all"), kind=beyond_of("always", "never")),
                    Form(
                        slug="filter", title=_("by tool"),
                        kind=Object(
                            fields=(
                                may("always", _TOOL_FILTER, _("These ask each time.")),
                                may("never", _TOOL_FILTER, _("These never ask.")),
                            )
                        ),
                    ),
                )
            ),
            _("Which calls wait for your approval."), beyond=True,
        ),
        may("defer_loading", BOOLEAN, _("Found by tool search only when needed."), beyond=True),
        CALLERS,
    )
)  # fmt: skip

TOOL: Final = Union(
    tag="type",
    open=True,
    forms=(
        Form(
            slug="function", title=_("Function"), tags=("function",), kind=FUNCTION,
            help=_("Your own code: the model writes the arguments, you send the result back."),
        ),
        Form(
            slug="web_search_preview", title=_("Web search (preview)"), kind=_WEB_SEARCH_PREVIEW,
            tags=("web_search_preview", "web_search_preview_2025_03_11"), help=_("Looks things up on the web."),
        ),
        Form(
            slug="file_search", title=_("File search"), tags=("file_search",), kind=_FILE_SEARCH,
            help=_("Looks things up in files uploaded before."),
        ),
        Form(
            slug="code_interpreter", title=_("Code interpreter"), tags=("code_interpreter",), kind=_CODE_INTERPRETER,
            help=_("Writes Python and runs it in a container upstream."),
        ),
        Form(
            slug="mcp", title=_("MCP server"), tags=("mcp",), kind=_MCP,
            help=_("The tools of a server that speaks the Model Context Protocol."),
        ),
        Form(
            slug="web_search", title=_("Web search"), tags=("web_search", "web_search_2025_08_26"), kind=_WEB_SEARCH,
            beyond=True, help=_("Looks things up on the web."),
        ),
        *BEYOND_TOOLS,
    ),
)  # fmt: skip

_HOSTED: Final = (
    "file_search", "web_search_preview", "code_interpreter", "image_generation", "computer", "computer_use_preview",
    "computer_use", "web_search_preview_2025_03_11",
)  # fmt: skip

_NAMED: Final = Object(fields=(need("name", NAME, _("Which one.")),))

_ALLOWED: Final = Object(
    fields=(
        need("mode", beyond_of("auto", "required"), _("Whether one of them must be called.")),
        need(
            "tools",
            ListOf(item=Json(shape="object"), item_name=_("tool")),
            _("The tools that are left, named as in tools."),
        ),
    )
)

_CHOSEN_MCP: Final = Object(
    fields=(
        need("server_label", TEXT, _("Which server.")),
        Parameter(name="name", kind=TEXT, help=_("Which of its tools; any when left out.")),
    )
)

TOOL_CHOICE: Final = Union(
    tag="type",
    open=True,
    forms=(
        Form(slug="mode", title=_("mode"), kind=Choices(options=options("auto", "none", "required"))),
        Form(slug="function", title=_("function …"), tags=("function",), kind=_NAMED),
        Form(slug="hosted", title=_("built-in tool …"), tags=_HOSTED, kind=Object(), beyond=True),
        Form(slug="allowed_tools", title=_("some of them …"), tags=("allowed_tools",), kind=_ALLOWED, beyond=True),
        Form(slug="mcp", title=_("MCP tool …"), tags=("mcp",), kind=_CHOSEN_MCP, beyond=True),
        Form(
            slug="custom", title=_("custom tool …"), tags=("custom",), beyond=True,
            kind=Object(fields=(need("name", TEXT, _("Which one.")),)),
        ),
        Form(
            slug="programmatic_tool_calling", title=_("tool calls from code"), kind=Object(), beyond=True,
            tags=("programmatic_tool_calling",),
        ),
        Form(slug="apply_patch", title=_("apply patch"), tags=("apply_patch",), kind=Object(), beyond=True),
        Form(slug="shell", title=_("shell"), tags=("shell",), kind=Object(), beyond=True),
    ),
)  # fmt: skip
