"""The lengths of a Binance kline and where each begins."""

from financehub.simulator.venue_source import KlineWindow

_MINUTES = {
    "1m": 1,
    "3m": 3,
    "5m": 5,
    "15m": 15,
    "30m": 30,
    "1h": 60,
    "2h": 120,
    "4h": 240,
    "6h": 360,
    "8h": 480,
    "12h": 720,
    "1d": 1440,
    "1w": 10_080,
}
_MONDAY = 4 * 1440  # 1970-01-05


def is_interval(name: str) -> bool:
    return name in _MINUTES


def minutes_of(interval: str) -> int:
    return _MINUTES[interval]


def bucket_minute(minute: int, interval: str) -> int:
    """Return the first minute of the kline that holds `minute`; weeks begin on Monday."""
    length = _MINUTES[interval]
    offset = _MONDAY if interval == "1w" else 0
    return (minute - offset) // length * length + offset


def window_minutes(window: KlineWindow, running: int, oldest: int = 0) -> tuple[int, int]:
    """Return the first minutes of the first and the last kline of `window` when there are klines from minute `oldest` to `running`.

    A window that begins before there is anything holds the first rows there are, as at Binance.
    """
    length = _MINUTES[window.interval]
    last = running if window.end_ms is None else min(running, window.end_ms // 60_000)
    if window.start_ms is None:
        newest = bucket_minute(last, window.interval)
        return newest - (window.limit - 1) * length, newest
    asked = -(-window.start_ms // 60_000)
    first = max(bucket_minute(asked + length - 1, window.interval), bucket_minute(oldest, window.interval))
    return first, bucket_minute(min(last, first + window.limit * length - 1), window.interval)
