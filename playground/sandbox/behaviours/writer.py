"""The writer: short texts of our own. Also what answers for the ids that samples in the documentation use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer

UNICORNS = (
    "{At dusk|Late one evening|When the lamps went out}, a {small|silver|shy} unicorn named {Pim|Orla|Tansy} found that"
    " her {horn|mane} had {lost its glow|gone dim}[2:, and every firefly in the wood came to look]. She walked {softly|"
    "slowly|on tiptoe} to the {pond|hilltop|old bridge}[1:, where the moon keeps its spare light,] and asked for"
    " {just a spoonful|one little drop}[2: to take home in an acorn cup]. The moon {smiled|blinked|nodded}, lit her up"
    " {again|like a lantern}[1:, and sang until she was asleep].",
    "{Far past|Just beyond} the {last|quiet} hill lived a unicorn who {collected|counted|saved} {yawns|dreams} in a"
    " {blue|round|glass} jar[2: with a ribbon round its neck]. One night the jar was {full|too heavy}, so she opened"
    " it[1: over the sleeping village] and {every window|each chimney|the whole street} grew {drowsy|warm|still}. Then"
    " she yawned {too|last of all}[2:, the longest yawn of the year], and {morning waited|the stars kept watch} for"
    " her[1: behind the hill].",
    "A {young|curious} unicorn {could not|did not want to} sleep because the {wind|rain} kept {telling|humming}"
    " {stories|riddles}[1: under the stable door]. Her grandmother {tucked|folded} the {night|dark} around her like a"
    " {blanket|soft coat}[2: sewn from a hundred evenings] and {answered|finished} each one in a whisper. Before the"
    " {third|last} answer the {little|tired} unicorn was {dreaming|asleep}[1:, and the wind went home on its toes].",
)
STORIES = (
    "The {lamp|light} at the {point|cape} had one keeper and {two|three} {cats|gulls} who thought they were in charge. "
    "Each {evening|night} she climbed the {stairs|steps}, wound the {clockwork|gears} and wrote the {weather|wind} in a"
    " {blue|worn} book. [1:One winter the fog {stayed|lingered} for {nine|eleven} days, and the ships {answered|called}"
    " her bell like {old friends|shy guests}. ][2:On the tenth morning a boat came with {oranges|letters}, and nobody"
    " could say who had sent it. She put one on the sill, where it {glowed|shone} like a second lamp. ]When the sky"
    " {cleared|opened}, the book said only: {still here|all well}.",
    "In a {town|village} that {sold|made} {clocks|maps}, a {girl|boy} opened a shop for {lost|borrowed} minutes. People"
    " {brought|left} them in {pockets|envelopes}, {a little|slightly} {bent|dusty}. [1:She {mended|sorted} them by"
    " colour and gave them back on {Sundays|rainy days}. ][2:The mayor came once with a whole {hour|afternoon} and"
    " asked for change. ]Nobody was {late|in a hurry} there {again|for a year}.",
)
HAIKUS = (
    "{Green|Quiet} cursor blinking,\none {semicolon|bracket} away from\nthe {first|last} light of dawn.",
    "{Tests|Lights} in rows of green:\nI {touch|rename} one small variable\nand {autumn arrives|the leaves fall}.",
)
HELLOS = (
    "Hello from the sandbox! {I am|This is} a simulated model[1:, so my words are prepared, not thought].",
    "Hi there, this is the sandbox speaking. {Everything|All} I say is {simulated|rehearsed}.",
    "Good day! You have reached a simulated model{.| in the sandbox.}",
)
ANSWERS = (
    "This is a simulated reply to {{your message|what you wrote}} of {words}.{topic} [1:The sandbox {{knows|has"
    " learned}} nothing about the world: it {{answers|replies}} so that you can see how a request {{behaves|travels}}"
    " before you send it to a real model. ][2:The parameters still count. Change the temperature and these words"
    " {{change|shift}}; lower the token limit and the text is cut; add tools and they are called. ]Connect a real"
    " upstream for a real answer.",
    "The sandbox {{read|received}} {words} and {{answers|replies}} with prepared words.{topic} [1:Nothing here was"
    " looked up or reasoned out: the {{shape|form}} of the reply is real, its content is not. ][2:That makes it a"
    " {{good|safe}} place to {{try|compare}} settings, since every one of them has its effect and none of them costs"
    " anything. ]For knowledge, choose another connection.",
    "A simulated model {{took in|counted}} {words} from you.{topic} [1:It has no opinion and no facts, only a few"
    " {{sentences|phrases}} kept for this occasion. ][2:They arrive token by token, with the usage, the events and"
    " the errors that a real service would send. ]Ask a real model the same and compare.",
)
QUOTED = 60


def write(ask: Ask) -> str:
    prompt = ask.prompt.lower()
    if "unicorn" in prompt:
        return _told(ask, UNICORNS)
    if "haiku" in prompt:
        return _told(ask, HAIKUS)
    if re.search(r"\b(story|tale|novel|racconto|storia)\b|物語|قصة", prompt):
        return _told(ask, STORIES)
    if re.search(r"\b(hello|hi|hey|ciao)\b|こんにちは|مرحبا", prompt):
        return _told(ask, HELLOS)
    return _told(ask, tuple(_about(text, ask.prompt) for text in ANSWERS))


def _told(ask: Ask, texts: tuple[str, ...]) -> str:
    return ask.sampler.render(texts[ask.sampler.variant(len(texts))], ask.verbosity)


def _about(text: str, prompt: str) -> str:
    words = len(prompt.split())
    # The marks of the prose language must not be read out of what the user wrote.
    start = re.sub(r"[{}\[\]|]", " ", " ".join(prompt.split())[:QUOTED]).strip()
    topic = f" It began: “{start}”." if start else ""
    return text.format(words=f"{words} word{'' if words == 1 else 's'}", topic=topic)


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write)


_SIMULATED = "Simulated: prepared short texts, no knowledge of the world."
MODELS = (
    Model(
        "sandbox-writer",
        f"{_SIMULATED} Stories, haiku and greetings of our own; every parameter changes them.",
        behave,
        aliases=("gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o", "gpt-4o-mini", "gpt-4", "gpt-3.5-turbo"),
    ),
    Model(
        "sandbox-modern",
        f"{_SIMULATED} Follows the rules of the gpt-5 family: reasons when asked, takes max_completion_tokens only.",
        behave,
        reasons=True,
        aliases=("gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano", "gpt-5.1", "gpt-5", "gpt-5-mini", "gpt-5-nano"),
    ),
)
