from datetime import UTC, datetime

import pytest
from served_market import MARKET, Served, served

from financehub.clock import to_ns
from financehub.simulator.sessions import day_of

AGENT = "FinanceHub tests@example.org"
APPLE = "/sec/submissions/CIK0000320193.json"


@pytest.mark.parametrize("agent", ["", "python-httpx/0.28"])
async def test_who_does_not_say_who_they_are_is_refused(simulator: Served, agent: str) -> None:
    response = await simulator.get(APPLE, **{"User-Agent": agent})
    assert (response.status_code, response.headers["content-type"]) == (403, "application/xml")


async def test_tickers_lead_to_filers(simulator: Served) -> None:
    found = (await simulator.get("/sec/files/company_tickers.json", **{"User-Agent": AGENT})).json()
    assert len(found) == 30
    assert {"cik_str": 1067983, "ticker": "BRK-B", "title": "Berkshire Hathaway Inc."} in found.values()


async def test_filings_are_columns_newest_first(simulator: Served) -> None:
    found = (await simulator.get(APPLE, **{"User-Agent": AGENT})).json()
    assert (found["cik"], found["name"], found["tickers"], found["exchanges"]) == (
        "0000320193",
        "Apple Inc.",
        ["AAPL"],
        ["Nasdaq"],
    )
    recent = found["filings"]["recent"]
    assert {len(column) for column in recent.values()} == {96}
    assert set(recent["form"]) == {"10-K", "10-Q", "8-K"}
    assert recent["filingDate"] == sorted(recent["filingDate"], reverse=True)
    assert len(set(recent["accessionNumber"])) == 96
    assert [items for form, items in zip(recent["form"], recent["items"], strict=True) if form == "8-K"] == ["2.02,9.01"] * 48
    results = {day_of(int(MARKET.path("AAPL").calendar.days[index])).isoformat() for index in MARKET.path("AAPL").earnings}
    assert {day for form, day in zip(recent["form"], recent["filingDate"], strict=True) if form == "8-K"} <= results


async def test_nothing_is_filed_before_its_day() -> None:
    async with served(at_ns=to_ns(datetime(2015, 1, 3, tzinfo=UTC))) as simulator:
        found = (await simulator.get(APPLE, **{"User-Agent": AGENT})).json()
        assert found["filings"]["recent"]["form"] == []
        assert "accessionNumber" in found["filings"]["recent"]


@pytest.mark.parametrize(
    "path", ["/sec/submissions/CIK0000000001.json", "/sec/submissions/CIK320193.json", "/sec/submissions/x", "/sec/"]
)
async def test_what_is_not_there_is_not_found(simulator: Served, path: str) -> None:
    response = await simulator.get(path, **{"User-Agent": AGENT})
    assert (response.status_code, response.headers["content-type"]) == (404, "application/xml")


async def test_concepts_of_a_filer_answer(simulator: Served) -> None:
    path = "/sec/api/xbrl/companyconcept/CIK0000320193/dei/EntityCommonStockSharesOutstanding.json"
    found = (await simulator.get(path, **{"User-Agent": AGENT})).json()
    assert (found["cik"], found["tag"], found["units"]) == (320193, "EntityCommonStockSharesOutstanding", {})
