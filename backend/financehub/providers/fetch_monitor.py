"""What the fetcher tells of each attempt; nothing in it is a secret."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct


class FetchRecord(Struct, frozen=True, kw_only=True):
    """One attempt: `outcome` is "ok" or the code of the error; `status` is None where nothing came; `size` in bytes of the body."""

    provider: str
    endpoint: str
    at: datetime
    attempt: int
    outcome: str
    reason: str = ""
    status: int | None = None
    milliseconds: float = 0.0
    size: int = 0
    cost: int = 1


class FetchMonitor(Protocol):
    """Whoever wants to know how the sources do."""

    def record_fetch(self, record: FetchRecord) -> None:
        """Take note of one attempt; must not block and must not raise."""
        ...


class SilentMonitor:
    """Nobody wants to know: for a command that asks once and ends."""

    def record_fetch(self, record: FetchRecord) -> None:
        """Take no note."""
