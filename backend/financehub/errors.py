"""Every exception FinanceHub raises on purpose, one tree.

The branch says whose fault it is, the leaf says what to do next::

    FinanceHubError
    ├── SourceError        a provider did not give us what we asked for
    │   ├── NoAnswer           503  no usable reply in time: retry, then ask the next source
    │   ├── RateLimited        503  the source asks us to wait `retry_after` seconds
    │   ├── BudgetExhausted    503  our own budget for the source is spent until `resets_at`
    │   ├── KeyRejected        502  the source refused this key: rotate
    │   ├── KeyMissing         424  the source needs a key and none is set
    │   ├── NotCovered         404  the source does not have this: ask the next
    │   ├── BadPayload         502  the reply is not what the source promises: never retry
    │   └── Retired            410  the source was shut down
    ├── DataError          what arrived cannot be trusted as it is
    │   ├── SequenceGap        502  updates were missed: reset the book
    │   ├── CrossedBook        502  best bid is not below best ask
    │   ├── StaleData          503  older than its kind allows
    │   ├── Disagreement       502  sources differ by more than they may
    │   └── Implausible        502  a value that cannot be true: quarantine
    ├── RequestError       the caller has to change something
    │   ├── NotFound           404
    │   ├── Invalid            422
    │   ├── Denied             403
    │   ├── MethodNotAllowed   405
    │   ├── Unauthenticated    401
    │   ├── TooLarge           413
    │   └── QuotaExceeded      429  again after `retry_after` seconds
    └── SetupError         the operator has to change something
        ├── PortInUse          500
        ├── StorageUnusable    503  read-only disk, locked or foreign database
        └── BadRecording       500  a recording that cannot be replayed
"""

from typing import ClassVar, TypeAlias

FactValue: TypeAlias = str | int | float | bool | list[str] | None


class FinanceHubError(Exception):
    """Carry a stable `code`, an HTTP `status`, a sentence for a person and facts that are safe to show.

    Facts never hold a key, a token or a URL with a query.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, **facts: FactValue) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class SourceError(FinanceHubError):
    code = "source_error"
    status = 502


class NoAnswer(SourceError):
    code = "no_answer"
    status = 503
    retryable = True


class RateLimited(SourceError):
    """Say how long the source wants to be left alone: `retry_after` in seconds, None when it did not say."""

    code = "rate_limited"
    status = 503
    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None, **facts: FactValue) -> None:
        super().__init__(message, retry_after=retry_after, **facts)
        self.retry_after = retry_after


class BudgetExhausted(SourceError):
    """Say when the budget opens again: `resets_at` as ISO 8601 in UTC."""

    code = "budget_exhausted"
    status = 503

    def __init__(self, message: str, *, resets_at: str | None = None, **facts: FactValue) -> None:
        super().__init__(message, resets_at=resets_at, **facts)
        self.resets_at = resets_at


class KeyRejected(SourceError):
    code = "key_rejected"


class KeyMissing(SourceError):
    code = "key_missing"
    status = 424


class NotCovered(SourceError):
    code = "not_covered"
    status = 404


class BadPayload(SourceError):
    code = "bad_payload"


class Retired(SourceError):
    code = "retired"
    status = 410


class DataError(FinanceHubError):
    code = "data_error"
    status = 502


class SequenceGap(DataError):
    code = "sequence_gap"


class CrossedBook(DataError):
    code = "crossed_book"


class StaleData(DataError):
    code = "stale_data"
    status = 503


class Disagreement(DataError):
    code = "disagreement"


class Implausible(DataError):
    code = "implausible"


class RequestError(FinanceHubError):
    code = "request_error"
    status = 400


class NotFound(RequestError):
    code = "not_found"
    status = 404


class Invalid(RequestError):
    code = "invalid"
    status = 422


class Denied(RequestError):
    code = "denied"
    status = 403


class MethodNotAllowed(RequestError):
    code = "method_not_allowed"
    status = 405


class Unauthenticated(RequestError):
    code = "unauthenticated"
    status = 401


class TooLarge(RequestError):
    code = "too_large"
    status = 413


class QuotaExceeded(RequestError):
    """Say when to come back: `retry_after` in seconds."""

    code = "quota_exceeded"
    status = 429

    def __init__(self, message: str, *, retry_after: float, **facts: FactValue) -> None:
        super().__init__(message, retry_after=retry_after, **facts)
        self.retry_after = retry_after


class SetupError(FinanceHubError):
    code = "setup_error"


class PortInUse(SetupError):
    code = "port_in_use"


class StorageUnusable(SetupError):
    code = "storage_unusable"
    status = 503


class BadRecording(SetupError):
    code = "bad_recording"
