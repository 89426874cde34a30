"""The lengths of a Binance kline and where each begins."""

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
