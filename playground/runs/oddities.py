"""What was unusual about the way an answer was written, in words: what its reader remarked and could do without."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from playground.models import Run
from playground.runs.screen import Screen

Words = str | Promise

ODDITIES: Final[dict[str, Words]] = {
    "arguments_object": _("the arguments of a call are an object, not a text"),
    "bad_json": _("an event is broken JSON"),
    "completed_output_empty": _("the last event does not repeat the output"),
    "data_after_done": _("events came after [DONE]"),
    "deltas_repeat_the_text": _("each piece of text repeats the one before it"),
    "done_sentinel_on_responses": _("[DONE] came, which this endpoint does not have"),
    "duplicate_finish": _("the end of an answer was told twice"),
    "empty_arguments": _("a call has no arguments"),
    "legacy_event_name": _("events have names of an older version"),
    "message_in_chunk": _("a chunk holds a whole message"),
    "missing_choices": _("a chunk has no choices"),
    "missing_created": _("response.created did not come first"),
    "missing_delta": _("a choice has no delta"),
    "missing_index": _("events do not say which item they belong to"),
    "missing_sequence_number": _("events have no sequence_number"),
    "missing_tool_index": _("pieces of a call do not say which call they belong to"),
    "ndjson": _("lines of JSON came in place of events"),
    "no_done": _("[DONE] did not come"),
    "no_finish_reason": _("no finish_reason came"),
    "non_json_data": _("an event is no JSON"),
    "non_object_payload": _("an event is JSON, but no object"),
    "sequence_number": _("the sequence_number of events does not rise"),
    "tool_call_without_tool_finish": _("there are calls, and finish_reason does not say so"),
    "tool_header_repeated": _("a call tells its name again and again"),
    "unknown_event": _("events of an unknown type came"),
}
#: Told where the answer ends.
ELSEWHERE: Final = frozenset(("unknown_finish_reason",))


def oddities(run: Run, screen: Screen) -> list[Words]:
    """Nothing while it goes on: an answer is not to be judged before it is whole."""
    return [] if run.is_live else [ODDITIES[each] for each in screen.reader.warnings if each in ODDITIES]
