from datetime import UTC, date, datetime

import pytest
from served_market import Served, served

from financehub.clock import to_ns
from financehub.simulator.frankfurter_rates import is_fixing_day

V1 = "/frankfurter/v1"


async def test_the_latest_fixing_names_base_day_and_rates(simulator: Served) -> None:
    found = await simulator.json(f"{V1}/latest")
    assert (found["amount"], found["base"], found["date"]) == (1.0, "EUR", "2026-11-20")
    assert list(found["rates"]) == ["AUD", "CAD", "CHF", "GBP", "JPY", "NZD", "USD"]
    pounds = await simulator.json(f"{V1}/latest?base=GBP&symbols=USD,EUR")
    assert set(pounds["rates"]) == {"EUR", "USD"}
    assert pounds["rates"]["EUR"] == pytest.approx(1 / found["rates"]["GBP"], rel=1e-4)
    assert pounds["rates"]["USD"] == pytest.approx(found["rates"]["USD"] / found["rates"]["GBP"], rel=1e-4)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 20, 14, 59, tzinfo=UTC), "2026-11-19"),  # 15:59 in Frankfurt
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 4, 6, 18, 0, tzinfo=UTC), "2026-04-02"),  # Easter Monday
    ],
)
async def test_a_fixing_comes_out_in_the_afternoon_of_a_business_day(now: datetime, day: str) -> None:
    async with served(at_ns=to_ns(now)) as simulator:
        assert (await simulator.json(f"{V1}/latest"))["date"] == day


async def test_a_day_without_fixing_answers_with_the_one_before(simulator: Served) -> None:
    assert (await simulator.json(f"{V1}/2026-11-15"))["date"] == "2026-11-13"
    assert (await simulator.json(f"{V1}/2030-01-01"))["date"] == "2026-11-20"


async def test_a_range_holds_business_days_only(simulator: Served) -> None:
    found = await simulator.json(f"{V1}/2025-12-23..2026-01-05?symbols=USD")
    assert list(found["rates"]) == [
        "2025-12-23",
        "2025-12-24",
        "2025-12-29",
        "2025-12-30",
        "2025-12-31",
        "2026-01-02",
        "2026-01-05",
    ]
    assert (found["start_date"], found["end_date"]) == ("2025-12-23", "2026-01-05")
    assert all(set(rates) == {"USD"} for rates in found["rates"].values())
    single = await simulator.json(f"{V1}/2025-12-29?symbols=USD")
    assert found["rates"]["2025-12-29"] == single["rates"]
    assert (await simulator.json(f"{V1}/2026-11-16.."))["end_date"] == "2026-11-20"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("latest?base=XXX", 404),
        ("latest?symbols=USD,XXX", 404),
        ("latest?base=USD&symbols=USD", 422),
        ("yesterday", 422),
        ("1999-01-04", 404),
        ("2026-02-01..2026-01-01", 404),
        ("2026-11-21..2026-11-22", 404),
    ],
)
async def test_refusals_have_a_message(simulator: Served, path: str, status: int) -> None:
    response = await simulator.get(f"{V1}/{path}")
    assert response.status_code == status
    assert response.json()["message"]


async def test_currencies_are_listed(simulator: Served) -> None:
    assert (await simulator.json(f"{V1}/currencies"))["CHF"] == "Swiss Franc"


def test_fixing_days() -> None:
    assert is_fixing_day(date(2026, 11, 26))  # New York's Thanksgiving
    assert [is_fixing_day(date(2026, month, day)) for month, day in ((1, 1), (4, 3), (5, 1), (12, 25), (12, 26))] == [False] * 5
