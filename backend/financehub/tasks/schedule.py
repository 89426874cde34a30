"""What runs when. A slot is the moment at which a job was due; it fires once, whoever asks."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from msgspec import Struct

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEW_YORK = ZoneInfo("America/New_York")
_OPENS, _LAST_QUOTES = time(9, 30), time(16, 20)


class Job(Struct, frozen=True, kw_only=True):
    """A job is due every `every`, counted from midnight UTC plus `offset`; `is_at_start` makes up for a slot missed while nothing ran.

    `longest` is how long one run may take: one that has not ended by then died, and its slot may be taken again. So may that of one that
    failed, `retry_after` later.
    """

    name: str
    every: timedelta
    offset: timedelta = timedelta()
    is_at_start: bool = False
    longest: timedelta = timedelta(minutes=10)
    retry_after: timedelta = timedelta(minutes=15)

    def slot_at(self, moment: datetime) -> datetime:
        """Return when the job was last due at `moment`."""
        passed = (moment - self.offset - _EPOCH) // self.every
        return _EPOCH + self.offset + passed * self.every


REFRESH_CATALOGUE = Job(name="refresh_catalogue", every=timedelta(days=1), offset=timedelta(hours=5), is_at_start=True)
REFRESH_CRYPTO_QUOTES = Job(name="refresh_crypto_quotes", every=timedelta(minutes=2))
REFRESH_SESSION_QUOTES = Job(name="refresh_session_quotes", every=timedelta(minutes=5))
PRUNE_SESSIONS = Job(name="prune_sessions", every=timedelta(days=1), offset=timedelta(hours=3, minutes=10), is_at_start=True)
PRUNE_JOB_RUNS = Job(name="prune_job_runs", every=timedelta(days=1), offset=timedelta(hours=3, minutes=20), is_at_start=True)

JOBS = {
    job.name: job for job in (REFRESH_CATALOGUE, REFRESH_CRYPTO_QUOTES, REFRESH_SESSION_QUOTES, PRUNE_SESSIONS, PRUNE_JOB_RUNS)
}


def is_new_york_session(moment: datetime) -> bool:
    """Return whether New York trades at `moment`, or closed so lately (20 min) that delayed closing prices still arrive.

    Half days count as whole ones: asking an hour longer does no harm.
    """
    local = moment.astimezone(_NEW_YORK)
    if local.weekday() >= 5 or local.date() in _exchange_holidays():
        return False
    return _OPENS <= local.time() <= _LAST_QUOTES


@cache
def _exchange_holidays() -> "holidays.HolidayBase":
    return holidays.financial_holidays("NYSE")
