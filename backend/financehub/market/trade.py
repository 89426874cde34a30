"""One execution."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Side(StrEnum):
    """The aggressor's side: BUY lifted the ask, SELL hit the bid."""

    BUY = "buy"
    SELL = "sell"


class Trade(Struct, frozen=True, kw_only=True):
    symbol: str
    trade_id: str
    price: float
    quantity: float
    side: Side | None
    time: datetime


class TradesQuery(Struct, frozen=True):
    """Ask for the latest trades, oldest first."""

    symbol: str
    limit: int = 100
