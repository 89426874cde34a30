"""Decide what a status, its headers and the start of its body mean, in the terms of our error tree. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from financehub.errors import FactValue, KeyMissing, KeyRejected, NoAnswer, NotCovered, RateLimited, Retired, SourceError
from financehub.providers.provider import Provider

HEAD_BYTES = 4_096
"""How much of a body is looked at to tell a refusal from an answer."""

_BAN_SECONDS = 120.0
"""The shortest ban that a 418 stands for (Binance: 2 minutes to 3 days) where it does not say how long."""
_REFUSAL_SECONDS = 60.0
"""How long to leave a source alone that refuses us whole (a firewall, a country): asking on makes it worse."""

_WORDS_OF_A_LIMIT = (b"too many requests", b"rate limit", b"rate exceeded", b"threshold exceeded", b"throttl")
_TIMED_OUT = frozenset({408, 425})


def classify_response(
    provider: Provider, status: int, headers: Mapping[str, str], head: bytes, *, now: datetime, has_key: bool
) -> SourceError | None:
    """Return the error that a response stands for, None for an answer to be parsed.

    `headers` have lower-case names; `head` is the start of the body; `now` is wall time, for a `Retry-After` that names a date.
    """
    wait = parse_retry_after(headers.get("retry-after", ""), now)
    error = provider.refusal(status, headers, head) if provider.refusal else None
    if error is None and status in {401, 403, 407}:
        error = _read_denial(provider, status, head, has_key=has_key)
    elif error is None and 200 <= status < 300:
        error = _read_html(provider, status, head) if is_html(headers, head) else None
    elif error is None:
        error = _read_status(provider, status)
    return _with_wait(error, wait) if isinstance(error, RateLimited) else error


def _read_status(provider: Provider, status: int) -> SourceError:
    """Return what a status that is neither a success nor a denial means."""
    facts: dict[str, FactValue] = {"source": provider.id, "http_status": status}
    if status in {418, 429}:
        return _limited(provider, status)
    if status >= 500 or status in _TIMED_OUT or status < 400:
        return NoAnswer(f"{provider.name} answered with status {status}", **facts)
    if status == 410:
        return Retired(f"{provider.name} says that this is gone for good", **facts)
    reason = "not served in this country" if status == 451 else f"status {status}"
    return NotCovered(f"{provider.name} does not give this: {reason}", reason=reason, **facts)


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` asks to wait, given as seconds or as an HTTP date; None where it says nothing."""
    text = text.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def is_html(headers: Mapping[str, str], head: bytes) -> bool:
    """Return whether a page came where data was due."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:100].lower()
    return start.startswith((b"<!doctype html", b"<html")) or (
        "text/html" in headers.get("content-type", "").lower() and not start.startswith((b"{", b"["))
    )


def _limited(provider: Provider, status: int) -> RateLimited:
    how, wait = ("banned us", _BAN_SECONDS) if status == 418 else ("asks us to slow down", None)
    return RateLimited(f"{provider.name} {how} (status {status})", retry_after=wait, source=provider.id, http_status=status)


def _read_html(provider: Provider, status: int, head: bytes) -> SourceError:
    """Tell a page about a limit from any other page."""
    if _speaks_of_a_limit(head):
        return _limited(provider, status)
    return NoAnswer(f"{provider.name} answered with a page instead of data", source=provider.id, http_status=status)


def _read_denial(provider: Provider, status: int, head: bytes, *, has_key: bool) -> SourceError:
    facts: dict[str, FactValue] = {"source": provider.id, "http_status": status}
    if _speaks_of_a_limit(head):
        return _limited(provider, status)
    if has_key:
        return KeyRejected(f"{provider.name} refused the key (status {status})", **facts)
    if provider.key is not None:
        return KeyMissing(f"{provider.name} wants a key (status {status})", **facts)
    if status == 403:
        return RateLimited(f"{provider.name} refuses us (status 403)", retry_after=_REFUSAL_SECONDS, **facts)
    return NotCovered(f"{provider.name} refuses us (status {status})", **facts)


def _speaks_of_a_limit(head: bytes) -> bool:
    return any(words in head.lower() for words in _WORDS_OF_A_LIMIT)


def _with_wait(error: RateLimited, wait: float | None) -> RateLimited:
    """Return the error with the wait that the headers state, where they state one."""
    if wait is None:
        return error
    facts = {name: value for name, value in error.facts.items() if name != "retry_after"}
    return RateLimited(error.message, retry_after=wait, **facts)
