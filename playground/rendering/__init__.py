"""The one door through which text becomes HTML: whatever is marked as safe in this project is marked here.

    visible(text)         technical text, escaped, unseen characters named
    prose(text)           text for people, escaped, only what overrides direction is shown
    link(url, text)       a link if the address is http, https or mailto; else its text
    highlight(code, lang) code in five inks
    pretty_json(text)     JSON laid out and inked, whole or half
    json_tree(doc, told)  JSON in which names explain themselves
    render_markdown(text) Markdown of others; MarkdownStream does the same while it arrives
    render_cited(…)       the same, with the numbers of its citations
    picture_url(base64)   the address of a picture that came as base64, if it is one
    sound_url(base64)     the same for a sound
    icon(name)            an icon of ours
    scannable(url, name)  an address as a code for cameras; scannable_file(url) as a picture to keep

Whoever puts the result on a page puts it inside an element with `hx-disable`, so that htmx never looks at it.
Rendering may take up to a second of computing for hostile text: call it from a thread, not from the event loop.
"""

from playground.rendering.citations import render_cited
from playground.rendering.code import highlight, pretty_json
from playground.rendering.icons import icon
from playground.rendering.links import host_of, link, safe_url
from playground.rendering.markdown import render_markdown
from playground.rendering.pictures import picture_url
from playground.rendering.scanning import scannable, scannable_file
from playground.rendering.sounds import sound_url
from playground.rendering.stream import MarkdownStream, Step
from playground.rendering.text import clean, prose, sendable, visible
from playground.rendering.tree import Told, json_tree

__all__ = [
    "MarkdownStream",
    "Step",
    "Told",
    "clean",
    "highlight",
    "host_of",
    "icon",
    "json_tree",
    "link",
    "picture_url",
    "pretty_json",
    "prose",
    "render_cited",
    "render_markdown",
    "safe_url",
    "scannable",
    "scannable_file",
    "sendable",
    "sound_url",
    "visible",
]
