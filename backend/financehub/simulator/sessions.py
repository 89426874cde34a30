"""When each market is open: New York's exchanges, foreign exchange from Sunday to Friday, crypto always.

Days are numbers since 1970-01-01, times are minutes since then, both UTC. A session belongs to one UTC day: foreign exchange is cut
at midnight UTC, so that a daily bar is the sum of the minutes of its day.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from msgspec import Struct

from financehub.simulator.seeded_noise import Integers

NEW_YORK = ZoneInfo("America/New_York")
MINUTES_A_DAY = 1440
_UNIX_DAY = date(1970, 1, 1)
FIRST_DAY = (date(2015, 1, 2) - _UNIX_DAY).days
LAST_DAY = (date(2032, 12, 31) - _UNIX_DAY).days

_SATURDAY, _SUNDAY, _FRIDAY = 5, 6, 4


class Calendar(Struct, frozen=True):
    """Sessions in order: their days, first minutes and lengths in minutes."""

    days: Integers
    opens: Integers
    lengths: Integers

    def last_by_day(self, day: int) -> int:
        """Return the index of the last session on or before `day`, -1 if there is none."""
        return int(np.searchsorted(self.days, day, side="right")) - 1

    def last_opened(self, minute: int) -> int:
        """Return the index of the last session that has begun by `minute`, -1 if there is none."""
        return int(np.searchsorted(self.opens, minute, side="right")) - 1

    def is_open(self, minute: int) -> bool:
        index = self.last_opened(minute)
        return index >= 0 and minute < int(self.opens[index] + self.lengths[index])


def day_number(day: date) -> int:
    return (day - _UNIX_DAY).days


def day_of(number: int) -> date:
    return _UNIX_DAY + timedelta(days=number)


def _minute_in_new_york(day: date, at: time) -> int:
    return int(datetime.combine(day, at, NEW_YORK).timestamp()) // 60


def new_york_offset(minute: int) -> int:
    """Return New York's offset from UTC in seconds at `minute`."""
    offset = datetime.fromtimestamp(minute * 60, UTC).astimezone(NEW_YORK).utcoffset()
    return int(offset.total_seconds()) if offset else 0


@cache
def load_calendar(name: str) -> Calendar:
    """Return the calendar `name` ("nyse", "fx" or "always") from 2015-01-02 to 2032-12-31."""
    return {"nyse": _new_york_exchange, "fx": _foreign_exchange, "always": _always}[name]()


def _columns(rows: list[tuple[int, int, int]]) -> Calendar:
    table = np.array(rows, dtype=np.int64)
    return Calendar(days=table[:, 0].copy(), opens=table[:, 1].copy(), lengths=table[:, 2].copy())


def _new_york_exchange() -> Calendar:
    years = range(day_of(FIRST_DAY).year, day_of(LAST_DAY).year + 1)
    closed = holidays.financial_holidays("NYSE", years=years)
    halves = holidays.financial_holidays("NYSE", years=years, categories=("half_day",))
    rows = []
    for number in range(FIRST_DAY, LAST_DAY + 1):
        day = day_of(number)
        if day.weekday() >= _SATURDAY or day in closed:
            continue
        rows.append((number, _minute_in_new_york(day, time(9, 30)), 210 if day in halves else 390))
    return _columns(rows)


def _foreign_exchange() -> Calendar:
    """Open from Sunday 17:00 to Friday 17:00 New York, cut into UTC days."""
    rows = []
    for number in range(FIRST_DAY, LAST_DAY + 1):
        day, midnight = day_of(number), number * MINUTES_A_DAY
        edge = _minute_in_new_york(day, time(17))
        if day.weekday() == _SUNDAY:
            rows.append((number, edge, midnight + MINUTES_A_DAY - edge))
        elif day.weekday() == _FRIDAY:
            rows.append((number, midnight, edge - midnight))
        elif day.weekday() != _SATURDAY:
            rows.append((number, midnight, MINUTES_A_DAY))
    return _columns(rows)


def _always() -> Calendar:
    days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int64)
    return Calendar(days=days, opens=days * MINUTES_A_DAY, lengths=np.full(days.size, MINUTES_A_DAY, dtype=np.int64))
