"""What the Binance wire formats need to know of a market, wherever it comes from: a seed or a recording."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

KlineRow: TypeAlias = list[Any]
"""A row of /api/v3/klines: [open time, open, high, low, close, volume, close time, quote volume, trades, …]."""


class ListedPair(Struct, frozen=True, kw_only=True):
    """A pair as exchangeInfo lists it."""

    symbol: str
    base: str
    quote: str
    price_decimals: int
    lot_decimals: int


class KlineWindow(Struct, frozen=True, kw_only=True):
    """Which klines are asked for: the first `limit` from `start_ms`, or the last `limit` when it is None."""

    interval: str
    start_ms: int | None = None
    end_ms: int | None = None
    limit: int = 500


class StreamFrame(Struct, frozen=True):
    """One message of a stream: when, under which name, and its `data` as JSON bytes."""

    time_ns: int
    stream: str
    data: bytes


class UnknownPair(Exception):
    """The venue does not list this pair."""


class VenueSource(Protocol):
    """Answer what a Binance endpoint asks, as known at `now_ns`. Every method raises UnknownPair for a pair not listed."""

    def pairs(self) -> list[ListedPair]: ...

    def klines(self, symbol: str, window: KlineWindow, now_ns: int) -> list[KlineRow]:
        """Return rows oldest first."""
        ...

    def day_ticker(self, symbol: str, now_ns: int) -> dict[str, Any]:
        """Return the fields of /api/v3/ticker/24hr."""
        ...

    def depth(self, symbol: str, limit: int, now_ns: int) -> dict[str, Any]: ...

    def trades(self, symbol: str, limit: int, now_ns: int) -> list[dict[str, Any]]: ...

    def frames(self, streams: Iterable[str], after_ns: int, until_ns: int) -> list[StreamFrame]:
        """Return what the subscribed `streams` said with after < time ≤ until, in order."""
        ...


def scaled(units: int, decimals: int) -> str:
    """Return whole `units` of 10^-decimals as Binance writes numbers: eight decimals, never through a float."""
    sign, units = ("-", -units) if units < 0 else ("", units)
    whole, rest = divmod(units, 10**decimals)
    if decimals > 8:
        return f"{sign}{whole}.{rest // 10 ** (decimals - 8):08d}"
    return f"{sign}{whole}.{rest * 10 ** (8 - decimals):08d}"
