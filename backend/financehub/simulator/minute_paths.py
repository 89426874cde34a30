"""The minutes of one session and the trades of one minute, filled in between what is already known.

A session's minutes start at its open, end at its close, touch its high and low and add up to its volume; a minute's trades do the
same for the minute. Prices are ticks, volumes lots, so nothing is lost to rounding.
"""

import numpy as np
from msgspec import Struct

from financehub.simulator.seeded_noise import Floats, Integers, generator, share_out

LEAST_TRADES = 4  # open, close and room for both extremes
_BOLDEST = 3.0  # no minute moves further than this many of its standard deviations, but for the trend


class SessionMinutes(Struct, frozen=True, kw_only=True):
    """One-minute bars of a session; `first_trade` is how many trades of the session came before each minute."""

    minute: Integers
    open: Integers
    high: Integers
    low: Integers
    close: Integers
    volume: Integers
    first_trade: Integers
    trades: Integers


class MinuteTrades(Struct, frozen=True, kw_only=True):
    """The executions of one minute, in order: `time` in milliseconds since 1970, `is_sell` where the aggressor sold."""

    first_id: int
    time: Integers
    price: Integers
    lots: Integers
    is_sell: list[bool]


class SessionShape(Struct, frozen=True, kw_only=True):
    """What is known of a session before its minutes are."""

    first_minute: int
    length: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    trades: int
    sigma: float
    has_edges: bool


def build_session(key: int, shape: SessionShape) -> SessionMinutes:
    """Return the minutes of a session under `key`."""
    draws = generator(key)
    busy = _activity(shape)
    path = _path(draws, shape, busy)
    opened, closed = path[:-1], path[1:]
    high, low = _wicks(draws, shape, path, busy)
    weights = busy * np.exp(draws.normal(0.0, 0.45, shape.length))
    trades = LEAST_TRADES + share_out(max(shape.trades - LEAST_TRADES * shape.length, 0), weights)
    volume = trades + share_out(shape.volume - int(trades.sum()), weights) if shape.volume else np.zeros_like(trades)
    return SessionMinutes(
        minute=np.arange(shape.first_minute, shape.first_minute + shape.length, dtype=np.int64),
        open=opened,
        high=high,
        low=low,
        close=closed,
        volume=volume,
        first_trade=np.cumsum(trades) - trades,
        trades=trades,
    )


def _activity(shape: SessionShape) -> Floats:
    """Return how busy each minute is: a U from open to close, or the daily swell of a market that never shuts."""
    if shape.has_edges:
        place = np.linspace(-1.0, 1.0, shape.length)
        curve: Floats = 0.55 + 1.7 * place**4 + 0.5 * place**2
        return curve
    hour = (np.arange(shape.first_minute, shape.first_minute + shape.length) % 1440) / 60
    swell: Floats = 1.0 + 0.45 * np.sin((hour - 9.0) / 24 * 2 * np.pi) + 0.12 * np.cos(hour * 2 * np.pi)
    return swell


def _path(draws: np.random.Generator, shape: SessionShape, busy: Floats) -> Integers:
    """Return length + 1 prices from open to close that touch high and low and stay within them.

    They wander about straight lines between those four, and are folded back where they would pass high or low: no minute has to jump
    to reach an extreme.
    """
    turns, levels = _turns(draws, shape, busy)
    passed = np.concatenate(([0.0], np.cumsum(busy) / busy.sum()))
    steps = np.clip(draws.standard_normal(shape.length), -_BOLDEST, _BOLDEST) * np.sqrt(busy / busy.sum())
    walk = np.concatenate(([0.0], np.cumsum(steps)))
    at = passed[turns]
    bent = (walk - np.interp(passed, at, walk[turns])) * shape.sigma * shape.open
    path = np.rint(_folded(np.interp(passed, at, levels) + bent, shape.low, shape.high)).astype(np.int64)
    path[turns] = levels
    return path


