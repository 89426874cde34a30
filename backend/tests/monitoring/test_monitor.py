from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from financehub.monitoring.monitor import RESERVOIR, EndpointCounts, Monitor
from financehub.providers.fetch_monitor import FetchRecord

START = datetime(2026, 3, 2, tzinfo=UTC)


def record(
    outcome: str = "ok", *, after: float = 0, milliseconds: float = 10.0, endpoint: str = "klines", **more: int
) -> FetchRecord:
    return FetchRecord(
        provider="binance",
        endpoint=endpoint,
        at=START + timedelta(seconds=after),
        attempt=1,
        outcome=outcome,
        reason="" if outcome == "ok" else f"because {outcome}",
        milliseconds=milliseconds,
        **more,
    )


def test_nothing_is_counted_before_anything_was_asked() -> None:
    assert Monitor().snapshot().endpoints == ()


def test_attempts_are_counted_by_source_endpoint_and_outcome() -> None:
    monitor = Monitor()
    monitor.record_fetch(record(size=100, cost=2))
    monitor.record_fetch(record("rate_limited", after=1, milliseconds=900.0, size=7))
    monitor.record_fetch(record(after=2, milliseconds=30.0, size=50))
    monitor.record_fetch(record("no_answer", endpoint="depth", after=3))
    depth, klines = monitor.snapshot().endpoints
    assert klines == EndpointCounts(
        source="binance",
        endpoint="klines",
        outcomes={"ok": 2, "rate_limited": 1},
        bytes=157,
        cost=4,
        p50_milliseconds=30.0,
        p95_milliseconds=30.0,
        last_at=START + timedelta(seconds=2),
        last_error="because rate_limited",
        last_error_at=START + timedelta(seconds=1),
    )
    assert klines.attempts == 3
    assert (depth.endpoint, depth.p50_milliseconds, depth.last_error) == ("depth", None, "because no_answer")


def test_a_snapshot_does_not_change_afterwards() -> None:
    monitor = Monitor()
    monitor.record_fetch(record())
    before = monitor.snapshot()
    monitor.record_fetch(record())
    assert before.endpoints[0].outcomes == {"ok": 1}


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=40))
def test_latencies_are_ones_that_were_measured(measured: list[float]) -> None:
    monitor = Monitor()
    for milliseconds in measured:
        monitor.record_fetch(record(milliseconds=milliseconds))
    counts = monitor.snapshot().endpoints[0]
    assert counts.p50_milliseconds in measured
    assert counts.p95_milliseconds in measured
    assert counts.p50_milliseconds is not None
    assert sum(each <= counts.p50_milliseconds for each in measured) * 2 >= len(measured)


def test_only_the_latest_latencies_are_kept() -> None:
    monitor = Monitor()
    for index in range(RESERVOIR * 3):
        monitor.record_fetch(record(milliseconds=1.0 if index < RESERVOIR * 2 else 9.0))
    assert monitor.snapshot().endpoints[0].p50_milliseconds == 9.0
