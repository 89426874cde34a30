"""A recording served as a venue: what was recorded, when it was recorded, and nothing that had not happened yet."""

from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from financehub.simulator.binance_shapes import (
    DayWindow,
    aggregate_event,
    kline_event,
    kline_rows,
    ticker_event,
    ticker_fields,
    trade_event,
    trade_fields,
)
from financehub.simulator.kline_intervals import is_interval, minutes_of, window_minutes
from financehub.simulator.market_model import Execution
from financehub.simulator.replay_books import ReplayBook
from financehub.simulator.replay_recording import (
    RecordedChange,
    RecordedKline,
    RecordedSnapshot,
    RecordedTouch,
    Recording,
    load_recording,
)
from financehub.simulator.replay_tape import ReplayTape, decimals_of, units_of
from financehub.simulator.seeded_frames import instants, kline_instants, thinned
from financehub.simulator.venue_source import KlineRow, KlineWindow, ListedPair, StreamFrame, UnknownPair

_MINUTE_MS = 60_000
_MILLISECOND_NS = 1_000_000
_SECOND_NS = 1_000_000_000
_QUOTES = ("USDT", "FDUSD", "USDC", "BUSD", "TUSD", "DAI", "BTC", "ETH", "BNB", "EUR", "GBP", "TRY", "BRL", "USD")
_ROW_FIELDS = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")
_TOLD_SECONDS = 5
_LEVELS_LOOKED_AT = 50
_touch_decoder = msgspec.json.Decoder(RecordedTouch)


def split_pair(symbol: str) -> tuple[str, str]:
    """Return base and quote of a pair's name, by the longest quote currency it ends with."""
    ends = [quote for quote in _QUOTES if symbol.endswith(quote) and symbol != quote]
    quote = max(ends, key=len, default="")
    return symbol.removesuffix(quote), quote


