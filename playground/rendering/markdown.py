"""Markdown of others as HTML of ours.

Three walls, one behind the other: the parser knows no HTML, so tags in the text are text; the renderer below writes
only elements that are listed here; nh3 lets only those through, without ids, styles or classes but our own.
Addresses become links only if they are http, https or mailto; a picture of another host is named, never fetched.
"""

import re
from collections.abc import Sequence
from functools import cache

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from playground.rendering.budget import Budget, TooCostly
from playground.rendering.code import highlight
from playground.rendering.links import host_of, is_picture, safe_url
from playground.rendering.text import clean, escaped, escaped_prose

LARGEST = 1_000_000
DEEPEST = 24
HEADING_SHIFT = 2  # the page and the pane have headings of their own

_LABEL = re.compile(r"[\w+#.-]{1,30}\Z")
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"'`\\\u3000-\u303f\uff00-\uffef]{1,4000}+", re.IGNORECASE)
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_TRAILERS = ".,;:!?*_~"
_WITH_DIRECTION = {"p", "ul", "ol", "blockquote", "h3", "h4", "h5", "h6"}
_SIDES = {"text-align:right": "end", "text-align:center": "middle"}


def render_markdown(text: str) -> SafeString:
    """The whole of `text`. Too much, or too costly to format, and it is shown as plain text that says so."""
    text = clean(text)
    if len(text) > LARGEST:
        return _plainly(text)
    return render_part(text, Budget(len(text)))


def render_part(text: str, budget: Budget) -> SafeString:
    """A piece of a document that stands by itself, within what is left of the budget."""
    try:
        rough = _parser().render(text, {"budget": budget})
    except (TooCostly, RecursionError):
        return _plainly(text)
    return mark_safe(_sieve().clean(rough))  # noqa: S308  the sieve lets through what it lists


