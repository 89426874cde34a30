from datetime import UTC, date, datetime

import pytest

from financehub.simulator.sessions import day_number, day_of, load_calendar, new_york_offset


def session(name: str, day: date) -> tuple[datetime, int] | None:
    calendar = load_calendar(name)
    index = calendar.last_by_day(day_number(day))
    if int(calendar.days[index]) != day_number(day):
        return None
    return datetime.fromtimestamp(int(calendar.opens[index]) * 60, UTC), int(calendar.lengths[index])


@pytest.mark.parametrize(
    ("day", "opens", "minutes"),
    [
        (date(2026, 11, 20), datetime(2026, 11, 20, 14, 30, tzinfo=UTC), 390),
        (date(2026, 7, 6), datetime(2026, 7, 6, 13, 30, tzinfo=UTC), 390),
        (date(2026, 11, 27), datetime(2026, 11, 27, 14, 30, tzinfo=UTC), 210),  # the day after Thanksgiving ends at 13:00
        (date(2026, 3, 9), datetime(2026, 3, 9, 13, 30, tzinfo=UTC), 390),  # the day after summer time begins
    ],
)
def test_new_york_opens_at_half_past_nine(day: date, opens: datetime, minutes: int) -> None:
    assert session("nyse", day) == (opens, minutes)


@pytest.mark.parametrize(
    "day", [date(2026, 11, 21), date(2026, 11, 26), date(2026, 1, 1), date(2025, 12, 25), date(2026, 4, 3), date(2025, 1, 9)]
)
def test_new_york_is_closed_at_weekends_and_on_holidays(day: date) -> None:
    assert session("nyse", day) is None


def test_foreign_exchange_is_open_from_sunday_to_friday_five_in_the_evening() -> None:
    assert session("fx", date(2026, 11, 22)) == (datetime(2026, 11, 22, 22, tzinfo=UTC), 120)
    assert session("fx", date(2026, 11, 23)) == (datetime(2026, 11, 23, tzinfo=UTC), 1440)
    assert session("fx", date(2026, 11, 20)) == (datetime(2026, 11, 20, tzinfo=UTC), 22 * 60)
    assert session("fx", date(2026, 7, 10)) == (datetime(2026, 7, 10, tzinfo=UTC), 21 * 60)
    assert session("fx", date(2026, 11, 21)) is None


def test_crypto_never_closes() -> None:
    calendar = load_calendar("always")
    assert set(calendar.lengths.tolist()) == {1440}
    assert (calendar.opens[1:] - calendar.opens[:-1] == 1440).all()


def test_a_calendar_knows_whether_it_is_open() -> None:
    calendar = load_calendar("nyse")
    opened = int(datetime(2026, 11, 20, 14, 30, tzinfo=UTC).timestamp()) // 60
    assert [calendar.is_open(opened + each) for each in (-1, 0, 389, 390)] == [False, True, True, False]
    assert not calendar.is_open(0)


def test_days_and_offsets() -> None:
    assert day_of(day_number(date(2020, 2, 29))) == date(2020, 2, 29)
    assert new_york_offset(int(datetime(2026, 7, 1, tzinfo=UTC).timestamp()) // 60) == -4 * 3600
    assert new_york_offset(int(datetime(2026, 12, 1, tzinfo=UTC).timestamp()) // 60) == -5 * 3600
