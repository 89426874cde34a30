"""What the streams of the seeded market say between two instants."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from financehub.simulator.binance_shapes import aggregate_event, kline_event, level_texts, ticker_event, trade_event
from financehub.simulator.kline_intervals import bucket_minute, is_interval
from financehub.simulator.market_model import NANOSECONDS_A_MINUTE, SeededMarket
from financehub.simulator.simulated_book import STEP_NS, SimulatedBooks
from financehub.simulator.venue_source import KlineWindow, StreamFrame

if TYPE_CHECKING:
    from financehub.simulator.seeded_venue import SeededVenue

_SECOND_NS = 1_000_000_000
_MILLISECOND_NS = 1_000_000
_MOST_BOOK_STEPS = 30
_MOST_SECONDS = 5

Said: TypeAlias = Iterator[tuple[int, dict[str, Any]]]


def instants(after_ns: int, until_ns: int, step_ns: int) -> list[int]:
    """Return the whole multiples of `step_ns` with after < instant ≤ until."""
    return list(range((after_ns // step_ns + 1) * step_ns, until_ns + 1, step_ns))


def thinned(moments: list[int], most: int) -> list[int]:
    """Return about `most` of `moments`, evenly, always with the last: a fast clock is told in larger steps."""
    stride = -(-len(moments) // most)
    return moments[::-1][::stride][::-1] if stride > 1 else moments


def kline_instants(after_ns: int, until_ns: int, interval: str) -> list[tuple[int, bool]]:
    """Return when @kline_<interval> speaks, and whether it closes a bar then: every second and at every end."""
    minutes = instants(after_ns, until_ns, NANOSECONDS_A_MINUTE)
    ends = {each for each in minutes if bucket_minute(each // NANOSECONDS_A_MINUTE, interval) * NANOSECONDS_A_MINUTE == each}
    seconds = thinned(instants(after_ns, until_ns, _SECOND_NS), _MOST_SECONDS)
    return [(each, each in ends) for each in sorted({*seconds, *ends})]


class SeededFrames:
    """Say each stream's events for any stretch of time."""

    def __init__(self, venue: "SeededVenue", market: SeededMarket, books: SimulatedBooks) -> None:
        self._venue = venue
        self._market = market
        self._books = books
        self._kinds: dict[str, Callable[[str, int, int], Said]] = {
            "trade": self._trades,
            "aggTrade": self._aggregate_trades,
            "bookTicker": self._best,
            "ticker": lambda symbol, after, until: self._tickers(symbol, after, until, is_mini=False),
            "miniTicker": lambda symbol, after, until: self._tickers(symbol, after, until, is_mini=True),
            "depth": lambda symbol, after, until: self._changes(symbol, after, until, every=10),
            "depth@1000ms": lambda symbol, after, until: self._changes(symbol, after, until, every=10),
            "depth@100ms": lambda symbol, after, until: self._changes(symbol, after, until, every=1),
        }

    def between(self, streams: Iterable[str], after_ns: int, until_ns: int) -> list[StreamFrame]:
        """Return the frames of `streams` in the order they are sent; a stream that nobody has says nothing."""
        found = []
        for stream in streams:
            for time, event in self._say(stream, after_ns, until_ns):
                found.append(StreamFrame(time, stream, msgspec.json.encode(event)))
        return sorted(found, key=lambda frame: frame.time_ns)

    def _say(self, stream: str, after_ns: int, until_ns: int) -> Said:
        name, _, kind = stream.partition("@")
        symbol = name.upper()
        if symbol not in {pair.symbol for pair in self._venue.pairs()}:
            return iter(())
        if kind.startswith("kline_") and is_interval(kind.removeprefix("kline_")):
            return self._klines(symbol, after_ns, until_ns, kind.removeprefix("kline_"))
        say = self._kinds.get(kind)
        return say(symbol, after_ns, until_ns) if say else iter(())

    def _trades(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        pair = self._venue.pair(symbol)
        for trade in self._market.trades_between(symbol, after_ns, until_ns):
            yield trade.time_ms * _MILLISECOND_NS, trade_event(symbol, pair, trade)

    def _aggregate_trades(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        for time, event in self._trades(symbol, after_ns, until_ns):
            yield time, aggregate_event(event)

    def _best(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        pair = self._venue.pair(symbol)
        for instant in thinned(instants(after_ns, until_ns, STEP_NS), _MOST_BOOK_STEPS):
            book = self._books.book(symbol, instant // STEP_NS)
            before = self._books.book(symbol, instant // STEP_NS - 1)
            touch = [book.best_bid, book.best_ask]
            if touch != [before.best_bid, before.best_ask]:
                texts = [text for level in level_texts(pair, touch) for text in level]
                yield instant, {"u": book.update_id, "s": symbol} | dict(zip("bBaA", texts, strict=True))

    def _changes(self, symbol: str, after_ns: int, until_ns: int, *, every: int) -> Said:
        pair = self._venue.pair(symbol)
        before = after_ns // (STEP_NS * every) * every
        for instant in thinned(instants(after_ns, until_ns, STEP_NS * every), _MOST_BOOK_STEPS):
            change = self._books.change(symbol, before, instant // STEP_NS)
            before = instant // STEP_NS
            head = {"e": "depthUpdate", "E": instant // _MILLISECOND_NS, "s": symbol, "U": change.first_id, "u": change.last_id}
            yield instant, head | {"b": level_texts(pair, change.bids), "a": level_texts(pair, change.asks)}

    def _tickers(self, symbol: str, after_ns: int, until_ns: int, *, is_mini: bool) -> Said:
        for instant in thinned(instants(after_ns, until_ns, _SECOND_NS), _MOST_SECONDS):
            fields = self._venue.day_ticker(symbol, instant)
            yield instant, ticker_event(fields, instant // _MILLISECOND_NS, is_mini=is_mini)

    def _klines(self, symbol: str, after_ns: int, until_ns: int, interval: str) -> Said:
        window = KlineWindow(interval=interval, limit=1)
        for instant, is_final in kline_instants(after_ns, until_ns, interval):
            known = instant - 1 if is_final else instant
            row = self._venue.klines(symbol, window, known)[-1]
            last = self._market.last_trade(symbol, known).trade_id
            yield instant, kline_event(interval, symbol, row, instant // _MILLISECOND_NS, last_id=last, is_final=is_final)
