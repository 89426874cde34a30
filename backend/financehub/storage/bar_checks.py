"""Which bars may be stored: the others come back with the reason."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from financehub.market.bar import Bar, Interval
from financehub.storage.price_scales import LARGEST

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MONDAY = 4 * 86_400  # the first Monday after the epoch


class RejectedBar(Struct, frozen=True):
    bar: Bar
    reason: str


class CheckedBars(Struct, frozen=True):
    """Bars that may be stored, as columns in the order given: start in seconds, prices (open, high, low, close), volume, finality."""

    bars: Sequence[Bar]
    times: NDArray[np.int64]
    prices: NDArray[np.float64]
    volumes: NDArray[np.float64]
    is_final: NDArray[np.bool_]


def bucket_offset(interval: Interval) -> int:
    """Return where buckets are counted from, in seconds since the epoch: weeks start on Monday."""
    return MONDAY if interval is Interval.W1 else 0


def check_bars(symbol: str, interval: Interval, bars: Sequence[Bar]) -> tuple[CheckedBars, list[RejectedBar]]:
    """Return the bars that may be stored and the others, each with the first reason found."""
    seconds = np.array([bar.time.timestamp() if bar.time.tzinfo else math.nan for bar in bars], dtype=np.float64)
    is_named = np.array([bar.symbol == symbol and bar.interval is interval for bar in bars], dtype=np.bool_)
    columns = [[getattr(bar, name) for bar in bars] for name in ("open", "high", "low", "close", "volume")]
    values = np.array(columns, dtype=np.float64).T.reshape(-1, 5)
    is_good = is_named & ((seconds - bucket_offset(interval)) % interval.seconds == 0) & _are_plausible(values)
    rejected: list[RejectedBar] = []
    if not is_good.all():
        rejected = [
            RejectedBar(bars[i], _why_misplaced(symbol, interval, bars[i]) or _why_implausible(values[i]))
            for i in np.flatnonzero(~is_good).tolist()
        ]
        bars = [bars[i] for i in np.flatnonzero(is_good).tolist()]
        values, seconds = values[is_good], seconds[is_good]
    return CheckedBars(
        bars=bars,
        times=seconds.astype(np.int64),
        prices=values[:, :4],
        volumes=values[:, 4],
        is_final=np.array([bar.is_final for bar in bars], dtype=np.bool_),
    ), rejected


def _why_misplaced(symbol: str, interval: Interval, bar: Bar) -> str:
    if bar.symbol != symbol:
        return f"is a bar of {bar.symbol}, not of {symbol}"
    if bar.interval is not interval:
        return f"is a bar of {bar.interval}, not of {interval}"
    if bar.time.tzinfo is None:
        return f"time {bar.time.isoformat()} has no time zone"
    if (bar.time.timestamp() - bucket_offset(interval)) % interval.seconds:
        return f"time {bar.time.isoformat()} is not the start of a bucket of {interval}"
    return ""


def _are_plausible(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    prices, volume = values[:, :4], values[:, 4]
    opens, highs, lows, closes = prices.T
    with np.errstate(invalid="ignore"):
        is_ordered = (lows <= np.minimum(opens, closes)) & (np.maximum(opens, closes) <= highs)
        is_sized = (lows > 0) & (volume >= 0) & (values.max(axis=1, initial=0.0) < LARGEST)
    good: NDArray[np.bool_] = is_ordered & is_sized
    return good


def _why_implausible(values: NDArray[np.float64]) -> str:
    opened, high, low, close, volume = values.tolist()
    shown = f"open {opened}, high {high}, low {low}, close {close}, volume {volume}"
    if not np.isfinite(values).all():
        return f"holds something that is not a number: {shown}"
    if min(opened, high, low, close) <= 0:
        return f"has a price that is not above 0: {shown}"
    if volume < 0:
        return f"has a negative volume: {shown}"
    if values.max() >= LARGEST:
        return f"is too large to be exact: {shown}"
    return f"contradicts itself: {shown}"
