from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.tasks.schedule import JOBS, PRUNE_SESSIONS, REFRESH_CRYPTO_QUOTES, is_new_york_session


def test_these_are_the_jobs_and_their_pace() -> None:
    assert {name: (job.every, job.offset, job.is_at_start) for name, job in JOBS.items()} == {
        "refresh_catalogue": (timedelta(days=1), timedelta(hours=5), True),
        "refresh_crypto_quotes": (timedelta(minutes=2), timedelta(), False),
        "refresh_session_quotes": (timedelta(minutes=5), timedelta(), False),
        "prune_sessions": (timedelta(days=1), timedelta(hours=3, minutes=10), True),
        "prune_job_runs": (timedelta(days=1), timedelta(hours=3, minutes=20), True),
    }


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.sampled_from(sorted(JOBS)))
def test_every_moment_belongs_to_the_slot_that_began_last(moment: datetime, name: str) -> None:
    job = JOBS[name]
    slot = job.slot_at(moment)
    assert slot <= moment < slot + job.every
    assert job.slot_at(slot) == slot
    assert job.slot_at(slot - timedelta(microseconds=1)) == slot - job.every


def test_a_nightly_job_belongs_to_yesterday_until_its_time_has_come() -> None:
    assert PRUNE_SESSIONS.slot_at(datetime(2026, 3, 2, 3, 9, tzinfo=UTC)) == datetime(2026, 3, 1, 3, 10, tzinfo=UTC)
    assert PRUNE_SESSIONS.slot_at(datetime(2026, 3, 2, 3, 10, tzinfo=UTC)) == datetime(2026, 3, 2, 3, 10, tzinfo=UTC)
    assert REFRESH_CRYPTO_QUOTES.slot_at(datetime(2026, 3, 2, 3, 9, 59, tzinfo=UTC)) == datetime(2026, 3, 2, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-02T14:29:59+00:00", False),  # 09:29:59 in winter
        ("2026-03-02T14:30:00+00:00", True),
        ("2026-03-02T21:20:00+00:00", True),
        ("2026-03-02T21:20:01+00:00", False),
        ("2026-06-01T13:30:00+00:00", True),  # 09:30 in summer
        ("2026-06-01T13:29:00+00:00", False),
        ("2026-02-28T16:00:00+00:00", False),  # Saturday
        ("2026-12-25T16:00:00+00:00", False),  # Christmas
    ],
)
def test_new_york_trades_on_its_own_days_and_hours(moment: str, is_open: bool) -> None:
    assert is_new_york_session(datetime.fromisoformat(moment)) is is_open
