"""Bars: columns, pages, tags, and every range that cannot be."""

from datetime import UTC, datetime, timedelta

import pytest
from api.door import Door, assert_as_documented, body_of, refusal_of
from api.scripted_orchestrator import NOW, PROVENANCE_JSON, ScriptedOrchestrator
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from financehub.api.bars import EARLIEST, read_range
from financehub.errors import Invalid
from financehub.market.bar import Bar, BarsQuery, Interval

pytestmark = pytest.mark.usefixtures("catalogue")


def bar(time: datetime, close: float, *, interval: Interval = Interval.H1, is_final: bool = True) -> Bar:
    return Bar(
        symbol="BTCUSDT", interval=interval, time=time, open=1.0, high=9.5, low=0.5, close=close, volume=3.25, is_final=is_final
    )


def hours(first: datetime, count: int) -> list[Bar]:
    return [bar(first + timedelta(hours=number), float(number + 1)) for number in range(count)]


def test_bars_in_columns(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    first, second = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    orchestrator.bar_values["BTCUSDT"] = [bar(first, 2.0), bar(second, 3.0, is_final=False)]
    response = door.get("/api/bars/bitcoin?interval=1h&from=2024-08-08T10:00:00Z&to=2024-08-08T12:00:00Z")
    assert response.status_code == 200
    assert assert_as_documented(response, "get_bars") == {
        "data": {
            "symbol": "BTCUSDT",
            "interval": "1h",
            "currency": "USDT",
            "time": [1723111200, 1723114800],
            "open": [1.0, 1.0],
            "high": [9.5, 9.5],
            "low": [0.5, 0.5],
            "close": [2.0, 3.0],
            "volume": [3.25, 3.25],
            "last_is_final": False,
        },
        "provenance": PROVENANCE_JSON,
        "next": None,
    }
    assert orchestrator.asked == [BarsQuery(symbol="BTCUSDT", interval=Interval.H1, start=first, end=NOW)]


def test_no_bars_is_an_answer(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    body = assert_as_documented(door.get("/api/bars/AAPL"), "get_bars")
    assert (body["data"]["time"], body["data"]["close"], body["data"]["last_is_final"]) == ([], [], True)
    assert orchestrator.asked == [BarsQuery(symbol="AAPL", interval=Interval.D1, start=NOW - timedelta(days=500), end=NOW)]


def test_pages_cover_the_range_once(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    start = NOW - timedelta(hours=25)
    orchestrator.bar_values["BTCUSDT"] = hours(start, 25)
    seen, following, pages = [], "2024-08-07T11:00:00Z", 0
    while following:
        body = body_of(door.get(f"/api/bars/BTCUSDT?interval=1h&from={following}&to=2024-08-08T12:00:00Z&limit=10"))
        assert len(body["data"]["time"]) <= 10
        seen += body["data"]["close"]
        following, pages = body["next"], pages + 1
    assert (seen, pages) == ([float(number) for number in range(1, 26)], 3)


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("from=2024-08-01&to=2024-08-02", datetime(2024, 8, 1, tzinfo=UTC), datetime(2024, 8, 2, tzinfo=UTC)),
        (
            "from=2024-08-01T02:00:00%2B02:00&to=2024-08-02T00:00:00",
            datetime(2024, 8, 1, tzinfo=UTC),
            datetime(2024, 8, 2, tzinfo=UTC),
        ),
        ("from=2024-08-01&to=2999-01-01", datetime(2024, 8, 1, tzinfo=UTC), NOW),
        ("from=2024-08-01", datetime(2024, 8, 1, tzinfo=UTC), NOW),
        ("to=2024-08-02", datetime(2023, 3, 21, tzinfo=UTC), datetime(2024, 8, 2, tzinfo=UTC)),
        ("to=2999-01-01", NOW - timedelta(days=500), NOW),
    ],
)
def test_how_dates_are_read(door: Door, orchestrator: ScriptedOrchestrator, query: str, start: datetime, end: datetime) -> None:
    assert door.get(f"/api/bars/AAPL?{query}").status_code == 200
    assert orchestrator.asked == [BarsQuery(symbol="AAPL", interval=Interval.D1, start=start, end=end)]


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("interval=2m", "interval", "interval must be one of 1m, 5m, 15m, 1h, 1d, 1w, was '2m'"),
        ("interval=", "interval", "interval must be one of 1m, 5m, 15m, 1h, 1d, 1w, was ''"),
        ("from=2024-08-02&to=2024-08-01", "from", "2024-08-02T00:00:00Z is not before 2024-08-01T00:00:00Z"),
        ("from=2024-08-01&to=2024-08-01", "from", "2024-08-01T00:00:00Z is not before"),
        ("from=2999-01-01", "from", "2999-01-01T00:00:00Z"),
        ("from=2999-01-01&to=3000-01-01", "from", "from must not be in the future, was 2999-01-01T00:00:00Z"),
        ("from=1899-12-31", "from", "from must not be before 1900, was 1899-12-31T00:00:00Z"),
        ("from=0001-01-01T00:00:00%2B14:00", "from", "from must not be before 1900"),
        ("to=9999-12-31T23:59:59-14:00&from=9999-12-31T23:59:59-14:00", "from", "is not before"),
        ("to=1850-01-01", "to", "to must not be before 1900, was 1850-01-01T00:00:00Z"),
        ("from=yesterday", "from", "was 'yesterday'"),
        ("from=1e999", "from", "was '1e999'"),
        ("from=nan", "from", "was 'nan'"),
        ("limit=0", "limit", "was '0'"),
        ("limit=5001", "limit", "should be less than or equal to 5000, was '5001'"),
        ("limit=many", "limit", "was 'many'"),
    ],
)
def test_wrong_questions(door: Door, orchestrator: ScriptedOrchestrator, query: str, field: str, words: str) -> None:
    response = door.get(f"/api/bars/AAPL?{query}")
    assert refusal_of(response) == (422, "invalid")
    body = assert_as_documented(response, "get_bars")
    assert body["facts"]["field"] == field
    assert words in body["message"]
    assert orchestrator.asked == []


