"""The Markdown showcase: everything a page has to render, from headings to right-to-left text."""

from __future__ import annotations

from collections.abc import Iterator

from ..ask import Ask
from ..steps import Step
from . import Model
from .common import answer

SHOWCASE = '''# A {showcase|sampler|parade} of Markdown

This reply is **simulated**. It holds *emphasis*, `code`, ~~a correction~~ and a [link](https://example.com/ "Example").

## Lists

- a {pear|plum|quince}
  - inside it a {seed|stone}
- a kite
1. first
2. second

- [x] done
- [ ] still open

## A table

| Place | Height | Word |
|:------|-------:|:----:|
| hill | 120 m | {calm|quiet} |
| pier | 4 m | {salt|tar} |

## Code

```python
def greet(name: str) -> str:
    """Say hello."""
    return f"Hello, {name}!"
```

```json
{"simulated": true, "numbers": [1, 2, 3]}
```

> A quotation, with a second line
> and a `word` in it.

## Other scripts

- 日本語:これは模擬の返事です。
- العربية: هذا رد محاكى، والنص من اليمين إلى اليسار.
- Italiano: questa è una risposta simulata.
- 中文:这是模拟的回答。 · 한국어: 모의 응답입니다. · עברית: זו תשובה מדומה.
- Emoji and combining marks: 🦄 👩‍🚀 é ñ

---

Inline mathematics stays text: $a^2 + b^2 = c^2$. HTML is shown, not run: `<b>bold</b>` and <b>bold</b>.
'''
SHORT = "## Lists"


def write(ask: Ask) -> str:
    # Only the parts that are prose have alternatives; the braces of the code must stay as they are.
    code, marked = ("{name}", '{"simulated": true, "numbers": [1, 2, 3]}'), SHOWCASE
    for place, text in enumerate(code):
        marked = marked.replace(text, f"\x00{place}\x00")
    marked = marked.replace("[x]", "\x00x\x00").replace("[ ]", "\x00o\x00")
    text = ask.sampler.render(marked, ask.verbosity)
    for place, original in enumerate(code):
        text = text.replace(f"\x00{place}\x00", original)
    text = text.replace("\x00x\x00", "[x]").replace("\x00o\x00", "[ ]")
    text = text.partition(SHORT)[0] if ask.verbosity == "low" else text
    return text if not ask.sampler.choice else f"{text}\nThis is choice {ask.sampler.choice + 1}.\n"


def behave(ask: Ask) -> Iterator[Step]:
    yield from answer(ask, write)


MODELS = (Model("sandbox-markdown", "Simulated: one reply with every kind of Markdown and several scripts.", behave),)
