"""Read what a source sent: every way in which a body can be wrong becomes BadPayload, and nothing else."""

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from financehub import clock
from financehub.errors import BadPayload

Payload = TypeVar("Payload")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_EARLIEST_US, _LATEST_US = (clock.to_ns(moment) // 1_000 for moment in (_EARLIEST, _LATEST))
_INFINITY = math.inf


def decode_payload(source: str, payload: bytes, decoder: msgspec.json.Decoder[Payload]) -> Payload:
    """Return the decoded body. Raises BadPayload for what is not JSON or not of the promised shape."""
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadPayload(f"{source} sent a body that cannot be read: {_first_line(error)}", source=source) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def read_number(source: str, name: str, value: Any) -> float:
    """Return the float that a JSON number or its text states, exactly rounded; raises BadPayload unless it is finite."""
    if type(value) is float and -_INFINITY < value < _INFINITY:  # decoded as one already: the hot path of streams
        return value
    try:
        number = float(value) if isinstance(value, (int, float)) or _is_plain(value) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or isinstance(value, bool):
        raise BadPayload(f"{source} sent {name} = {str(value)[:40]!r}, which is not a number", source=source)
    return number


def _is_plain(value: Any) -> bool:
    """Return whether a text may be a decimal number: `float` by itself takes "1_000", " 1" and digits of other scripts."""
    return isinstance(value, str) and value.isascii() and not any(char in value for char in "_ \t\n\r\v\f")


def read_price(source: str, name: str, value: Any) -> float:
    """Return a price; raises BadPayload unless it is finite and above 0."""
    number = read_number(source, name, value)
    if number <= 0:
        raise BadPayload(f"{source} sent {name} = {number}, and a price is above 0", source=source)
    return number


def read_amount(source: str, name: str, value: Any) -> float:
    """Return a quantity or volume; raises BadPayload unless it is finite and not below 0."""
    number = read_number(source, name, value)
    if number < 0:
        raise BadPayload(f"{source} sent {name} = {number}, and an amount is not below 0", source=source)
    return number


def require_order(source: str, low: float | None, high: float | None) -> None:
    """Raise BadPayload where a high lies below its low."""
    if low is not None and high is not None and high < low:
        raise BadPayload(f"{source} sent a high of {high} below its low of {low}", source=source)


def read_milliseconds(source: str, value: int) -> datetime:
    """Return the aware UTC time of `value` milliseconds since the epoch; raises BadPayload for a year that cannot be."""
    return _plausible(source, value, 1_000)


def read_seconds(source: str, value: int) -> datetime:
    """Return the aware UTC time of `value` seconds since the epoch; raises BadPayload for a year that cannot be."""
    return _plausible(source, value, 1_000_000)


def _plausible(source: str, value: int, microseconds: int) -> datetime:
    if _EARLIEST_US <= value * microseconds <= _LATEST_US:
        return _EPOCH + timedelta(0, 0, value * microseconds)
    raise BadPayload(f"{source} sent a time that cannot be: {str(value)[:40]}", source=source)


def read_day(source: str, text: str) -> date:
    """Return the day that "2026-01-31" states; raises BadPayload for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadPayload(f"{source} sent a day that is none: {text[:40]!r}", source=source) from None


def read_moment(source: str, text: str) -> datetime:
    """Return the UTC time that "2026-01-31T12:00:00.000Z" states; raises BadPayload for anything else or without an offset."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and _EARLIEST <= moment <= _LATEST:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadPayload(f"{source} sent a time that is none: {text[:40]!r}", source=source)


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the time zone of that name, None where the name is none or the machine has no list of zones."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
