"""Frankfurter's v1 endpoints: one fixing a business day, as the European Central Bank publishes them.

A fixing is the day's first price in the seeded market, published at 16:00 in Frankfurt.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from financehub.clock import Clock, from_ns
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.sessions import FIRST_DAY, day_number, day_of
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response

_FRANKFURT = ZoneInfo("Europe/Berlin")
_PUBLISHED_AT = time(16)
_SATURDAY = 5
_NAMES = {
    "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "EUR": "Euro",
    "GBP": "British Pound",
    "JPY": "Japanese Yen",
    "NZD": "New Zealand Dollar",
    "USD": "United States Dollar",
}
_DOLLARS = {"EUR": "EURUSD", "GBP": "GBPUSD", "AUD": "AUDUSD", "NZD": "NZDUSD"}
_PER_DOLLAR = {"JPY": "USDJPY", "CHF": "USDCHF", "CAD": "USDCAD"}


class FrankfurterRefusal(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@cache
def _closed_days(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays("XECB", years=year))


def is_fixing_day(day: date) -> bool:
    """Return whether the European Central Bank fixes rates on `day`."""
    return day.weekday() < _SATURDAY and day not in _closed_days(day.year)


class FrankfurterRates:
    """Answer with what had been published by the clock's time."""

    def __init__(self, market: SeededMarket, clock: Clock) -> None:
        self._market = market
        self._clock = clock

    def answer(self, request: WireRequest) -> WireResponse:
        """Return what Frankfurter would say to `request`."""
        try:
            return json_response(self._route(request.path.removeprefix("/v1/").strip("/"), request.query))
        except FrankfurterRefusal as refusal:
            return json_response({"message": refusal.message}, status=refusal.status)

    def _route(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        if path == "currencies":
            return dict(_NAMES)
        base, quotes = _currencies(query)
        newest = self._newest()
        if path == "latest":
            return self._single(newest, base, quotes)
        first, dots, last = path.partition("..")
        if not dots:
            return self._single(_on_or_before(min(_day(first), newest)), base, quotes)
        return self._series(_day(first), min(_day(last) if last else newest, newest), base, quotes)

    def _newest(self) -> date:
        """Return the last day whose fixing is out."""
        now = from_ns(self._clock.now_ns()).astimezone(_FRANKFURT)
        is_out = now.time() >= _PUBLISHED_AT
        return _on_or_before(now.date() if is_out else now.date() - timedelta(days=1))

    def _single(self, day: date, base: str, quotes: list[str]) -> dict[str, Any]:
        return {"amount": 1.0, "base": base, "date": day.isoformat(), "rates": self._rates(day, base, quotes)}

    def _series(self, first: date, last: date, base: str, quotes: list[str]) -> dict[str, Any]:
        if last < first:
            raise FrankfurterRefusal(404, "not found")
        span = (max(first, day_of(FIRST_DAY)) + timedelta(days=each) for each in range((last - first).days + 1))
        days = [day for day in span if day <= last and is_fixing_day(day)]
        if not days:
            raise FrankfurterRefusal(404, "not found")
        rates = {day.isoformat(): self._rates(day, base, quotes) for day in days}
        return {"amount": 1.0, "base": base, "start_date": days[0].isoformat(), "end_date": days[-1].isoformat(), "rates": rates}

    def _rates(self, day: date, base: str, quotes: list[str]) -> dict[str, float]:
        worth = {name: self._in_dollars(name, day) for name in {base, *quotes}}
        return {name: float(f"{worth[base] / worth[name]:.5g}") for name in quotes}

    def _in_dollars(self, currency: str, day: date) -> float:
        if currency == "USD":
            return 1.0
        symbol = _DOLLARS.get(currency) or _PER_DOLLAR[currency]
        path = self._market.path(symbol)
        index = path.calendar.last_by_day(day_number(day))
        price = int(path.open[max(0, index)]) * self._market.instrument(symbol).tick
        return price if currency in _DOLLARS else 1 / price


def _currencies(query: dict[str, str]) -> tuple[str, list[str]]:
    base = query.get("base", "EUR").upper()
    asked = [name for name in query.get("symbols", "").upper().split(",") if name]
    if base not in _NAMES or any(name not in _NAMES for name in asked):
        raise FrankfurterRefusal(404, "not found")
    if base in asked:
        raise FrankfurterRefusal(422, "bad currency pair")
    return base, sorted(asked or [name for name in _NAMES if name != base])


def _day(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise FrankfurterRefusal(422, "invalid date") from None
    if day_number(day) < FIRST_DAY:
        raise FrankfurterRefusal(404, "not found")
    return day


def _on_or_before(day: date) -> date:
    while not is_fixing_day(day):
        day -= timedelta(days=1)
    return day