def _turns(draws: np.random.Generator, shape: SessionShape, busy: Floats) -> tuple[Integers, Integers]:
    """Return where the path is at open, at the one extreme, at the other and at close, and these prices.

    Each leg takes a share of the day's activity like its length, so that no leg is steep; the way with less to go is the likelier.
    """
    odds = 0.5 + 0.45 * np.tanh(3 * (shape.close - shape.open) / max(shape.high - shape.low, 1))
    extremes = (shape.low, shape.high) if draws.random() < odds else (shape.high, shape.low)
    levels = np.array([shape.open, *extremes, shape.close], dtype=np.int64)
    legs = np.abs(np.diff(levels)) * np.exp(np.clip(draws.normal(0.0, 0.3, 3), -0.6, 0.6))
    shares = np.cumsum(legs)[:2] / max(float(legs.sum()), 1.0)
    passed = np.concatenate(([0.0], np.cumsum(busy) / busy.sum()))
    first, second = np.rint(np.interp(shares, passed, np.arange(shape.length + 1))).astype(np.int64).tolist()
    first = min(max(first, int(levels[1] != levels[0])), shape.length - 2)
    second = max(min(second, shape.length - int(levels[2] != levels[3])), first + 1)
    return np.array([0, first, second, shape.length], dtype=np.int64), levels


def _folded(price: Floats, low: int, high: int) -> Floats:
    """Return prices mirrored at low and high, as often as it takes, so that steps only ever become smaller."""
    span = high - low
    if not span:
        return np.full_like(price, low)
    folded: Floats = low + span - np.abs((price - low) % (2 * span) - span)
    return folded


def _wicks(draws: np.random.Generator, shape: SessionShape, path: Integers, busy: Floats) -> tuple[Integers, Integers]:
    """Return how far each minute reached above and below where it began and ended: about as far as it moves."""
    top, bottom = np.maximum(path[:-1], path[1:]), np.minimum(path[:-1], path[1:])
    scale = shape.open * shape.sigma * np.sqrt(busy / busy.sum()) * 0.5
    reach = np.minimum(np.abs(draws.standard_normal((2, shape.length))), _BOLDEST) * scale
    high = np.minimum(top + np.rint(reach[0]).astype(np.int64), shape.high)
    low = np.maximum(bottom - np.rint(reach[1]).astype(np.int64), shape.low)
    return high, low


def build_trades(key: int, bars: SessionMinutes, row: int, first_id: int) -> MinuteTrades:
    """Return the executions of minute `row` of a session whose first trade has the id `first_id`."""
    draws = generator(key)
    count, volume = int(bars.trades[row]), int(bars.volume[row])
    offsets = np.sort(draws.integers(0, 60_000, count))
    price = _trade_prices(draws, bars, row, count)
    weights = np.exp(draws.normal(0.0, 1.1, count))
    lots = 1 + share_out(volume - count, weights) if volume else np.zeros(count, dtype=np.int64)
    coins = draws.integers(0, 2, count)
    falls = np.diff(price, prepend=price[0])
    return MinuteTrades(
        first_id=first_id + int(bars.first_trade[row]),
        time=int(bars.minute[row]) * 60_000 + offsets,
        price=price,
        lots=lots,
        is_sell=((falls < 0) | ((falls == 0) & (coins == 1))).tolist(),
    )


def _trade_prices(draws: np.random.Generator, bars: SessionMinutes, row: int, count: int) -> Integers:
    """Return prices that begin at open, end at close and visit high and low on the way."""
    high, low = int(bars.high[row]), int(bars.low[row])
    first, second = np.sort(draws.choice(np.arange(1, count - 1), size=2, replace=False)).tolist()
    turns = (high, low) if draws.integers(0, 2) else (low, high)
    pivots = [int(bars.open[row]), *turns, int(bars.close[row])]
    line = np.interp(np.arange(count), [0, first, second, count - 1], pivots)
    shaken = line + draws.normal(0.0, 1.0, count) * (high - low) * 0.06
    price = np.clip(np.rint(shaken).astype(np.int64), low, high)
    price[[0, first, second, count - 1]] = pivots
    return price
