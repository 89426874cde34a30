"""What waits to be traded: snapshots and changes of an order book."""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Level: TypeAlias = tuple[float, float]
"""Price and quantity at it."""


class BookState(StrEnum):
    UNSYNCED = "unsynced"
    SYNCING = "syncing"
    LIVE = "live"
    STALE = "stale"
    CROSSED = "crossed"


class OrderBookSnapshot(Struct, frozen=True, kw_only=True):
    """A book as a source states it: bids from the highest, asks from the lowest; `update_id` is the last change in it.

    `depth_limit` is how many levels a side the source was asked for: beyond them the book is unknown, not empty.
    """

    symbol: str
    update_id: int
    bids: list[Level]
    asks: list[Level]
    depth_limit: int


class OrderBookDelta(Struct, frozen=True, kw_only=True):
    """Changes from `first_update_id` to `last_update_id`; quantities are absolute, 0 removes the level."""

    symbol: str
    first_update_id: int
    last_update_id: int
    bids: list[Level]
    asks: list[Level]
    time: datetime


class OrderBookQuery(Struct, frozen=True):
    """Ask for a book with `limit` levels a side."""

    symbol: str
    limit: int = 1000
