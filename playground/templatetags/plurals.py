"""What scripts count, in every form that the language has: they know the number only later."""

import json
from collections.abc import Callable
from typing import Final

from django import template
from django.utils.translation import ngettext

register = template.Library()

#: A number of each kind of plural, named as browsers name them (Intl.PluralRules).
SAMPLES: Final = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}

WORDS: Final[dict[str, Callable[[int], str]]] = {
    "events shown": lambda count: ngettext("%(count)s event shown", "%(count)s events shown", count),
    "about tokens": lambda count: ngettext("about %(count)s token", "about %(count)s tokens", count),
    "chosen": lambda count: ngettext("%(count)s chosen", "%(count)s chosen", count),
}


@register.simple_tag
def plurals(name: str) -> str:
    """As JSON, for `counted` in static/js/numbers.js."""
    return json.dumps({kind: WORDS[name](number) for kind, number in SAMPLES.items()}, ensure_ascii=False)
