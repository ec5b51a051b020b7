"""The shape of every tool and tool choice of POST /responses."""

from __future__ import annotations

from .shapes import (
    NAME,
    Shape,
    anything,
    by_type,
    either,
    flag,
    integer,
    list_of,
    mapping,
    number,
    one_of,
    record,
    text,
)

CALLERS = list_of(one_of("direct", "programmatic"))
FUNCTION_NAME = text(64, 1, NAME)
LOCATION = record(
    {"type": one_of("approximate"), "city": text(), "country": text(), "region": text(), "timezone": text()}
)
CONTEXT_SIZE = one_of("low", "medium", "high")
NAMES_FILTER = record({"read_only": flag, "tool_names": list_of(text())})
NETWORK = by_type(
    {
        "disabled": record({"type": text()}),
        "allowlist": record(
            {
                "type": text(),
                "allowed_domains": list_of(text()),
                "domain_secrets": list_of(
                    record({"domain": text(), "name": text(), "value": text()}, ["domain", "name", "value"])
                ),
            },
            ["allowed_domains"],
        ),
    }
)
CONTAINER = {
    "type": text(),
    "file_ids": list_of(text()),
    "memory_limit": one_of("1g", "4g", "16g", "64g"),
    "network_policy": NETWORK,
}
GRAMMAR = {"type": text(), "definition": text(), "syntax": one_of("lark", "regex")}
CUSTOM_FORMAT = by_type({"text": record({"type": text()}), "grammar": record(GRAMMAR, ["definition", "syntax"])})
FUNCTION = record(
    {
        "type": text(),
        "name": FUNCTION_NAME,
        "description": text(),
        "parameters": record({}, open=True),
        "strict": flag,
        "async": flag,
        "allowed_callers": CALLERS,
        "defer_loading": flag,
        "output_schema": record({}, open=True),
    },
    ["name"],
)
CUSTOM = record(
    {
        "type": text(),
        "name": FUNCTION_NAME,
        "description": text(),
        "format": CUSTOM_FORMAT,
        "async": flag,
        "allowed_callers": CALLERS,
        "defer_loading": flag,
    },
    ["name"],
)


def _filter(depth: int) -> Shape:
    comparison = {"type": text(), "key": text(), "value": either(
        "a string, a number, a boolean or an array", string=anything, number=anything, boolean=anything, array=anything
    )}  # fmt: skip
    variants = {
        name: record(comparison, ["key", "value"]) for name in ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")
    }
    if depth:
        inner = record({"type": text(), "filters": list_of(_filter(depth - 1))}, ["filters"])
        variants |= {"and": inner, "or": inner}
    return by_type(variants)


