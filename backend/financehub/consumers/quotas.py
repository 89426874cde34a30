"""How much one socket may ask for."""

from collections.abc import Callable

from financehub import clock
from financehub.errors import QuotaExceeded

MAX_TOPICS = 200
MESSAGES_PER_MINUTE = 500
PATIENCE = 3
"""A client that goes on to this many times the limit within a minute is cut off."""


class MessageQuota:
    """Count messages in minutes that begin with their first message."""

    def __init__(self, limit: int = MESSAGES_PER_MINUTE, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._limit = limit
        self._monotonic = monotonic
        self._began = float("-inf")
        self._count = 0

    @property
    def is_abused(self) -> bool:
        return self._count > PATIENCE * self._limit

    def take(self) -> None:
        """Count one message. Raises QuotaExceeded, saying when the next minute begins."""
        now = self._monotonic()
        if now - self._began >= 60:
            self._began, self._count = now, 0
        self._count += 1
        if self._count > self._limit:
            retry_after = round(self._began + 60 - now, 1)
            raise QuotaExceeded(f"a socket may send {self._limit} messages a minute", retry_after=retry_after, limit=self._limit)


def check_topics(watched: int, added: int) -> None:
    """Raise QuotaExceeded where a socket would watch too many topics."""
    if watched + added > MAX_TOPICS:
        raise QuotaExceeded(
            f"a socket may watch {MAX_TOPICS} topics; it watches {watched} and asked for {added} more",
            retry_after=0.0,
            limit=MAX_TOPICS,
            watched=watched,
        )
