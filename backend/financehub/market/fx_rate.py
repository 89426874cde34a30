"""Reference exchange rates."""

from datetime import date

from msgspec import Struct


class FxRate(Struct, frozen=True, kw_only=True):
    """How many units of `quote` one unit of `base` buys, fixed on `day`."""

    base: str
    quote: str
    rate: float
    day: date


class FxRatesQuery(Struct, frozen=True, kw_only=True):
    """Ask for the latest fixing of `base` in each of `quotes` (all that the source has when empty)."""

    base: str
    quotes: tuple[str, ...] = ()


class FxHistoryQuery(Struct, frozen=True, kw_only=True):
    """Ask for the fixings of `base` in `quotes` from `start` to `end`, both included."""

    base: str
    quotes: tuple[str, ...]
    start: date
    end: date
