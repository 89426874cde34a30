"""What the bar store hands back."""

from datetime import datetime

from msgspec import Struct

from financehub.market.bar import Bar, Interval
from financehub.storage.bar_checks import RejectedBar


class WriteReport(Struct, frozen=True, kw_only=True):
    """What became of each bar given; the four add up to as many as were given.

    `written` counts new bars and open ones that went on, `changed` corrections of final ones, `unchanged` those already stored as they
    are.
    """

    written: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[RejectedBar] = []


class StoredBars(Struct, frozen=True, kw_only=True):
    """Bars, oldest first, with the source, arrival and currency of the newest; `sources` names all that gave any.

    With no bars, source, arrival and currency are None. Rollups carry the origin of their last bar.
    """

    bars: list[Bar]
    source: str | None = None
    fetched_at: datetime | None = None
    currency: str | None = None
    sources: tuple[str, ...] = ()


class BarColumns(Struct, frozen=True, kw_only=True):
    """The same as columns: `time` in seconds since the epoch, floats for the rest."""

    symbol: str
    interval: Interval
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    last_is_final: bool = True
    source: str | None = None
    fetched_at: datetime | None = None
    currency: str | None = None
    sources: tuple[str, ...] = ()
