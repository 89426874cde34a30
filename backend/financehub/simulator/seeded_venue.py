"""The crypto pairs of the seeded market as Binance's REST endpoints describe them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from financehub.simulator.kline_intervals import bucket_minute, minutes_of
from financehub.simulator.market_model import NANOSECONDS_A_MINUTE, BarColumns, LastTrade, SeededMarket, fold_by
from financehub.simulator.seeded_frames import SeededFrames
from financehub.simulator.seeded_noise import Integers
from financehub.simulator.sessions import FIRST_DAY, MINUTES_A_DAY
from financehub.simulator.simulated_book import STEP_NS, SimulatedBooks
from financehub.simulator.universe import SimulatedInstrument
from financehub.simulator.venue_source import KlineRow, ListedPair, StreamFrame, UnknownPair, scaled

_MONDAY = 4


class SeededVenue:
    """Serve the crypto pairs of `market`."""

    is_finished = False

    def __init__(self, market: SeededMarket) -> None:
        self._market = market
        self._books = SimulatedBooks(market)
        self._frames = SeededFrames(self, market, self._books)
        self._pairs = {each.symbol: each for each in market.instruments.values() if each.asset_class == "crypto"}

    def pair(self, symbol: str) -> SimulatedInstrument:
        """Return the pair; raises UnknownPair."""
        if symbol not in self._pairs:
            raise UnknownPair(symbol)
        return self._pairs[symbol]

    def pairs(self) -> list[ListedPair]:
        return [
            ListedPair(
                symbol=each.symbol,
                base=each.base,
                quote=each.currency,
                price_decimals=each.price_decimals,
                lot_decimals=each.lot_decimals,
            )
            for each in self._pairs.values()
        ]

    def klines(
        self, symbol: str, interval: str, start_ms: int | None, end_ms: int | None, limit: int, now_ns: int
    ) -> list[KlineRow]:
        pair, length = self.pair(symbol), minutes_of(interval)
        running = now_ns // NANOSECONDS_A_MINUTE
        last = running if end_ms is None else min(running, end_ms // 60_000)
        first = bucket_minute(last, interval) - (limit - 1) * length
        if start_ms is not None:
            asked = -(-start_ms // 60_000)
            bucket = bucket_minute(asked, interval)
            first = bucket if bucket == asked else bucket + length
            last = min(last, first + limit * length - 1)
        first = max(first, bucket_minute(FIRST_DAY * MINUTES_A_DAY, interval))
        if last < first:
            return []
        bars = self._bars(symbol, interval, first, bucket_minute(last, interval) + length, now_ns)
        return kline_rows(pair, bars, length)

    def _bars(self, symbol: str, interval: str, first: int, end: int, now_ns: int) -> BarColumns:
        if minutes_of(interval) < MINUTES_A_DAY:
            minutes = self._market.minute_bars(symbol, first, end, now_ns)
            length = minutes_of(interval)
            return _started(fold_by(minutes, minutes.start // length), minutes.start // length * length)
        days = self._market.daily_bars(symbol, first // MINUTES_A_DAY, end // MINUTES_A_DAY - 1, now_ns)
        if interval == "1d":
            return days
        weeks = (days.start // MINUTES_A_DAY - _MONDAY) // 7
        return _started(fold_by(days, weeks), (weeks * 7 + _MONDAY) * MINUTES_A_DAY)

    def day_ticker(self, symbol: str, now_ns: int) -> dict[str, Any]:
        pair = self.pair(symbol)
        minute = now_ns // NANOSECONDS_A_MINUTE
        bars = self._market.minute_bars(symbol, minute - MINUTES_A_DAY + 1, minute + 1, now_ns)
        last = self._market.last_trade(symbol, now_ns)
        book = self._books.book(symbol, now_ns // STEP_NS)
        opened, volume, count = int(bars.open[0]), int(bars.volume.sum()), int(bars.trades.sum())
        value = int(quote_volumes(bars).sum())
        price, lots = pair.price_decimals, pair.lot_decimals
        (bid, bid_lots), (ask, ask_lots) = book.best_bid, book.best_ask
        return {
            "symbol": symbol,
            "priceChange": scaled(last.price - opened, price),
            "priceChangePercent": f"{(last.price / opened - 1) * 100:.3f}",
            "weightedAvgPrice": scaled(value // max(volume, 1), price),
            "prevClosePrice": scaled(opened, price),
            "lastPrice": scaled(last.price, price),
            "lastQty": scaled(last.lots, lots),
            "bidPrice": scaled(bid, price),
            "bidQty": scaled(bid_lots, lots),
            "askPrice": scaled(ask, price),
            "askQty": scaled(ask_lots, lots),
            "openPrice": scaled(opened, price),
            "highPrice": scaled(int(bars.high.max()), price),
            "lowPrice": scaled(int(bars.low.min()), price),
            "volume": scaled(volume, lots),
            "quoteVolume": scaled(value, price + lots),
            "openTime": now_ns // 1_000_000 - 86_400_000,
            "closeTime": now_ns // 1_000_000,
            "firstId": last.trade_id - count + 1,
            "lastId": last.trade_id,
            "count": count,
        }

    def depth(self, symbol: str, limit: int, now_ns: int) -> dict[str, Any]:
        pair = self.pair(symbol)
        book = self._books.book(symbol, now_ns // STEP_NS)
        sides = (list(side.items())[:limit] for side in (book.bids, book.asks))
        bids, asks = ([level_text(pair, tick, lots) for tick, lots in side] for side in sides)
        return {"lastUpdateId": book.update_id, "bids": bids, "asks": asks}

    def trades(self, symbol: str, limit: int, now_ns: int) -> list[dict[str, Any]]:
        pair, found = self.pair(symbol), list[LastTrade]()
        until, span = now_ns, 2 * NANOSECONDS_A_MINUTE
        while len(found) < limit and until > FIRST_DAY * MINUTES_A_DAY * NANOSECONDS_A_MINUTE:
            found = [*self._market.trades_between(symbol, until - span, until), *found]
            until -= span
        return [_trade_fields(pair, each) for each in found[-limit:]]

    def frames(self, streams: Iterable[str], after_ns: int, until_ns: int) -> list[StreamFrame]:
        return self._frames.between(streams, after_ns, until_ns)


def _trade_fields(pair: SimulatedInstrument, trade: LastTrade) -> dict[str, Any]:
    return {
        "id": trade.trade_id,
        "price": scaled(trade.price, pair.price_decimals),
        "qty": scaled(trade.lots, pair.lot_decimals),
        "quoteQty": scaled(trade.price * trade.lots, pair.price_decimals + pair.lot_decimals),
        "time": trade.time_ms,
        "isBuyerMaker": trade.is_sell,
        "isBestMatch": True,
    }


def level_text(pair: SimulatedInstrument, tick: int, lots: int) -> list[str]:
    """Return a level as the wire has it."""
    return [scaled(tick, pair.price_decimals), scaled(lots, pair.lot_decimals)]


def _started(bars: BarColumns, starts: Integers) -> BarColumns:
    """Return `bars` with the starts of their buckets: the runs of equal `starts`."""
    firsts = starts[np.flatnonzero(np.diff(starts, prepend=starts[:1] - 1))] if starts.size else starts
    return BarColumns(firsts, *bars.columns()[1:])


def quote_volumes(bars: BarColumns) -> Integers:
    """Return what was paid, at each bar's mean of open, high, low and close."""
    paid: Integers = (bars.open + bars.high + bars.low + bars.close) * bars.volume // 4
    return paid


def kline_rows(pair: SimulatedInstrument, bars: BarColumns, length: int) -> list[KlineRow]:
    """Return `bars` as rows of /api/v3/klines."""
    price, lots, both = pair.price_decimals, pair.lot_decimals, pair.price_decimals + pair.lot_decimals
    columns = (column.tolist() for column in (*bars.columns(), quote_volumes(bars)))
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
