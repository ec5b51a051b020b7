"""What may stand in a log: no secret, no share token, nothing that a terminal would obey or take for another line."""

from __future__ import annotations

import logging
import re
import time

from playground.secrets import mask_loaded

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SHARE = re.compile(r"(/[as]/[\w-]{6})[\w-]{4,}")
_START_TOKEN = re.compile(r"([?&]token=)[\w-]+")


class Seldom:
    """So many a minute and no more: what anybody outside can cause must not fill the disk."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self.minute = 0
        self.count = 0

    def allows(self) -> bool:
        minute = int(time.time() // 60)
        self.count = self.count + 1 if self.minute == minute else 1
        self.minute = minute
        return self.count <= self.a_minute


class Discreet(logging.Filter):
    """Rewrites each record before it is written: message and traceback, whoever logged them."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = discreet(record.getMessage(), _CONTROL)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = _indented(discreet(record.exc_text, _CONTROL_BUT_NEWLINE))
        if record.stack_info:
            record.stack_info = _indented(discreet(record.stack_info, _CONTROL_BUT_NEWLINE))
        return True


def discreet(text: str, control: re.Pattern[str] = _CONTROL) -> str:
    text = _START_TOKEN.sub(r"\1…", _SHARE.sub(r"\1…", mask_loaded(text)))
    return control.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _indented(text: str) -> str:
    """A traceback's lines, each so that it cannot be taken for the start of a record."""
    return "\n".join("  | " + line.removeprefix("  | ") for line in text.splitlines())
