"""/api/bars: open, high, low, close and volume over a range, in columns."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from financehub import clock
from financehub.api.entity_tags import tagged_json
from financehub.api.error_handlers import responses
from financehub.api.provenance_body import ProvenanceBody, provenance_body
from financehub.api.symbols import resolve_symbol
from financehub.errors import Invalid
from financehub.market.bar import BarsQuery, Candles, Interval
from financehub.orchestration.data_orchestrator import current_orchestrator

router = Router(tags=["bars"])
MAX_BARS = 5000
DEFAULT_BARS = 500
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)  # a last day of 9999 west of Greenwich has no time in UTC


class BarColumns(BaseModel):
    """Bars in columns of equal length, oldest first; `time` is each bar's start in seconds since the epoch."""

    symbol: str
    interval: Interval
    currency: str | None
    time: list[int]
    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    last_is_final: bool = Field(description="False while the last bar can still change; true when there is no bar.")


class BarsAnswer(BaseModel):
    data: BarColumns
    provenance: ProvenanceBody
    next: str | None = Field(description="`from` of the next page; null on the last. A page may hold fewer bars than `limit`.")


@router.get("/{symbol}", response=responses(BarsAnswer), operation_id="get_bars", summary="Bars of one instrument")
async def get_bars(
    request: HttpRequest,
    symbol: str,
    interval: Interval = Interval.D1,
    start: Annotated[
        datetime | None,
        Query(alias="from", description="First moment, ISO 8601, UTC where no zone is given; default 500 bars back."),
    ] = None,
    end: Annotated[
        datetime | None, Query(alias="to", description="Moment before which the last bar starts; default and latest: now.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_BARS)] = MAX_BARS,
) -> HttpResponse:
    """Answer the bars with from ≤ time < to, at most `limit`; `next` is where to go on."""
    start, end = read_range(start, end, interval, clock.now())
    instrument = await resolve_symbol(symbol)
    page_end = min(end, start + limit * interval.duration)
    answer = await current_orchestrator().bars(BarsQuery(symbol=instrument.symbol, interval=interval, start=start, end=page_end))
    data = bar_columns(instrument.symbol, interval, answer.value)
    following = _iso(page_end) if page_end < end else None
    provenance = answer.provenance
    return tagged_json(
        request,
        {"data": data, "provenance": provenance_body(provenance), "next": following},
        identity=[data, following, provenance.source, provenance.delay_class, provenance.as_of],
    )


def read_range(start: datetime | None, end: datetime | None, interval: Interval, now: datetime) -> tuple[datetime, datetime]:
    """Return the range in UTC with its defaults, its end clipped to `now`.

    Raises Invalid for a range that is empty, lies in the future or begins before 1900.
    """
    asked_end = now if end is None else _utc(end, "to")
    asked_start = min(asked_end, now) - DEFAULT_BARS * interval.duration if start is None else _utc(start, "from")
    asked_start = max(asked_start, EARLIEST) if start is None else asked_start
    if asked_start >= asked_end:
        raise _wrong_start(f"from must be before to, but {_iso(asked_start)} is not before {_iso(asked_end)}", asked_start)
    if asked_start > now:
        raise _wrong_start(f"from must not be in the future, was {_iso(asked_start)}; it is {_iso(now)}", asked_start)
    return asked_start, min(asked_end, now)


def _wrong_start(message: str, start: datetime) -> Invalid:
    return Invalid(message, field="from", value=_iso(start))


def _utc(moment: datetime, field: str) -> datetime:
    """Return `moment` in UTC, where it is without a zone; raises Invalid, naming `field`, before 1900: no bar is older."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if aware < EARLIEST:
        said = _iso(aware)
        raise Invalid(f"{field} must not be before 1900, was {said}", field=field, value=said)
    return min(aware, LATEST).astimezone(UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def bar_columns(symbol: str, interval: Interval, candles: Candles) -> dict[str, Any]:
    bars = candles.bars
    return {
        "symbol": symbol,
        "interval": interval,
        "currency": candles.currency,
        "time": [clock.to_ns(bar.time) // clock.NANOSECONDS for bar in bars],
        "open": [bar.open for bar in bars],
        "high": [bar.high for bar in bars],
        "low": [bar.low for bar in bars],
        "close": [bar.close for bar in bars],
        "volume": [bar.volume for bar in bars],
        "last_is_final": bars[-1].is_final if bars else True,
    }