FILE_SEARCH = record(
    {
        "type": text(),
        "vector_store_ids": list_of(text()),
        "filters": _filter(3),
        "max_num_results": integer(1, 50),
        "ranking_options": record(
            {
                "ranker": one_of("auto", "default-2024-11-15"),
                "score_threshold": number(0, 1),
                "hybrid_search": record(
                    {"embedding_weight": number(), "text_weight": number()}, ["embedding_weight", "text_weight"]
                ),
            }
        ),
    },
)
SEARCH_PREVIEW = record(
    {
        "type": text(),
        "search_content_types": list_of(one_of("text", "image")),
        "search_context_size": CONTEXT_SIZE,
        "user_location": LOCATION,
    }
)
SEARCH = record(
    {
        "type": text(),
        "external_web_access": flag,
        "filters": record({"allowed_domains": list_of(text())}),
        "search_context_size": CONTEXT_SIZE,
        "user_location": LOCATION,
    }
)
MCP = record(
    {
        "type": text(),
        "server_label": text(shortest=1),
        "server_url": text(),
        "server_description": text(),
        "connector_id": text(),
        "tunnel_id": text(),
        "authorization": text(),
        "headers": mapping(text()),
        "allowed_tools": either("an array or an object", array=list_of(text()), object=NAMES_FILTER),
        "allowed_callers": CALLERS,
        "defer_loading": flag,
        "require_approval": either(
            "a string or an object",
            string=one_of("always", "never"),
            object=record({"always": NAMES_FILTER, "never": NAMES_FILTER}),
        ),
    },
    ["server_label"],
)
IMAGE_GENERATION = record(
    {
        "type": text(),
        "action": one_of("generate", "edit", "auto"),
        "background": one_of("transparent", "opaque", "auto"),
        "complexity": CONTEXT_SIZE,
        "frame_count": integer(1),
        "frame_duration_ms": integer(1),
        "input_fidelity": one_of("high", "low"),
        "input_image_mask": record({"file_id": text(), "image_url": text()}),
        "model": text(),
        "moderation": one_of("auto", "low"),
        "output_compression": integer(0, 100),
        "output_format": one_of("png", "webp", "jpeg", "gif", "svg"),
        "partial_images": integer(0, 3),
        "quality": one_of("low", "medium", "high", "xhigh", "max", "auto"),
        "size": text(),
        "svg": record({"model": text(), "reasoning": record({"effort": text()})}),
    }
)
SKILL = by_type(
    {
        "skill_reference": record({"type": text(), "skill_id": text(), "version": text()}, ["skill_id"]),
        "inline": record(
            {
                "type": text(),
                "name": text(),
                "description": text(),
                "source": record({"type": text(), "media_type": text(), "data": text()}, ["data", "media_type"]),
            },
            ["name", "description", "source"],
        ),
    }
)
SHELL_PLACE = by_type(
    {
        "container_auto": record({**CONTAINER, "skills": list_of(SKILL)}),
        "local": record(
            {
                "type": text(),
                "skills": list_of(record({"name": text(), "description": text(), "path": text()}, ["name", "path"])),
            }
        ),
        "container_reference": record({"type": text(), "container_id": text()}, ["container_id"]),
    }
)
PLAIN = record({"type": text()})
TOOLS: dict[str, Shape] = {
    "function": FUNCTION,
    "custom": CUSTOM,
    "web_search_preview": SEARCH_PREVIEW,
    "web_search_preview_2025_03_11": SEARCH_PREVIEW,
    "web_search": SEARCH,
    "web_search_2025_08_26": SEARCH,
    "file_search": FILE_SEARCH,
    "code_interpreter": record(
        {
            "type": text(),
            "container": either(
                "a string or an object", string=text(), object=by_type({"auto": record(CONTAINER)}, default="auto")
            ),
            "allowed_callers": CALLERS,
        }
    ),
    "mcp": MCP,
    "image_generation": IMAGE_GENERATION,
    "computer": PLAIN,
    "computer_use_preview": record(
        {
            "type": text(),
            "display_height": integer(1),
            "display_width": integer(1),
            "environment": one_of("windows", "mac", "linux", "ubuntu", "browser"),
        },
        ["display_height", "display_width", "environment"],
    ),
    "local_shell": PLAIN,
    "shell": record({"type": text(), "allowed_callers": CALLERS, "environment": SHELL_PLACE}),
    "apply_patch": record({"type": text(), "allowed_callers": CALLERS}),
    "programmatic_tool_calling": PLAIN,
    "tool_search": record(
        {"type": text(), "description": text(), "execution": one_of("server", "client"), "parameters": anything}
    ),
}
TOOLS["namespace"] = record(
    {
        "type": text(),
        "name": text(64, 1),
        "description": text(),
        "tools": list_of(by_type({"function": FUNCTION, "custom": CUSTOM})),
    },
    ["name", "description", "tools"],
)
HOSTED: tuple[str, ...] = (
    "file_search",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "computer",
    "computer_use_preview",
)
HOSTED += ("computer_use", "image_generation", "code_interpreter", "web_search", "web_search_2025_08_26")
HOSTED += ("programmatic_tool_calling", "apply_patch", "shell", "local_shell", "tool_search")
NAMED = record({"type": text(), "name": text()}, ["name"])
TOOL_CHOICE = either(
    "a string or an object",
    string=one_of("none", "auto", "required"),
    object=by_type(
        {
            "function": NAMED,
            "custom": NAMED,
            "mcp": record({"type": text(), "server_label": text(), "name": text()}, ["server_label"]),
            "allowed_tools": record(
                {
                    "type": text(),
                    "mode": one_of("auto", "required"),
                    "tools": list_of(record({"type": text()}, open=True), 1),
                },
                ["mode", "tools"],
            ),
            **dict.fromkeys(HOSTED, PLAIN),
        }
    ),
)
