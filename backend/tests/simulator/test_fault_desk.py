from typing import Any

import pytest

from financehub.clock import ManualClock
from financehub.errors import Invalid, NotFound
from financehub.simulator.fault_desk import Channel, FaultDesk, FaultKind, FaultOrder, channels_of


def struck(
    desk: FaultDesk, times: int, *, provider: str = "binance", channel: Channel = Channel.HTTP, name: str = "/x"
) -> list[bool]:
    return [desk.take(provider, channel, [name]) is not None for _ in range(times)]


def test_a_fault_strikes_as_often_as_ordered() -> None:
    desk = FaultDesk(ManualClock(0))
    fault = desk.add(FaultOrder(kind=FaultKind.SERVER_ERROR, count=2))
    assert struck(desk, 4) == [True, True, False, False]
    assert (fault.struck, desk.active()) == (2, [])


async def test_a_fault_lasts_as_long_as_ordered() -> None:
    clock = ManualClock(0)
    desk = FaultDesk(clock)
    desk.add(FaultOrder(kind=FaultKind.FORBIDDEN, seconds=10))
    assert struck(desk, 2) == [True, True]
    await clock.advance(9.9)
    assert struck(desk, 1) == [True]
    await clock.advance(0.1)
    assert struck(desk, 1) == [False]


def test_a_fault_strikes_whom_it_is_meant_for() -> None:
    desk = FaultDesk(ManualClock(0))
    desk.add(FaultOrder(kind=FaultKind.TIMEOUT, provider="coingecko", pattern="/api/v3/coins/*"))
    assert desk.take("coingecko", Channel.HTTP, ["/api/v3/ping"]) is None
    assert desk.take("binance", Channel.HTTP, ["/api/v3/coins/x"]) is None
    assert desk.take("coingecko", Channel.FRAME, ["/api/v3/coins/x"]) is None
    assert desk.take("coingecko", Channel.HTTP, ["/api/v3/coins/x"]) is not None


def test_chance_has_a_seed_of_its_own() -> None:
    def draws(seed: int) -> list[bool]:
        desk = FaultDesk(ManualClock(0))
        desk.add(FaultOrder(kind=FaultKind.SERVER_ERROR, probability=0.5, seed=seed))
        return struck(desk, 60)

    assert draws(1) == draws(1)
    assert draws(1) != draws(2)
    assert 15 < sum(draws(1)) < 45


@pytest.mark.parametrize("kind", FaultKind)
def test_what_happens_once_happens_once_unless_told_otherwise(kind: FaultKind) -> None:
    desk = FaultDesk(ManualClock(0))
    desk.add(FaultOrder(kind=kind))
    channel = min(channels_of(kind))
    happens_once = kind in {"sequence_gap", "duplicate", "reorder", "cut", "day_close", "server_shutdown"}
    assert struck(desk, 3, channel=channel) == [True, not happens_once, not happens_once]


def test_faults_are_listed_removed_and_cleared() -> None:
    desk = FaultDesk(ManualClock(0))
    first, second = (desk.add(FaultOrder(kind=FaultKind.FORBIDDEN)) for _ in range(2))
    assert [fault.number for fault in desk.active()] == [1, 2]
    desk.remove(first.number)
    assert desk.active() == [second]
    with pytest.raises(NotFound, match="no fault 1"):
        desk.remove(1)
    desk.clear()
    assert desk.active() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("provider", "nyse"),
        ("count", 0),
        ("seconds", 0),
        ("probability", 0),
        ("probability", 1.1),
        ("retry_after", -1),
        ("status", 600),
        ("bytes_per_second", 0),
        ("factor", 0),
    ],
)
def test_senseless_values_are_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(Invalid, match=f"^{field} must be") as refused:
        FaultDesk(ManualClock(0)).add(FaultOrder(kind=FaultKind.RATE_LIMITED, **{field: value}))
    assert refused.value.facts["field"] == field


def test_a_server_error_is_one() -> None:
    with pytest.raises(Invalid, match="status of server_error must be 500 to 599, was 404"):
        FaultDesk(ManualClock(0)).add(FaultOrder(kind=FaultKind.SERVER_ERROR, status=404))
