"""The crypto pairs of the seeded market as Binance describes them."""

from collections.abc import Iterable
from typing import Any

from financehub.simulator.binance_shapes import (
    DayWindow,
    kline_rows,
    level_texts,
    quote_volumes,
    relabelled,
    ticker_fields,
    trade_fields,
)
from financehub.simulator.kline_intervals import minutes_of, window_minutes
from financehub.simulator.market_model import NANOSECONDS_A_MINUTE, BarColumns, Execution, SeededMarket, fold_by
from financehub.simulator.seeded_frames import SeededFrames
from financehub.simulator.sessions import FIRST_DAY, MINUTES_A_DAY
from financehub.simulator.simulated_book import STEP_NS, SimulatedBooks
from financehub.simulator.universe import SimulatedInstrument
from financehub.simulator.venue_source import KlineRow, KlineWindow, ListedPair, StreamFrame, UnknownPair

_MONDAY = 4
_FIRST_NS = FIRST_DAY * MINUTES_A_DAY * NANOSECONDS_A_MINUTE


class SeededVenue:
    """Serve the crypto pairs of `market`."""

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

    def klines(self, symbol: str, window: KlineWindow, now_ns: int) -> list[KlineRow]:
        pair, length = self.pair(symbol), minutes_of(window.interval)
        first, last = window_minutes(window, now_ns // NANOSECONDS_A_MINUTE, FIRST_DAY * MINUTES_A_DAY)
        if last < first:
            return []
        bars = self._bars(symbol, window.interval, (first, last + length), now_ns)
        return kline_rows(pair, bars, quote_volumes(bars), length)

    def _bars(self, symbol: str, interval: str, span: tuple[int, int], now_ns: int) -> BarColumns:
        length, (first, end) = minutes_of(interval), span
        if length < MINUTES_A_DAY:
            minutes = self._market.minute_bars(symbol, max(first, FIRST_DAY * MINUTES_A_DAY), end, now_ns)
            starts = minutes.start // length * length
            return relabelled(fold_by(minutes, starts), starts)
        days = self._market.daily_bars(symbol, first // MINUTES_A_DAY, end // MINUTES_A_DAY - 1, now_ns)
        if interval == "1d":
            return days
        weeks = ((days.start // MINUTES_A_DAY - _MONDAY) // 7 * 7 + _MONDAY) * MINUTES_A_DAY
        return relabelled(fold_by(days, weeks), weeks)

    def day_ticker(self, symbol: str, now_ns: int) -> dict[str, Any]:
        pair = self.pair(symbol)
        minute = now_ns // NANOSECONDS_A_MINUTE
        bars = self._market.minute_bars(symbol, minute - MINUTES_A_DAY + 1, minute + 1, now_ns)
        book = self._books.book(symbol, now_ns // STEP_NS)
        day = DayWindow(
            open=int(bars.open[0]),
            high=int(bars.high.max()),
            low=int(bars.low.min()),
            volume=int(bars.volume.sum()),
            value=int(quote_volumes(bars).sum()),
            count=int(bars.trades.sum()),
            last=self._market.last_trade(symbol, now_ns),
            bid=book.best_bid,
            ask=book.best_ask,
            open_time=now_ns // 1_000_000 - 86_400_000,
            close_time=now_ns // 1_000_000,
        )
        return ticker_fields(symbol, pair, day)

    def depth(self, symbol: str, limit: int, now_ns: int) -> dict[str, Any]:
        pair = self.pair(symbol)
        book = self._books.book(symbol, now_ns // STEP_NS)
        bids, asks = (level_texts(pair, side) for side in (book.bids(limit), book.asks(limit)))
        return {"lastUpdateId": book.update_id, "bids": bids, "asks": asks}

    def trades(self, symbol: str, limit: int, now_ns: int) -> list[dict[str, Any]]:
        pair, found = self.pair(symbol), list[Execution]()
        until, span = now_ns, 2 * NANOSECONDS_A_MINUTE
        while len(found) < limit and until > _FIRST_NS:
            found = [*self._market.trades_between(symbol, until - span, until), *found]
            until -= span
        return [trade_fields(pair, each) for each in found[-limit:]]

    def frames(self, streams: Iterable[str], after_ns: int, until_ns: int) -> list[StreamFrame]:
        return self._frames.between(streams, after_ns, until_ns) if self._market.covers(until_ns) else []