class ReplayedPair:
    """One pair of a recording."""

    def __init__(self, symbol: str, recording: Recording) -> None:
        trades = [each for each in recording.trades if each[1].symbol == symbol]
        changes = [each for each in recording.changes if each[1].symbol == symbol]
        ids = [(change.first_id, change.last_id) for _, change in changes]
        is_alone = len({change.symbol for _, change in recording.changes}) <= 1
        snapshots = [each for each in recording.snapshots if is_alone or _bridges(each[1].update_id, ids)]
        books: list[RecordedSnapshot | RecordedChange] = [book for _, book in snapshots[:1]]
        books += [change for _, change in changes[:_LEVELS_LOOKED_AT]]
        levels = [level for book in books for level in (*book.bids, *book.asks)]
        prices = [price for price, _ in levels] + [trade.price for _, trade in trades]
        lots = [size for _, size in levels] + [trade.quantity for _, trade in trades]
        base, quote = split_pair(symbol)
        self.listing = ListedPair(
            symbol=symbol, base=base, quote=quote, price_decimals=decimals_of(prices), lot_decimals=decimals_of(lots)
        )
        self.book = ReplayBook(snapshots, changes)
        self.tape = ReplayTape(trades, self.listing.price_decimals, self.listing.lot_decimals)
        self.klines = [each for each in recording.klines if each[1].symbol == symbol]
        self._touches = recording.touches.get(symbol, [])
        self._touch_times = [frame.time_ns for frame in self._touches]

    def touch(self, now_ns: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return best bid and ask: the last recorded ones, else the book's, else zeros."""
        price, lots = self.listing.price_decimals, self.listing.lot_decimals
        seen = bisect_right(self._touch_times, now_ns)
        if seen:
            best = _touch_decoder.decode(self._touches[seen - 1].data)
            bid, ask = (best.bid, best.bid_quantity), (best.ask, best.ask_quantity)
        else:
            self.book.move_to(now_ns)
            bids, asks = self.book.bids(1), self.book.asks(1)
            bid, ask = (bids or [("0", "0")])[0], (asks or [("0", "0")])[0]
        return (units_of(bid[0], price), units_of(bid[1], lots)), (units_of(ask[0], price), units_of(ask[1], lots))


def _middle(bid: int, ask: int) -> int:
    """Return the price between two, the one there is, or one tick where nothing is known yet."""
    return (bid + ask) // 2 if bid and ask else bid or ask or 1


def _bridges(update_id: int, ids: list[tuple[int, int]]) -> bool:
    return bool(ids) and ids[0][0] - 1 <= update_id <= ids[-1][1]


class ReplaySource:
    """Serve the recording in `path`; raises BadRecording. Times are those at which its frames were received."""

    def __init__(self, path: Path) -> None:
        recording = load_recording(path)
        self.path = path
        self.start_ns = recording.start_ns
        self.end_ns = recording.end_ns
        self._frames = recording.frames
        self._times = [frame.time_ns for frame in recording.frames]
        self._recorded = {frame.stream for frame in recording.frames}
        self.symbols = sorted({stream.partition("@")[0].upper() for stream in self._recorded if "@" in stream})
        self._pairs = {symbol: ReplayedPair(symbol, recording) for symbol in self.symbols}

    def is_finished(self, now_ns: int) -> bool:
        """Return whether the last frame has been told."""
        return now_ns >= self.end_ns

    def pair(self, symbol: str) -> ReplayedPair:
        """Return the pair; raises UnknownPair."""
        if symbol not in self._pairs:
            raise UnknownPair(symbol)
        return self._pairs[symbol]

    def pairs(self) -> list[ListedPair]:
        return [pair.listing for pair in self._pairs.values()]

    def klines(self, symbol: str, window: KlineWindow, now_ns: int) -> list[KlineRow]:
        pair = self.pair(symbol)
        running = max(now_ns // _MILLISECOND_NS, self._newest_trade_ms(pair, now_ns)) // _MINUTE_MS
        span = window_minutes(window, running, self._oldest_minute(pair, window.interval, now_ns))
        recorded = _recorded_rows(pair.klines, window.interval, span, now_ns)
        if recorded:
            return recorded[: window.limit]
        bars, paid, _ = pair.tape.bars(window.interval, span, now_ns)
        return kline_rows(pair.listing, bars, paid, minutes_of(window.interval))

    def _oldest_minute(self, pair: ReplayedPair, interval: str, now_ns: int) -> int:
        """Return the minute of the first thing recorded by `now_ns`, 0 where there is none yet."""
        starts = [int(each.kline["t"]) for time_ns, each in pair.klines if time_ns <= now_ns and each.kline["i"] == interval]
        if pair.tape.count_at(now_ns):
            starts.append(pair.tape.executions(0, 1)[0].time_ms)
        return min(starts, default=0) // _MINUTE_MS

    def _newest_trade_ms(self, pair: ReplayedPair, now_ns: int) -> int:
        """Return the newest execution's own time: the venue's clock may run ahead of the recorder's."""
        count = pair.tape.count_at(now_ns)
        return pair.tape.executions(count - 1, count)[0].time_ms if count else 0

    def day_ticker(self, symbol: str, now_ns: int) -> dict[str, Any]:
        """Return the ticker of what was recorded so far; before the first trade it stands at the middle of the book."""
        pair = self.pair(symbol)
        count = pair.tape.count_at(now_ns)
        bid, ask = pair.touch(now_ns)
        middle = _middle(bid[0], ask[0])
        prices = pair.tape.price[:count]
        last = Execution(middle, 0, False, now_ns // _MILLISECOND_NS, 0)
        day = DayWindow(
            open=int(prices[0]) if count else middle,
            high=int(prices.max()) if count else middle,
            low=int(prices.min()) if count else middle,
            volume=int(pair.tape.lots[:count].sum()),
            value=pair.tape.paid(count),
            count=count,
            last=pair.tape.executions(count - 1, count)[0] if count else last,
            bid=bid,
            ask=ask,
            open_time=self.start_ns // _MILLISECOND_NS,
            close_time=now_ns // _MILLISECOND_NS,
        )
        return ticker_fields(symbol, pair.listing, day)

    def depth(self, symbol: str, limit: int, now_ns: int) -> dict[str, Any]:
        book = self.pair(symbol).book
        book.move_to(now_ns)
        return {"lastUpdateId": book.update_id, "bids": book.bids(limit), "asks": book.asks(limit)}

    def trades(self, symbol: str, limit: int, now_ns: int) -> list[dict[str, Any]]:
        pair = self.pair(symbol)
        count = pair.tape.count_at(now_ns)
        return [trade_fields(pair.listing, each) for each in pair.tape.executions(count - limit, count)]

    def frames(self, streams: Iterable[str], after_ns: int, until_ns: int) -> list[StreamFrame]:
        """Return recorded frames as they were, and what the streams that were not recorded would have said."""
        until_ns = min(until_ns, self.end_ns)
        told_as: dict[str, list[str]] = {}
        found: list[StreamFrame] = []
        for stream in streams:
            source = self._recorded_name(stream)
            if source:
                told_as.setdefault(source, []).append(stream)
            else:
                found += self._derived(stream, after_ns, until_ns)
        first, last = bisect_right(self._times, after_ns), bisect_right(self._times, until_ns)
        recorded = (frame for frame in self._frames[first:last] if frame.stream in told_as)
        found += [StreamFrame(frame.time_ns, name, frame.data) for frame in recorded for name in told_as[frame.stream]]
        return sorted(found, key=lambda frame: frame.time_ns)

    def _recorded_name(self, stream: str) -> str | None:
        """Return the recorded stream that is `stream`; changes of the book count as one, however often they were sent."""
        if stream in self._recorded:
            return stream
        name, _, kind = stream.partition("@")
        if kind.startswith("depth"):
            return next((each for each in sorted(self._recorded) if each.startswith(f"{name}@depth")), None)
        return None

    def _derived(self, stream: str, after_ns: int, until_ns: int) -> list[StreamFrame]:
        name, _, kind = stream.partition("@")
        pair = self._pairs.get(name.upper())
        if pair is None:
            return []
        if kind in {"trade", "aggTrade"}:
            return self._derived_trades(stream, pair, after_ns, until_ns)
        seconds = thinned(instants(after_ns, until_ns, _SECOND_NS), _TOLD_SECONDS)
        if kind in {"ticker", "miniTicker"}:
            return [self._ticker_frame(stream, name.upper(), each, is_mini=kind == "miniTicker") for each in seconds]
        interval = kind.removeprefix("kline_")
        if kind.startswith("kline_") and is_interval(interval):
            return self._derived_klines(stream, interval, after_ns, until_ns)
        return []

    def _ticker_frame(self, stream: str, symbol: str, at_ns: int, *, is_mini: bool) -> StreamFrame:
        event = ticker_event(self.day_ticker(symbol, at_ns), at_ns // _MILLISECOND_NS, is_mini=is_mini)
        return StreamFrame(at_ns, stream, msgspec.json.encode(event))

    def _derived_trades(self, stream: str, pair: ReplayedPair, after_ns: int, until_ns: int) -> list[StreamFrame]:
        is_single = stream.endswith("@trade")
        found = []
        for time_ns, execution in pair.tape.received(after_ns, until_ns):
            event = trade_event(pair.listing.symbol, pair.listing, execution)
            found.append(StreamFrame(time_ns, stream, msgspec.json.encode(event if is_single else aggregate_event(event))))
        return found

    def _derived_klines(self, stream: str, interval: str, after_ns: int, until_ns: int) -> list[StreamFrame]:
        """Return the running bar every second, and each bar once more when a later one has begun."""
        symbol = stream.partition("@")[0].upper()
        pair, found = self._pairs[symbol], []
        before = self._told_bars(pair, interval, after_ns - after_ns % _SECOND_NS)  # as last told: a bar may have begun since
        for instant, _ in kline_instants(after_ns, until_ns, interval):
            bars = self._told_bars(pair, interval, instant)
            closed = [row for row in bars[:-1] if before and row[0][0] >= before[-1][0][0]]
            for (row, last_id), is_final in [*((each, True) for each in closed), *((each, False) for each in bars[-1:])]:
                event = kline_event(interval, symbol, row, instant // _MILLISECOND_NS, last_id=last_id, is_final=is_final)
                found.append(StreamFrame(instant, stream, msgspec.json.encode(event)))
            before = bars
        return found

    def _told_bars(self, pair: ReplayedPair, interval: str, at_ns: int) -> list[tuple[KlineRow, int]]:
        """Return the last bars at `at_ns`, each with the id of its last trade."""
        newest = self._newest_trade_ms(pair, at_ns) // _MINUTE_MS
        span = window_minutes(KlineWindow(interval=interval, limit=3), newest)
        bars, paid, last_ids = pair.tape.bars(interval, span, at_ns)
        return list(zip(kline_rows(pair.listing, bars, paid, minutes_of(interval)), last_ids, strict=True))


def _recorded_rows(klines: list[tuple[int, RecordedKline]], interval: str, span: tuple[int, int], now_ns: int) -> list[KlineRow]:
    """Return what the recorded kline frames of `interval` last said of each bar in `span`."""
    rows: dict[int, KlineRow] = {}
    for time_ns, each in klines:
        start = each.kline["t"]
        if (
            time_ns <= now_ns
            and each.kline["i"] == interval
            and isinstance(start, int)
            and span[0] <= start // _MINUTE_MS <= span[1]
        ):
            rows[start] = [each.kline[name] for name in _ROW_FIELDS]
    return [rows[start] for start in sorted(rows)]
