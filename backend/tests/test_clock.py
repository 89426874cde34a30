import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from financehub import clock
from financehub.clock import ManualClock, ScaledClock, SystemClock, current_clock, install_clock, use_clock

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
START_NS = clock.to_ns(START)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_nanoseconds_and_back_is_the_same_moment(moment):
    assert clock.from_ns(clock.to_ns(moment)) == moment


@given(st.integers(-(10**18), 4 * 10**18))
def test_a_moment_is_never_later_than_its_nanoseconds_and_less_than_a_microsecond_before(nanoseconds):
    assert 0 <= nanoseconds - clock.to_ns(clock.from_ns(nanoseconds)) < 1000


def test_milliseconds_are_exact():
    assert clock.from_ms(1_723_161_255_208) == datetime(2024, 8, 8, 23, 54, 15, 208_000, tzinfo=UTC)


def test_market_time_is_the_installed_clocks():
    with use_clock(ManualClock(START_NS)):
        assert clock.now() == START
        assert clock.now_ns() == START_NS
    assert isinstance(current_clock(), SystemClock)


def test_the_clock_comes_back_after_an_error():
    before = current_clock()
    try:
        with use_clock(ManualClock(0)):
            raise ValueError
    except ValueError:
        assert current_clock() is before


def test_installing_replaces_the_clock_of_the_process():
    before, manual = current_clock(), ManualClock(5)
    install_clock(manual)
    assert clock.now_ns() == 5
    install_clock(before)


def test_wall_time_ignores_a_replay():
    with use_clock(ManualClock(0)):
        assert abs((clock.wall_now() - datetime.now(UTC)).total_seconds()) < 5
        assert clock.monotonic() <= clock.monotonic()


def test_the_system_clock_tells_the_machines_time():
    assert abs(SystemClock().now_ns() - clock.to_ns(datetime.now(UTC))) < 5 * clock.NANOSECONDS


async def test_no_clock_waits_for_a_negative_time():
    async with asyncio.timeout(1):
        await SystemClock().sleep(-5)
        await ScaledClock(0, 2.0).sleep(-5)


def test_a_scaled_clock_runs_at_its_speed(monkeypatch):
    moments = iter([1_000, 1_000, 1_500])
    monkeypatch.setattr(clock.time, "monotonic_ns", lambda: next(moments))
    scaled = ScaledClock(START_NS, 20.0)
    assert scaled.now_ns() == START_NS
    assert scaled.now_ns() == START_NS + 10_000


async def test_a_scaled_clock_shortens_waiting(monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr(clock.asyncio, "sleep", sleep)
    await ScaledClock(0, 20.0).sleep(10)
    assert waited == [0.5]


async def test_sleepers_of_a_manual_clock_wake_in_the_order_of_their_deadlines():
    manual, woken = ManualClock(START_NS), []

    async def sleeper(seconds: float, name: str) -> None:
        with use_clock(manual):
            await clock.sleep(seconds)
        woken.append((name, clock.from_ns(manual.now_ns()) - START))

    tasks = [asyncio.create_task(sleeper(*each)) for each in [(3, "c"), (1, "a"), (1, "b"), (9, "never")]]
    await manual.advance(5)
    assert woken == [("a", timedelta(seconds=1)), ("b", timedelta(seconds=1)), ("c", timedelta(seconds=3))]
    assert clock.from_ns(manual.now_ns()) == START + timedelta(seconds=5)
    tasks[-1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_manual_clock_skips_a_sleeper_that_gave_up():
    manual = ManualClock(0)
    task = asyncio.create_task(manual.sleep(1))
    await asyncio.sleep(0)
    task.cancel()
    await manual.advance(2)
    assert task.cancelled()
    assert manual.now_ns() == 2 * clock.NANOSECONDS


async def test_a_sleeper_may_sleep_again_within_one_advance():
    manual, seen = ManualClock(0), []

    async def tick() -> None:
        while True:
            await manual.sleep(1)
            seen.append(manual.now_ns() // clock.NANOSECONDS)

    task = asyncio.create_task(tick())
    await manual.advance(3)
    assert seen == [1, 2, 3]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
