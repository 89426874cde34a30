"""The latest price of an instrument and the day around it."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class Quote(Struct, frozen=True, kw_only=True):
    """One quote at `time` (event time at the source, aware, UTC); None where the source does not say.

    `change` is price − previous_close in `currency`; `change_percent` the same in percent. `volume` counts units of the instrument
    over the session, or 24 hours where the market never closes; `quote_volume` the same in `currency`.
    """

    symbol: str
    price: float
    time: datetime
    currency: str | None = None
    bid: float | None = None
    ask: float | None = None
    open: float | None = None
    high: float | None = None
    low: float | None = None
    previous_close: float | None = None
    change: float | None = None
    change_percent: float | None = None
    volume: float | None = None
    quote_volume: float | None = None
    market_cap: float | None = None


class QuotesQuery(Struct, frozen=True):
    """Ask for the latest quotes of some instruments; a source leaves out what it does not know."""

    symbols: tuple[str, ...]


def compute_change(price: float, previous_close: float) -> float:
    """Return price − previous_close to the last digit that the two have: 324.2 − 318.85 is 5.35, not 5.349999999999966."""
    return float(Decimal(repr(price)) - Decimal(repr(previous_close)))