def test_wrong_interval_names_the_allowed(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    facts = body_of(door.get("/api/bars/AAPL?interval=2m"))["facts"]
    assert facts == {"field": "interval", "value": "2m", "allowed": ["1m", "5m", "15m", "1h", "1d", "1w"]}


def test_unknown_symbol(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    response = door.get("/api/bars/AAPPL?interval=1d")
    assert refusal_of(response) == (404, "not_found")
    assert "AAPL" in body_of(response)["facts"]["suggestions"]


def test_what_the_caller_has_is_not_sent_again(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    address = "/api/bars/BTCUSDT?interval=1h&from=2024-08-08T10:00:00Z"
    orchestrator.bar_values["BTCUSDT"] = hours(NOW - timedelta(hours=2), 2)
    first = door.get(address)
    assert first["Cache-Control"] == "private, no-cache"
    orchestrator.provenance = structs.replace(orchestrator.provenance, fetched_at=NOW, cached=None)
    for offered in (first["ETag"], f'"other", {first["ETag"]}', "*"):
        again = door.get(address, If_None_Match=offered)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert "Content-Type" not in again
    orchestrator.bar_values["BTCUSDT"][-1] = bar(NOW - timedelta(hours=1), 7.0)
    changed = door.get(address, If_None_Match=first["ETag"])
    assert (changed.status_code, body_of(changed)["data"]["close"]) == (200, [1.0, 7.0])
    assert changed["ETag"] != first["ETag"]


def test_other_source_is_another_answer(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    first = door.get("/api/bars/BTCUSDT?interval=1h")
    orchestrator.provenance = structs.replace(orchestrator.provenance, source="coingecko")
    assert door.get("/api/bars/BTCUSDT?interval=1h", If_None_Match=first["ETag"]).status_code == 200


moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC) | st.none())


@given(start=st.none() | moments, end=st.none() | moments, interval=st.sampled_from(Interval))
def test_every_range_is_sound_or_refused(start: datetime | None, end: datetime | None, interval: Interval) -> None:
    try:
        first, last = read_range(start, end, interval, NOW)
    except Invalid as refusal:
        assert refusal.facts["field"] in {"from", "to"}
        return
    assert EARLIEST <= first < last <= NOW
    assert first.utcoffset() == last.utcoffset() == timedelta(0)
