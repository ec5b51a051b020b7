"""What a run cost, at the prices that its connection had when it began."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.formats import number_format

from playground.api.reading import normalise_usage, token_details
from playground.models import Connection, Run

_MILLION: Final = Decimal(1_000_000)
#: Nobody counts so many tokens: what says more is no count.
_MOST: Final = 10**12


def prices_of(connection: Connection) -> dict[str, str] | None:
    """What a million tokens cost now, to be kept with a run: prices change, and what it cost does not."""
    given = {"in": connection.price_in, "cached": connection.price_cached, "out": connection.price_out}
    prices = {name: str(price) for name, price in given.items() if price is not None}
    return prices or None


def cost_of(run: Run, usage: dict[str, Any] | None) -> Decimal | None:
    """In the currency of the prices, whichever that is; None when a price or a count that it needs is not known."""
    counts = normalise_usage(usage)
    prices = {name: _decimal(price) for name, price in (run.prices or {}).items()}
    if not usage or not counts or prices.get("in") is None or prices.get("out") is None:
        return None
    read, written = counts["input_tokens"], counts["output_tokens"]
    if not isinstance(read, int) or not isinstance(written, int) or max(read, written) > _MOST:
        return None
    cached = min(max(0, token_details(usage).get("cached_tokens", 0)), read)
    cheaper = prices.get("cached", prices["in"])
    return ((read - cached) * prices["in"] + cached * cheaper + written * prices["out"]) / _MILLION


def _decimal(price: Any) -> Decimal:
    try:
        return Decimal(str(price))
    except InvalidOperation:
        return Decimal(0)


def shown_cost(cost: Decimal) -> str:
    """As many digits as it takes to see something, and no more."""
    digits = 2 if cost >= 1 else min(8, max(2, 3 - cost.adjusted())) if cost else 2
    return number_format(round(cost, digits), digits, force_grouping=True)
