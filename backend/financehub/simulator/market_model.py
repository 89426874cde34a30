"""The simulated market: a pure function of a seed and a time.

Every question names the time it is asked at and is answered with what was known then: the running minute holds the trades up
to that time, nothing of the future shows.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

import numpy as np
from msgspec import Struct

from financehub.errors import NotFound
from financehub.simulator.minute_paths import MinuteTrades, SessionMinutes, SessionShape, build_session, build_trades
from financehub.simulator.price_paths import DailyPath, MarketFactors, build_daily_path
from financehub.simulator.seeded_noise import Integers, mix, name_key
from financehub.simulator.sessions import FIRST_DAY, LAST_DAY, MINUTES_A_DAY
from financehub.simulator.universe import SimulatedInstrument, load_universe

NANOSECONDS_A_MINUTE = 60_000_000_000
NANOSECONDS_A_MILLISECOND = 1_000_000
_SESSIONS_KEPT = 420  # a screen of sparklines and the last day of every coin; some 90 KB each
_MINUTES_KEPT = 2_000

Kept = TypeVar("Kept")


class BarColumns(Struct, frozen=True):
    """Bars side by side: `start` in minutes since 1970, prices in ticks, volume in lots, `trades` a count."""

    start: Integers
    open: Integers
    high: Integers
    low: Integers
    close: Integers
    volume: Integers
    trades: Integers

    def __len__(self) -> int:
        return int(self.start.size)

    def slice(self, first: int | None, last: int | None) -> "BarColumns":
        return BarColumns(*(column[first:last] for column in self.columns()))

    def columns(self) -> tuple[Integers, ...]:
        return (self.start, self.open, self.high, self.low, self.close, self.volume, self.trades)


class Execution(Struct, frozen=True):
    """One execution: price in ticks, `is_sell` where the aggressor sold."""

    price: int
    lots: int
    is_sell: bool
    time_ms: int
    trade_id: int


class _Kept:
    """A bounded memory of what was computed; the least recently asked goes first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        if key in self._values:
            self._values.move_to_end(key)
            return self._values[key]  # type: ignore[return-value]  # a key always holds what its own `make` returned
        value = make()
        self._values[key] = value
        if len(self._values) > self._limit:
            self._values.popitem(last=False)
        return value


def join_bars(parts: list[BarColumns]) -> BarColumns:
    """Return the bars of `parts` one after the other."""
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return BarColumns(*([empty] * 7))
    return BarColumns(*(np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True)))


