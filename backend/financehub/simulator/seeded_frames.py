"""What the streams of the seeded market say between two instants."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from financehub.simulator.kline_intervals import bucket_minute, is_interval, minutes_of
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulated_book import STEP_NS, SimulatedBooks
from financehub.simulator.venue_source import KlineRow, StreamFrame, scaled

if TYPE_CHECKING:
    from financehub.simulator.seeded_venue import SeededVenue

_SECOND_NS = 1_000_000_000
_MILLISECOND_NS = 1_000_000
_MOST_STEPS = 30
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

Said = Iterator[tuple[int, dict[str, Any]]]


def ticker_event(fields: dict[str, Any], time_ms: int, *, is_mini: bool = False) -> dict[str, Any]:
    """Return the event of @ticker (or @miniTicker) that says what /ticker/24hr says."""
    names = _MINI_FIELDS if is_mini else tuple(_TICKER_FIELDS)
    head = {"e": "24hrMiniTicker" if is_mini else "24hrTicker", "E": time_ms, "s": fields["symbol"]}
    return head | {name: fields[_TICKER_FIELDS[name]] for name in names}


def kline_event(symbol: str, interval: str, row: KlineRow, time_ms: int, last_id: int, *, is_final: bool) -> dict[str, Any]:
    """Return the event of @kline_<interval> for a row of /klines."""
    names = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")
    kline = dict(zip(names, row, strict=True)) | {"s": symbol, "i": interval, "x": is_final}
    kline |= {"f": last_id - row[8] + 1 if row[8] else -1, "L": last_id if row[8] else -1}
    return {"e": "kline", "E": time_ms, "s": symbol, "k": kline}


def instants(after_ns: int, until_ns: int, step_ns: int) -> range:
    """Return the whole multiples of `step_ns` with after < instant ≤ until."""
    return range((after_ns // step_ns + 1) * step_ns, until_ns + 1, step_ns)


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
            "ticker": self._tickers,
            "miniTicker": self._mini_tickers,
            "depth": lambda symbol, after, until: self._changes(symbol, after, until, 10),
            "depth@1000ms": lambda symbol, after, until: self._changes(symbol, after, until, 10),
            "depth@100ms": lambda symbol, after, until: self._changes(symbol, after, until, 1),
        }

    def between(self, streams: Iterable[str], after_ns: int, until_ns: int) -> list[StreamFrame]:
        """Return the frames of `streams` in the order they are sent; a stream that nobody has says nothing."""
        found = []
        for stream in streams:
            found += [
                StreamFrame(time, stream, msgspec.json.encode(event)) for time, event in self._say(stream, after_ns, until_ns)
            ]
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
            yield (
                trade.time_ms * _MILLISECOND_NS,
                {
                    "e": "trade",
                    "E": trade.time_ms,
                    "s": symbol,
                    "t": trade.trade_id,
                    "p": scaled(trade.price, pair.price_decimals),
                    "q": scaled(trade.lots, pair.lot_decimals),
                    "T": trade.time_ms,
                    "m": trade.is_sell,
                    "M": True,
                },
            )

    def _aggregate_trades(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        for time, event in self._trades(symbol, after_ns, until_ns):
            number = event.pop("t")
            yield time, event | {"e": "aggTrade", "a": number, "f": number, "l": number}

    def _best(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        pair = self._venue.pair(symbol)
        for instant in self._book_instants(after_ns, until_ns, 1):
            book = self._books.book(symbol, instant // STEP_NS)
            before = self._books.book(symbol, instant // STEP_NS - 1)
            touch = (book.best_bid, book.best_ask)
            if touch == (before.best_bid, before.best_ask):
                continue
            texts = [scaled(units, decimals) for side in touch for units, decimals in zip(side, _decimals(pair), strict=True)]
            yield instant, {"u": book.update_id, "s": symbol} | dict(zip("bBaA", texts, strict=True))

    def _changes(self, symbol: str, after_ns: int, until_ns: int, every: int) -> Said:
        price, lots = _decimals(self._venue.pair(symbol))
        before = after_ns // (STEP_NS * every) * every
        for instant in self._book_instants(after_ns, until_ns, every):
            change = self._books.change(symbol, before, instant // STEP_NS)
            before = instant // STEP_NS
            sides = ([[scaled(tick, price), scaled(size, lots)] for tick, size in side] for side in (change.bids, change.asks))
            bids, asks = sides
            head = {"e": "depthUpdate", "E": instant // _MILLISECOND_NS, "s": symbol}
            yield instant, head | {"U": change.first_id, "u": change.last_id, "b": bids, "a": asks}

    def _book_instants(self, after_ns: int, until_ns: int, every: int) -> list[int]:
        """Return when the book speaks; a long stretch (a fast clock) is told in fewer, larger steps that end the same."""
        whole = list(instants(after_ns, until_ns, STEP_NS * every))
        stride = -(-len(whole) // _MOST_STEPS)
        return whole[::-1][::stride][::-1] if stride > 1 else whole

    def _tickers(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        for instant in self._seconds(after_ns, until_ns):
            yield instant, ticker_event(self._venue.day_ticker(symbol, instant), instant // _MILLISECOND_NS)

    def _mini_tickers(self, symbol: str, after_ns: int, until_ns: int) -> Said:
        for instant in self._seconds(after_ns, until_ns):
            yield instant, ticker_event(self._venue.day_ticker(symbol, instant), instant // _MILLISECOND_NS, is_mini=True)

    def _klines(self, symbol: str, after_ns: int, until_ns: int, interval: str) -> Said:
        length = minutes_of(interval) * 60 * _SECOND_NS
        for instant in self._seconds(after_ns, until_ns, {bound for bound in self._bounds(after_ns, until_ns, interval)}):
            minute = instant // (60 * _SECOND_NS)
            is_final = instant == bucket_minute(minute, interval) * 60 * _SECOND_NS
            known = instant - 1 if is_final else instant
            row = self._venue.klines(symbol, interval, None, None, 1, known)[-1]
            if is_final and row[6] != instant // _MILLISECOND_NS - 1:
                continue
            last = self._market.last_trade(symbol, known).trade_id
            yield instant, kline_event(symbol, interval, row, instant // _MILLISECOND_NS, last, is_final=is_final)
        assert length

    def _bounds(self, after_ns: int, until_ns: int, interval: str) -> Iterator[int]:
        minutes = instants(after_ns, until_ns, 60 * _SECOND_NS)
        return (each for each in minutes if bucket_minute(each // (60 * _SECOND_NS), interval) * 60 * _SECOND_NS == each)

    def _seconds(self, after_ns: int, until_ns: int, always: set[int] | None = None) -> list[int]:
        """Return the whole seconds of a stretch, thinned when it is long; the last and those of `always` stay."""
        whole = list(instants(after_ns, until_ns, _SECOND_NS))
        stride = -(-len(whole) // 5)
        thin = whole[::-1][::stride][::-1] if stride > 1 else whole
        return sorted({*thin, *(always or ())})


def _decimals(pair: Any) -> tuple[int, int]:
    return pair.price_decimals, pair.lot_decimals
