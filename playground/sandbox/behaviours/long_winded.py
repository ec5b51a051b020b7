"""The long one: as many tokens as the prompt asks for, up to 200,000."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..ask import Ask
from ..steps import Say, Step
from ..tokens import count, cut
from . import Model
from .common import answer, think

USUAL, MOST = 2_000, 200_000
PARAGRAPH = (
    "The {road|path|lane} went on past the {mill|quarry|orchard}, and whoever walked it {counted|hummed|waited} until"
    " the {next|second} {milestone|gate}. A {cart|boy|goat} came the other way with {nothing|a letter|two pears} and"
    " {nodded|slowed|stopped}. [1:By {noon|evening} the {hills|roofs} had {changed|swapped} places, or so it {seemed|"
    "felt}.][2: Somebody had {painted|scratched} a {number|name} on every stone, always the same one.]\n\n"
)
VARIANTS = 12


def length(prompt: str) -> int:
    """How many tokens the prompt asks for: its first number, where 3k and 3,000 are numbers too."""
    match = re.search(r"(\d[\d,._]{0,8})\s*(k\b)?", prompt, re.IGNORECASE)
    if not match:
        return USUAL
    number = int(re.sub(r"\D", "", match[1]) or 0) * (1000 if match[2] else 1)
    return max(1, min(MOST, number))


def behave(ask: Ask) -> Iterator[Step]:
    if ask.tools or ask.reply.kind != "text":
        yield from answer(ask, lambda asked: asked.sampler.render(PARAGRAPH, asked.verbosity))
        return
    yield from think(ask)
    paragraphs = [ask.sampler.render(PARAGRAPH, ask.verbosity) for _ in range(VARIANTS)]
    left, number = length(ask.prompt), 0
    while left > 0:
        number += 1
        text = f"{number}. {paragraphs[number % VARIANTS]}"
        tokens = count(text)
        yield Say(text if tokens <= left else cut(text, left)[0])
        left -= tokens


MODELS = (
    Model(
        "sandbox-long",
        "Simulated: as many tokens as the first number in the prompt says (2,000 if there is none, 200,000 at most).",
        behave,
        window=262_144,
        pace=50.0,
    ),
)