class SeededMarket:
    """Answer for any instrument and any moment from 2015-01-02 to 2032-12-31."""

    def __init__(self, seed: int = 7) -> None:
        self.seed = seed
        self.instruments = load_universe()
        self._factors = MarketFactors(seed)
        self._paths: dict[str, DailyPath] = {}
        self._sessions = _Kept(_SESSIONS_KEPT)
        self._minutes = _Kept(_MINUTES_KEPT)

    def covers(self, now_ns: int) -> bool:
        """Return whether the market exists at `now_ns`: from 2015-01-02 to 2032-12-31."""
        return FIRST_DAY <= now_ns // NANOSECONDS_A_MINUTE // MINUTES_A_DAY <= LAST_DAY

    def instrument(self, symbol: str) -> SimulatedInstrument:
        """Return the instrument called `symbol`; raises NotFound."""
        found = self.instruments.get(symbol)
        if found is None:
            raise NotFound(f"the simulated market has no {symbol!r}", symbol=symbol)
        return found

    def path(self, symbol: str) -> DailyPath:
        """Return the instrument's daily path, drawn at the first asking."""
        if symbol not in self._paths:
            self._paths[symbol] = build_daily_path(self.instrument(symbol), self.instruments, self._factors)
        return self._paths[symbol]

    def session(self, symbol: str, index: int) -> SessionMinutes:
        """Return the minutes of the instrument's session number `index`."""
        return self._sessions.get((symbol, index), lambda: self._build_session(symbol, index))

    def trades_of_minute(self, symbol: str, index: int, row: int) -> MinuteTrades:
        """Return the executions of minute `row` of session `index`."""
        return self._minutes.get((symbol, index, row), lambda: self._build_trades(symbol, index, row))

    def minute_bars(self, symbol: str, start: int, end: int, now_ns: int) -> BarColumns:
        """Return the one-minute bars with start ≤ minute < end that had begun by `now_ns`; the last may still run."""
        running = now_ns // NANOSECONDS_A_MINUTE
        calendar = self.path(symbol).calendar
        first, last = max(0, calendar.last_opened(start)), calendar.last_opened(min(end - 1, running))
        parts = [self._session_bars(symbol, index, start, min(end, running)) for index in range(first, last + 1)]
        if start <= running < end:
            parts += self._running_bar(symbol, now_ns)
        return join_bars(parts)

    def daily_bars(self, symbol: str, first_day: int, last_day: int, now_ns: int) -> BarColumns:
        """Return the bars of the sessions from `first_day` to `last_day` that had begun; `start` is the session's open."""
        path, now_minute = self.path(symbol), now_ns // NANOSECONDS_A_MINUTE
        calendar = path.calendar
        first = int(np.searchsorted(calendar.days, first_day))
        newest = calendar.last_opened(now_minute)
        last = min(calendar.last_by_day(last_day), newest)
        if last < first:
            return join_bars([])
        is_running = last == newest and now_minute < int(calendar.opens[last] + calendar.lengths[last])
        parts = [self._whole_days(symbol, path, first, last - is_running + 1)]
        if is_running:
            opened = int(calendar.opens[last])
            parts.append(fold_bars(self.minute_bars(symbol, opened, now_minute + 1, now_ns), np.array([0])))
        return join_bars(parts)

    def last_trade(self, symbol: str, now_ns: int) -> Execution:
        """Return the latest execution by `now_ns`; raises NotFound before the first one."""
        index = self.path(symbol).calendar.last_opened(now_ns // NANOSECONDS_A_MINUTE)
        while index >= 0:
            bars = self.session(symbol, index)
            row = min(int(now_ns // NANOSECONDS_A_MINUTE - bars.minute[0]), bars.minute.size - 1)
            for each in (row, row - 1):
                found = self._last_of_minute(symbol, index, each, now_ns) if each >= 0 else None
                if found:
                    return found
            index -= 1
        raise NotFound(f"{symbol} had not traded yet", symbol=symbol)

    def trades_between(self, symbol: str, after_ns: int, until_ns: int) -> Iterator[Execution]:
        """Yield the executions with after < time ≤ until, in order."""
        calendar = self.path(symbol).calendar
        first_minute, last_minute = after_ns // NANOSECONDS_A_MINUTE, until_ns // NANOSECONDS_A_MINUTE
        for index in range(max(0, calendar.last_opened(first_minute)), calendar.last_opened(last_minute) + 1):
            opened, length = int(calendar.opens[index]), int(calendar.lengths[index])
            for row in range(max(0, first_minute - opened), min(length, last_minute - opened + 1)):
                yield from _executions(self.trades_of_minute(symbol, index, row), after_ns, until_ns)

    def _build_session(self, symbol: str, index: int) -> SessionMinutes:
        path, instrument = self.path(symbol), self.instrument(symbol)
        calendar = path.calendar
        shape = SessionShape(
            first_minute=int(calendar.opens[index]),
            length=int(calendar.lengths[index]),
            open=int(path.open[index]),
            high=int(path.high[index]),
            low=int(path.low[index]),
            close=int(path.close[index]),
            volume=int(path.volume[index]),
            trades=instrument.trades_per_session,
            sigma=float(path.sigma[index]),
            has_edges=instrument.calendar == "nyse",
        )
        return build_session(mix(self.seed, name_key(symbol), 11, index), shape)

    def _build_trades(self, symbol: str, index: int, row: int) -> MinuteTrades:
        first_id = index * self.instrument(symbol).trades_per_session + 1
        return build_trades(mix(self.seed, name_key(symbol), 12, index, row), self.session(symbol, index), row, first_id)

    def _session_bars(self, symbol: str, index: int, start: int, end: int) -> BarColumns:
        bars = self.session(symbol, index)
        first, last = (int(each) for each in np.searchsorted(bars.minute, [start, end]))
        whole = BarColumns(bars.minute, bars.open, bars.high, bars.low, bars.close, bars.volume, bars.trades)
        return whole.slice(first, last)

    def _running_bar(self, symbol: str, now_ns: int) -> list[BarColumns]:
        """Return the minute of `now_ns` from its trades so far: flat at its open while there are none, nothing when closed."""
        minute = now_ns // NANOSECONDS_A_MINUTE
        calendar = self.path(symbol).calendar
        if not calendar.is_open(minute):
            return []
        index = calendar.last_opened(minute)
        row = minute - int(calendar.opens[index])
        trades = self.trades_of_minute(symbol, index, row)
        count = int(np.searchsorted(trades.time, now_ns // NANOSECONDS_A_MILLISECOND, side="right"))
        if not count:
            price = int(self.session(symbol, index).open[row])
            return [BarColumns(*(np.array([value]) for value in (minute, price, price, price, price, 0, 0)))]
        prices, lots = trades.price[:count], trades.lots[:count]
        values = (minute, prices[0], prices.max(), prices.min(), prices[-1], lots.sum(), count)
        return [BarColumns(*(np.array([int(value)]) for value in values))]

    def _whole_days(self, symbol: str, path: DailyPath, first: int, last: int) -> BarColumns:
        part = slice(first, last)
        trades = np.full(max(last - first, 0), self.instrument(symbol).trades_per_session, dtype=np.int64)
        return BarColumns(
            path.calendar.opens[part],
            path.open[part],
            path.high[part],
            path.low[part],
            path.close[part],
            path.volume[part],
            trades,
        )

    def _last_of_minute(self, symbol: str, index: int, row: int, now_ns: int) -> Execution | None:
        trades = self.trades_of_minute(symbol, index, row)
        count = int(np.searchsorted(trades.time, now_ns // NANOSECONDS_A_MILLISECOND, side="right"))
        return _execution(trades, count - 1) if count else None


def _execution(trades: MinuteTrades, at: int) -> Execution:
    return Execution(int(trades.price[at]), int(trades.lots[at]), trades.is_sell[at], int(trades.time[at]), trades.first_id + at)


def _executions(trades: MinuteTrades, after_ns: int, until_ns: int) -> Iterator[Execution]:
    bounds = [after_ns // NANOSECONDS_A_MILLISECOND, until_ns // NANOSECONDS_A_MILLISECOND]
    first, last = (int(each) for each in np.searchsorted(trades.time, bounds, side="right"))
    for at in range(first, last):
        yield _execution(trades, at)


def fold_bars(bars: BarColumns, starts: Integers) -> BarColumns:
    """Return one bar for each run of `bars` that begins at a row of `starts`."""
    if not len(bars):
        return bars
    ends = np.append(starts[1:], len(bars)) - 1
    return BarColumns(
        bars.start[starts],
        bars.open[starts],
        np.maximum.reduceat(bars.high, starts),
        np.minimum.reduceat(bars.low, starts),
        bars.close[ends],
        np.add.reduceat(bars.volume, starts),
        np.add.reduceat(bars.trades, starts),
    )


def fold_by(bars: BarColumns, buckets: Integers) -> BarColumns:
    """Return one bar for each run of equal `buckets`."""
    if not len(bars):
        return bars
    changes = np.flatnonzero(np.diff(buckets)) + 1
    return fold_bars(bars, np.concatenate((np.zeros(1, dtype=np.int64), changes)))
