"""Misbehaviour on demand: which faults are ordered, for whom, how often, and when each is used up."""

import random
from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import count
from typing import Any

import msgspec
from msgspec import Struct

from financehub.clock import NANOSECONDS, Clock
from financehub.errors import Invalid, NotFound

PROVIDERS = ("binance", "yahoo_finance", "coingecko", "frankfurter", "sec_edgar")


class FaultKind(StrEnum):
    """What can go wrong, in the order of the issue that asked for it."""

    RATE_LIMITED = "rate_limited"
    BANNED = "banned"
    FORBIDDEN = "forbidden"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    SLOW_DRIP = "slow_drip"
    TRUNCATED = "truncated"
    HTML_PAGE = "html_page"
    SUCCESS_WITH_ERROR = "success_with_error"
    SCHEMA_DRIFT = "schema_drift"
    CLOCK_SKEW = "clock_skew"
    NAN_PRICE = "nan_price"
    WRONG_PRICE = "wrong_price"
    CROSSED_BOOK = "crossed_book"
    SEQUENCE_GAP = "sequence_gap"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    SILENT_SOCKET = "silent_socket"
    CUT = "cut"
    DAY_CLOSE = "day_close"
    SERVER_SHUTDOWN = "server_shutdown"


class Channel(StrEnum):
    """Where a fault can show: in an HTTP answer, in single frames, or in a whole connection."""

    HTTP = "http"
    FRAME = "frame"
    CONNECTION = "connection"


_BOTH = frozenset({Channel.HTTP, Channel.FRAME})
_CHANNELS: dict[FaultKind, frozenset[Channel]] = {
    FaultKind.TRUNCATED: _BOTH,
    FaultKind.SCHEMA_DRIFT: _BOTH,
    FaultKind.CLOCK_SKEW: _BOTH,
    FaultKind.NAN_PRICE: _BOTH,
    FaultKind.WRONG_PRICE: _BOTH,
    FaultKind.CROSSED_BOOK: _BOTH,
    FaultKind.SEQUENCE_GAP: frozenset({Channel.FRAME}),
    FaultKind.DUPLICATE: frozenset({Channel.FRAME}),
    FaultKind.REORDER: frozenset({Channel.FRAME}),
    FaultKind.SILENT_SOCKET: frozenset({Channel.CONNECTION}),
    FaultKind.CUT: frozenset({Channel.CONNECTION}),
    FaultKind.DAY_CLOSE: frozenset({Channel.CONNECTION}),
    FaultKind.SERVER_SHUTDOWN: frozenset({Channel.CONNECTION}),
}
_ONCE = {
    FaultKind.SEQUENCE_GAP,
    FaultKind.DUPLICATE,
    FaultKind.REORDER,
    FaultKind.CUT,
    FaultKind.DAY_CLOSE,
    FaultKind.SERVER_SHUTDOWN,
}


class FaultOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault as ordered.

    `provider` is an id or "*". `pattern` is a shell pattern for the path of a request or the name of a stream. It strikes `count`
    times, for `seconds` of market time, or until it is removed (what can only happen to one frame or connection at a time strikes
    once unless told otherwise); each time with `probability`, drawn from its own `seed`. The rest shapes single kinds: `retry_after`
    seconds of a refusal, `status` of server_error and html_page, `bytes_per_second` of slow_drip, `factor` of wrong_price,
    `offset_seconds` of clock_skew.
    """

    kind: FaultKind
    provider: str = "*"
    pattern: str = "*"
    count: int | None = None
    seconds: float | None = None
    probability: float = 1.0
    seed: int = 0
    retry_after: float | None = None
    status: int | None = None
    bytes_per_second: float = 64.0
    factor: float = 100.0
    offset_seconds: float = 3600.0


class ActiveFault:
    """A fault at work."""

    def __init__(self, number: int, order: FaultOrder, now_ns: int) -> None:
        self.number = number
        self.order = order
        self.struck = 0
        self._left = order.count if order.count is not None else 1 if order.kind in _ONCE and order.seconds is None else None
        self._until_ns = None if order.seconds is None else now_ns + round(order.seconds * NANOSECONDS)
        self._draws = random.Random(order.seed)

    def is_over(self, now_ns: int) -> bool:
        return self._left == 0 or (self._until_ns is not None and now_ns >= self._until_ns)

    def strikes(self, provider: str, channel: Channel, names: Iterable[str]) -> bool:
        """Return whether it strikes now, and count it if so."""
        order = self.order
        if order.provider not in {"*", provider} or channel not in channels_of(order.kind):
            return False
        if not any(fnmatchcase(name, order.pattern) for name in names) or self._draws.random() >= order.probability:
            return False
        self.struck += 1
        if self._left is not None:
            self._left -= 1
        return True

    def describe(self) -> dict[str, Any]:
        """Return the fault as the control API shows it."""
        facts: dict[str, Any] = msgspec.to_builtins(self.order)
        return {"id": self.number, **facts, "struck": self.struck, "left": self._left}


def channels_of(kind: FaultKind) -> frozenset[Channel]:
    return _CHANNELS.get(kind, frozenset({Channel.HTTP}))


class FaultDesk:
    """Take orders and say, case by case, which fault strikes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._active: list[ActiveFault] = []

    def add(self, order: FaultOrder) -> ActiveFault:
        """Put a fault to work; raises Invalid for a value that makes no sense."""
        _check(order)
        fault = ActiveFault(next(self._numbers), order, self._clock.now_ns())
        self._active.append(fault)
        return fault

    def remove(self, number: int) -> None:
        """Take one fault away; raises NotFound."""
        left = [fault for fault in self._active if fault.number != number]
        if len(left) == len(self._active):
            raise NotFound(f"there is no fault {number}", fault=number)
        self._active = left

    def clear(self) -> None:
        self._active = []

    def active(self) -> list[ActiveFault]:
        """Return what is still at work."""
        now_ns = self._clock.now_ns()
        self._active = [fault for fault in self._active if not fault.is_over(now_ns)]
        return self._active

    def take(self, provider: str, channel: Channel, names: Iterable[str]) -> FaultOrder | None:
        """Return the first fault that strikes at one of `names` (a path, or streams), None when all is well."""
        if not self._active:
            return None
        asked = list(names)
        return next((fault.order for fault in self.active() if fault.strikes(provider, channel, asked)), None)


def _check(order: FaultOrder) -> None:
    """Raise Invalid, naming the field, for what cannot be done."""
    if order.provider not in {"*", *PROVIDERS}:
        raise Invalid(f"provider must be * or one of {', '.join(PROVIDERS)}, was {order.provider!r}", field="provider")
    rules: dict[str, tuple[bool, str]] = {
        "count": (order.count is None or order.count >= 1, "at least 1"),
        "seconds": (order.seconds is None or order.seconds > 0, "above 0"),
        "probability": (0 < order.probability <= 1, "above 0 and at most 1"),
        "retry_after": (order.retry_after is None or order.retry_after >= 0, "at least 0"),
        "status": (order.status is None or 200 <= order.status <= 599, "between 200 and 599"),
        "bytes_per_second": (order.bytes_per_second > 0, "above 0"),
        "factor": (order.factor > 0, "above 0"),
    }
    for name, (is_right, rule) in rules.items():
        if not is_right:
            raise Invalid(f"{name} must be {rule}, was {getattr(order, name)}", field=name)
    if order.kind is FaultKind.SERVER_ERROR and order.status is not None and order.status < 500:
        raise Invalid(f"status of server_error must be 500 to 599, was {order.status}", field="status")