def _plainly(text: str) -> SafeString:
    return format_html(
        '<p class="tiny muted">{}</p>\n<div class="plain" dir="auto">{}</div>\n',
        _("Shown as plain text: formatting it would take too long."),
        mark_safe(escaped(text)),  # noqa: S308
    )


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST, "tasklists": True}, renderer_cls=Writer)
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    parser.validateLink = _may_be_address  # type: ignore[method-assign]
    parser.inline.ruler.before("text", "budget", _spend_inline)
    parser.block.ruler.before(
        "table", "budget", _spend_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.core.ruler.push("addresses", _link_addresses)
    parser.core.ruler.push("dress", _dress)
    return parser


def _may_be_address(url: str) -> bool:
    return bool(safe_url(url)) or is_picture(url)


def _spend_inline(state: StateInline, silent: bool) -> bool:
    state.env["budget"].step()
    return False


def _spend_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    state.env["budget"].step()
    return False


def _link_addresses(state: StateCore) -> None:
    """Bare web addresses become links, unless they stand in a link already."""
    for block in state.tokens:
        if block.type != "inline" or not block.children or "://" not in block.content:
            continue
        depth, children = 0, []
        for token in block.children:
            depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
            children += _with_links(token) if token.type == "text" and not depth else [token]
        block.children = children


def _with_links(text: Token) -> list[Token]:
    tokens, done = [], 0
    for found in _ADDRESS.finditer(text.content):
        url = _trimmed(found[0])
        if not safe_url(url):
            continue
        tokens += [
            Token("text", "", 0, content=text.content[done : found.start()]),
            Token("link_open", "a", 1, attrs={"href": url}),
            Token("text", "", 0, content=url),
            Token("link_close", "a", -1),
        ]
        done = found.start() + len(url)
    return [*tokens, Token("text", "", 0, content=text.content[done:])] if tokens else [text]


def _trimmed(url: str) -> str:
    """Without the punctuation that belongs to the sentence; a closing bracket stays if the address opened it."""
    spare = {closer: url.count(closer) - url.count(opener) for closer, opener in _CLOSERS.items()}
    end = len(url)
    while end:
        last = url[end - 1]
        if last not in _TRAILERS and spare.get(last, 0) <= 0:
            break
        if last in spare:
            spare[last] -= 1
        end -= 1
    return url[:end]


class Writer(RendererHTML):
    """Writes the tokens as the elements of our pages; see output.css and code.css."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escaped_prose(tokens[idx].content)

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{escaped(tokens[idx].content)}</code>"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        words = tokens[idx].info.split()
        return _code(tokens[idx].content, words[0] if words else "", env)

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return _code(tokens[idx].content, "", env)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        url = str(token.attrs.get("src", ""))
        name = clean(self.renderInlineAsText(token.children, options, env))
        if is_picture(url):
            return format_html('<img src="{}" alt="{}" loading="lazy">', url, name)
        return _elsewhere(url, name, within_link=env.get("links", 0) > 0)

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        env["links"] = env.get("links", 0) + 1
        url = safe_url(str(tokens[idx].attrs.get("href", "")))
        return format_html('<a href="{}" target="_blank">', url) if url else "<a>"

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        env["links"] = env.get("links", 0) - 1
        return "</a>"

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        task = tokens[idx].meta.get("checked")
        return "<li>" if task is None else f'<li class="task">{"☑" if task else "☐"} '

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="scroll" tabindex="0"><table dir="auto">\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"


def _dress(state: StateCore) -> None:
    """Give the blocks the tags and the attributes that our pages use, and no others."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + HEADING_SHIFT)}"
        attributes: dict[str, str | int | float] = {}
        if token.nesting == 1 and token.tag in _WITH_DIRECTION:
            attributes["dir"] = "auto"
        if token.tag == "ol" and "start" in token.attrs:
            attributes["start"] = token.attrs["start"]
        side = _SIDES.get(str(token.attrs.get("style", "")))
        if side:
            attributes["class"] = side
        token.attrs = attributes


def _code(code: str, language: str, env: EnvType) -> str:
    env["budget"].look()
    label = language if _LABEL.match(language) else ""
    return format_html(
        '<div class="code" data-copyable="1"><div class="code__head"><span>{}</span>'
        '<button type="button" class="btn btn--quiet btn--small btn--copy" data-copy="" data-copy-name="{}">{}</button>'
        '</div><pre tabindex="0"><code>{}</code></pre></div>\n',
        label or _("text"),
        label or _("text"),
        _("Copy"),
        highlight(code, label),
    )


def _elsewhere(url: str, name: str, *, within_link: bool) -> str:
    """A picture that lies on another host: said, not shown, because fetching it would tell that host who reads this."""
    target = safe_url(url)
    opener = (
        format_html(' <a href="{}" target="_blank">{}</a>', target, _("open")) if target and not within_link else ""
    )
    return format_html(
        '<span class="elsewhere"><span>{}</span> <bdi>{}</bdi>{}</span>',
        mark_safe(escaped_prose(name or _("Picture"))),  # noqa: S308
        host_of(target) or "?",
        opener,
    )


_DIRECTED = _WITH_DIRECTION | {"table", "div"}
_PLAIN = {"a", "b", "bdi", "br", "code", "del", "em", "hr", "img", "li", "s", "strong", "tbody", "thead", "tr"}


@cache
def _sieve() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_DIRECTED | _PLAIN | {"button", "pre", "span", "td", "th"},
        clean_content_tags={"script", "style"},
        attributes={
            "a": {"href"},
            "img": {"src", "alt"},
            "ol": {"start"},
            "span": {"data-c"},
            "button": {"data-copy-name"},
        },
        tag_attribute_values={
            **{tag: {"dir": {"auto"}} for tag in _DIRECTED},
            "a": {"target": {"_blank"}},
            "img": {"loading": {"lazy"}},
            "pre": {"tabindex": {"0"}},
            "div": {"dir": {"auto"}, "tabindex": {"0"}, "data-copyable": {"1"}},
            "button": {"type": {"button"}, "data-copy": {""}},
        },
        allowed_classes={
            "div": {"code", "code__head", "plain", "scroll"},
            "span": {"ctl", "elsewhere", "tc", "tk", "tn", "tp", "ts"},
            "button": {"btn", "btn--quiet", "btn--small", "btn--copy"},
            "li": {"task"},
            "td": {"end", "middle"},
            "th": {"end", "middle"},
            "p": {"tiny", "muted"},
        },
        url_schemes={"http", "https", "mailto", "data"},
        url_relative="deny",
        attribute_filter=_checked,
        link_rel="noopener noreferrer",
    )


def _checked(tag: str, name: str, value: str) -> str | None:
    """The last look at each address."""
    if name == "href":
        return value if safe_url(value) else None
    if name == "src":
        return value if is_picture(value) else None
    return value
