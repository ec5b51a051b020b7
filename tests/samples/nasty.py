"""Request bodies that a careless writer of code samples would get wrong."""

from __future__ import annotations

import json
import random
from typing import Any

STRINGS = [
    "'; rm -rf ~ #",
    '"; import os; os.system("id") #',
    "$(id) `id` ${HOME} $HOME !! !$",
    "line one\nline two\r\n\ttabbed",
    "END_OF_BODY",
    "a\nEND_OF_BODY\nb",
    "EOF\n",
    "\\ \\n \\' \\\" \\u0041 \\$",
    "'''\"\"\"",
    "${process.env.HOME} `${1+1}`",
    "</script><script>alert(1)</script>",
    "\u202eevil\u202c \u200b \ufeff \u2028 \u2029 \x7f \x85",
    "\x00\x01\x1b[31m",
    "\ud800 alone",
    "😀 日本語 العربية é e\u0301",
    "%s %(a)s {0} {{x}} {% raw %}",
    "@file",
    "-d",
    "",
    " ",
]
KEYS = ["__proto__", "constructor", "a-b", "with space", "", "$x", "class", "1", "'", '"', "\u202ekey", "None"]
#: Addresses and header names that a connection may have.
NASTY_BASES = [
    "https://h.example/$(id)/`id`/';id;'/\"/v1",
    "https://h.example/{a,b}/[1-3]/$HOME/&&id|id>x/%24%28id%29/~/v1",
]
NASTY_NAMES = ("X-Team-Key", "X-`id`", "X-$HOME", "X-'q'", "X-!!", "X-%s", "1-of-them", "*", "#x", "~")


def bodies() -> list[dict[str, Any]]:
    """Every nasty string as the prompt and as the model, every nasty key, and odd values."""
    plain: dict[str, Any] = {"model": "m", "input": "x"}
    found: list[dict[str, Any]] = [{**plain, "input": each} for each in STRINGS]
    found += [{**plain, "model": each} for each in STRINGS]
    found += [{**plain, "metadata": {key: "v"}, key or "e": {key: [None, True, -0.5]}} for key in KEYS]
    return [
        *found,
        {**plain, "stream": True},
        {**plain, "store": None, "tools": [], "metadata": {}},
        {**plain, "x": [1, 1.0, 1e100, -7, 0.1, 123456789012345678901234567890]},
        {**plain, "x": [[[[[{}]]]], [], {"a": {}}]},
        {**plain, "self": 1, "extra_body": {"a": 1}, "timeout": 3, "extra_headers": {}},
    ]


def random_strings(count: int, seed: int) -> list[str]:
    dice = random.Random(seed)
    odd = ["\u202e", "\u2028", "é", "😀", "\x00", "EOF", "${", "*/"]
    alphabet = [*"ab '\"`$\\(){}[]<>|&;#!*?~%\n\r\t/=:,.-_", *odd]
    return ["".join(dice.choices(alphabet, k=dice.randint(0, 30))) for _ in range(count)]


def encode(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
