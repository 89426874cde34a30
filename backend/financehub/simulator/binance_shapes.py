"""The shapes of Binance's answers and events, for a market from a seed and one from a recording alike.

Prices come in ticks and quantities in lots; on the wire both are strings with eight decimals.
"""

from typing import Any, Protocol

import numpy as np
from msgspec import Struct

from financehub.simulator.market_model import BarColumns, Execution
from financehub.simulator.seeded_noise import Integers
from financehub.simulator.venue_source import KlineRow, scaled

_TICKER_FIELDS = {
    "p": "priceChange",
    "P": "priceChangePercent",
    "w": "weightedAvgPrice",
    "x": "prevClosePrice",
    "c": "lastPrice",
    "Q": "lastQty",
    "b": "bidPrice",
    "B": "bidQty",
    "a": "askPrice",
    "A": "askQty",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
    "O": "openTime",
    "C": "closeTime",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}
_MINI_FIELDS = ("c", "o", "h", "l", "v", "q")
_KLINE_FIELDS = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")


class Precision(Protocol):
    """How many decimals a pair's prices and quantities have."""

    @property
    def price_decimals(self) -> int: ...

    @property
    def lot_decimals(self) -> int: ...


class DayWindow(Struct, frozen=True, kw_only=True):
    """What /ticker/24hr is computed from; `value` is what was paid, in ticks times lots."""

    open: int
    high: int
    low: int
    volume: int
    value: int
    count: int
    last: Execution
    bid: tuple[int, int]
    ask: tuple[int, int]
    open_time: int
    close_time: int


def ticker_fields(symbol: str, pair: Precision, day: DayWindow) -> dict[str, Any]:
    """Return the fields of /api/v3/ticker/24hr."""
    price, lots = pair.price_decimals, pair.lot_decimals
    mean = day.value // day.volume if day.volume else day.last.price
    return {
        "symbol": symbol,
        "priceChange": scaled(day.last.price - day.open, price),
        "priceChangePercent": f"{(day.last.price / day.open - 1) * 100:.3f}",
        "weightedAvgPrice": scaled(mean, price),
        "prevClosePrice": scaled(day.open, price),
        "lastPrice": scaled(day.last.price, price),
        "lastQty": scaled(day.last.lots, lots),
        "bidPrice": scaled(day.bid[0], price),
        "bidQty": scaled(day.bid[1], lots),
        "askPrice": scaled(day.ask[0], price),
        "askQty": scaled(day.ask[1], lots),
        "openPrice": scaled(day.open, price),
        "highPrice": scaled(day.high, price),
        "lowPrice": scaled(day.low, price),
        "volume": scaled(day.volume, lots),
        "quoteVolume": scaled(day.value, price + lots),
        "openTime": day.open_time,
        "closeTime": day.close_time,
        "firstId": day.last.trade_id - day.count + 1 if day.count else -1,
        "lastId": day.last.trade_id if day.count else -1,
        "count": day.count,
    }


def ticker_event(fields: dict[str, Any], time_ms: int, *, is_mini: bool = False) -> dict[str, Any]:
    """Return the event of @ticker (or @miniTicker) that says what /ticker/24hr says."""
    names = _MINI_FIELDS if is_mini else tuple(_TICKER_FIELDS)
    head = {"e": "24hrMiniTicker" if is_mini else "24hrTicker", "E": time_ms, "s": fields["symbol"]}
    return head | {name: fields[_TICKER_FIELDS[name]] for name in names}


def kline_event(interval: str, symbol: str, row: KlineRow, time_ms: int, *, last_id: int, is_final: bool) -> dict[str, Any]:
    """Return the event of @kline_<interval> for a row of /klines; `last_id` is the id of its last trade."""
    kline = dict(zip(_KLINE_FIELDS, row, strict=True)) | {"s": symbol, "i": interval, "x": is_final}
    kline |= {"f": last_id - row[8] + 1 if row[8] else -1, "L": last_id if row[8] else -1}
    return {"e": "kline", "E": time_ms, "s": symbol, "k": kline}


def trade_event(symbol: str, pair: Precision, trade: Execution) -> dict[str, Any]:
    """Return the event of @trade."""
    return {
        "e": "trade",
        "E": trade.time_ms,
        "s": symbol,
        "t": trade.trade_id,
        "p": scaled(trade.price, pair.price_decimals),
        "q": scaled(trade.lots, pair.lot_decimals),
        "T": trade.time_ms,
        "m": trade.is_sell,
        "M": True,
    }


def aggregate_event(trade: dict[str, Any]) -> dict[str, Any]:
    """Return the event of @aggTrade that says the same as one of @trade."""
    number = trade["t"]
    rest = {name: value for name, value in trade.items() if name != "t"}
    return rest | {"e": "aggTrade", "a": number, "f": number, "l": number}


def trade_fields(pair: Precision, trade: Execution) -> dict[str, Any]:
    """Return a row of /api/v3/trades."""
    return {
        "id": trade.trade_id,
        "price": scaled(trade.price, pair.price_decimals),
        "qty": scaled(trade.lots, pair.lot_decimals),
        "quoteQty": scaled(trade.price * trade.lots, pair.price_decimals + pair.lot_decimals),
        "time": trade.time_ms,
        "isBuyerMaker": trade.is_sell,
        "isBestMatch": True,
    }


def level_texts(pair: Precision, levels: list[tuple[int, int]]) -> list[list[str]]:
    """Return levels as the wire has them."""
    return [[scaled(tick, pair.price_decimals), scaled(lots, pair.lot_decimals)] for tick, lots in levels]


def relabelled(bars: BarColumns, starts: Integers) -> BarColumns:
    """Return `bars`, folded from runs of equal `starts`, beginning at those starts."""
    firsts = starts[np.flatnonzero(np.diff(starts, prepend=starts[:1] - 1))] if starts.size else starts
    return BarColumns(firsts, *bars.columns()[1:])


def quote_volumes(bars: BarColumns) -> Integers:
    """Return what was paid, taken at each bar's mean of open, high, low and close."""
    paid: Integers = (bars.open + bars.high + bars.low + bars.close) * bars.volume // 4
    return paid


def kline_rows(pair: Precision, bars: BarColumns, paid: Integers, length: int) -> list[KlineRow]:
    """Return `bars` of `length` minutes as rows of /api/v3/klines."""
    price, lots, both = pair.price_decimals, pair.lot_decimals, pair.price_decimals + pair.lot_decimals
    columns = (column.tolist() for column in (*bars.columns(), paid))
    return [
        [
            start * 60_000,
            scaled(opened, price),
            scaled(high, price),
            scaled(low, price),
            scaled(close, price),
            scaled(volume, lots),
            (start + length) * 60_000 - 1,
            scaled(value, both),
            trades,
            scaled(volume // 2, lots),
            scaled(value // 2, both),
            "0",
        ]
        for start, opened, high, low, close, volume, trades, value in zip(*columns, strict=True)
    ]
