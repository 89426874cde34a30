from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from served_market import FRIDAY, Served, served

from financehub.clock import to_ns
from financehub.simulator.universe import load_universe

CHART = "/yahoo/v8/finance/chart/"
NOW = int(FRIDAY.timestamp())


async def chart(simulator: Served, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await simulator.json(CHART + path))["chart"]["result"][0]
    return found


def seconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc]


async def test_minutes_of_today_end_with_the_running_one(simulator: Served) -> None:
    found = await chart(simulator, "AAPL?range=1d&interval=1m")
    assert found["timestamp"] == list(range(seconds(2026, 11, 20, 14, 30), NOW + 1, 60))
    quote, meta = found["indicators"]["quote"][0], found["meta"]
    assert {name: len(column) for name, column in quote.items()} == dict.fromkeys(("open", "high", "low", "close", "volume"), 226)
    assert quote["close"][-1] == float(np.float32(meta["regularMarketPrice"])) != meta["regularMarketPrice"]
    assert max(quote["high"]) == float(np.float32(meta["regularMarketDayHigh"]))
    assert sum(quote["volume"]) == meta["regularMarketVolume"]
    assert "adjclose" not in found["indicators"]
    assert meta["previousClose"] == meta["chartPreviousClose"]


async def test_the_meta_says_what_and_where(simulator: Served) -> None:
    meta = (await chart(simulator, "BRK-B"))["meta"]
    assert (meta["symbol"], meta["currency"], meta["instrumentType"], meta["exchangeName"]) == ("BRK-B", "USD", "EQUITY", "NYQ")
    assert (meta["gmtoffset"], meta["timezone"], meta["exchangeTimezoneName"]) == (-18_000, "EST", "America/New_York")
    assert meta["currentTradingPeriod"]["regular"] == {
        "timezone": "EST", "start": seconds(2026, 11, 20, 14, 30), "end": seconds(2026, 11, 20, 21), "gmtoffset": -18_000
    }  # fmt: skip
    assert meta["fiftyTwoWeekLow"] <= meta["regularMarketPrice"] <= meta["fiftyTwoWeekHigh"]
    assert meta["dataGranularity"] == "1d"


@pytest.mark.parametrize(
    ("name", "kind", "currency"),
    [
        ("SPY", "ETF", "USD"),
        ("^GSPC", "INDEX", "USD"),
        ("BTC-USD", "CRYPTOCURRENCY", "USD"),
        ("EURUSD=X", "CURRENCY", "USD"),
        ("USDJPY=X", "CURRENCY", "JPY"),
        ("aapl", "EQUITY", "USD"),
    ],
)
async def test_every_kind_is_named(simulator: Served, name: str, kind: str, currency: str) -> None:
    meta = (await chart(simulator, name))["meta"]
    assert (meta["instrumentType"], meta["currency"]) == (kind, currency)


async def test_hours_begin_with_the_session(simulator: Served) -> None:
    found = await chart(simulator, "MSFT?range=5d&interval=1h")
    times = found["timestamp"]
    assert times[0] == seconds(2026, 11, 16, 14, 30)
    assert times[:8] == [*range(times[0], times[0] + 7 * 3600, 3600), seconds(2026, 11, 17, 14, 30)]


@pytest.mark.parametrize(("interval", "minutes"), [("5m", 5), ("15m", 15), ("60m", 60)])
async def test_longer_bars_are_made_of_minutes(simulator: Served, interval: str, minutes: int) -> None:
    fine = await chart(simulator, "NVDA?range=1d&interval=1m")
    coarse = await chart(simulator, f"NVDA?range=1d&interval={interval}")
    one, many = fine["indicators"]["quote"][0], coarse["indicators"]["quote"][0]
    for row, at in enumerate(range(0, len(fine["timestamp"]), minutes)):
        part = slice(at, at + minutes)
        assert coarse["timestamp"][row] == fine["timestamp"][at]
        assert many["open"][row] == one["open"][at]
        assert many["high"][row] == max(one["high"][part])
        assert many["low"][row] == min(one["low"][part])
        assert many["close"][row] == one["close"][part][-1]
        assert many["volume"][row] == sum(one["volume"][part])


async def test_days_carry_splits_dividends_and_adjusted_closes(simulator: Served) -> None:
    span = f"period1={seconds(2020, 8, 3)}&period2={seconds(2020, 12, 1)}"
    found = await chart(simulator, f"AAPL?interval=1d&events=div%7Csplit&{span}")
    splits = found["events"]["splits"]
    day = seconds(2020, 8, 31, 13, 30)
    assert splits == {str(day): {"date": day, "numerator": 4, "denominator": 1, "splitRatio": "4:1"}}
    assert len(found["events"]["dividends"]) == 2
    closes, adjusted = found["indicators"]["quote"][0]["close"], found["indicators"]["adjclose"][0]["adjclose"]
    split_row = found["timestamp"].index(day)
    assert closes[split_row] / closes[split_row - 1] == pytest.approx(1, abs=0.15)
    assert all(after < before for after, before in zip(adjusted, closes, strict=True))
    paid = found["events"]["dividends"]
    for stamp, dividend in paid.items():
        row = found["timestamp"].index(int(stamp))
        kept = (adjusted[row - 1] / closes[row - 1]) / (adjusted[row] / closes[row])
        assert kept == pytest.approx(1 - dividend["amount"] / closes[row - 1], abs=1e-5)


async def test_before_a_split_prices_are_those_of_the_day() -> None:
    before, after = (datetime(2020, 8, day, 18, tzinfo=UTC) for day in (28, 31))
    async with served(at_ns=to_ns(before)) as simulator:
        early = await chart(simulator, "AAPL?range=5d&interval=1d&events=split")
    async with served(at_ns=to_ns(after)) as simulator:
        late = await chart(simulator, "AAPL?range=5d&interval=1d&events=split")
    assert "events" not in early
    assert late["events"]["splits"]
    common = (set(early["timestamp"]) & set(late["timestamp"])) - {early["timestamp"][-1]}
    assert common
    for stamp in common:
        first = early["indicators"]["quote"][0]["close"][early["timestamp"].index(stamp)]
        second = late["indicators"]["quote"][0]["close"][late["timestamp"].index(stamp)]
        assert first == pytest.approx(4 * second, abs=1e-5)


async def test_weeks_months_and_quarters_begin_where_they_should(simulator: Served) -> None:
    weeks = await chart(simulator, "BTC-USD?range=1mo&interval=1wk")
    assert all((stamp - 4 * 86_400) % (7 * 86_400) == 0 for stamp in weeks["timestamp"])
    months = await chart(simulator, "AAPL?range=1y&interval=1mo")
    assert all(datetime.fromtimestamp(stamp, UTC).day == 1 for stamp in months["timestamp"])
    quarters = await chart(simulator, "AAPL?range=2y&interval=3mo")
    assert {datetime.fromtimestamp(stamp, UTC).month for stamp in quarters["timestamp"]} == {1, 4, 7, 10}


async def test_weeks_begin_at_midnight_of_the_exchange_in_summer_and_winter(simulator: Served) -> None:
    span = f"interval=1wk&period1={seconds(2026, 10, 25)}&period2={seconds(2026, 11, 9)}"
    share = await chart(simulator, f"AAPL?{span}")
    assert share["timestamp"] == [seconds(2026, 10, 26, 4), seconds(2026, 11, 2, 5)]
    pair = await chart(simulator, f"EURUSD=X?interval=1wk&period1={seconds(2026, 3, 23)}&period2={seconds(2026, 4, 6)}")
    assert pair["timestamp"] == [seconds(2026, 3, 23), seconds(2026, 3, 29, 23)]


async def test_a_week_is_made_of_its_days_also_when_the_share_is_split_in_it(simulator: Served) -> None:
    span = f"period1={seconds(2020, 8, 24)}&period2={seconds(2020, 9, 12)}"
    days = await chart(simulator, f"AAPL?interval=1d&{span}")
    weeks = await chart(simulator, f"AAPL?interval=1wk&events=split&{span}")
    assert weeks["timestamp"] == [seconds(2020, 8, 24, 4), seconds(2020, 8, 31, 4), seconds(2020, 9, 7, 4)]
    one, many = days["indicators"]["quote"][0], weeks["indicators"]["quote"][0]
    for row, part in enumerate((slice(0, 5), slice(5, 10), slice(10, 14))):  # Labor Day is the 7th
        assert many["open"][row] == one["open"][part][0]
        assert many["high"][row] == max(one["high"][part])
        assert many["low"][row] == min(one["low"][part])
        assert many["close"][row] == one["close"][part][-1]
        assert many["volume"][row] == sum(one["volume"][part])
    adjusted = days["indicators"]["adjclose"][0]["adjclose"]
    assert weeks["indicators"]["adjclose"][0]["adjclose"] == [adjusted[4], adjusted[9], adjusted[13]]
    assert len(weeks["events"]["splits"]) == 1


async def test_ranges_begin_where_they_should(simulator: Served) -> None:
    year = await chart(simulator, "BTC-USD?range=ytd&interval=1d")
    assert year["timestamp"][0] == seconds(2026, 1, 1)
    assert (await chart(simulator, "BTC-USD?range=max&interval=1d"))["timestamp"][0] == seconds(2015, 1, 2)
    assert len((await chart(simulator, "AAPL?range=5d&interval=1d"))["timestamp"]) == 5


async def test_volumes_of_coins_are_dollars_and_currencies_have_none(simulator: Served) -> None:
    coin = (await chart(simulator, "BTC-USD?range=5d&interval=1d"))["indicators"]["quote"][0]
    assert all(1e4 * price < volume < 1e6 * price for price, volume in zip(coin["close"], coin["volume"], strict=True))
    assert set((await chart(simulator, "EURUSD=X?range=5d&interval=1d"))["indicators"]["quote"][0]["volume"]) == {0}


async def test_a_closed_market_answers_without_timestamps(simulator: Served) -> None:
    span = f"period1={seconds(2026, 11, 14)}&period2={seconds(2026, 11, 15)}"
    minutes = await chart(simulator, f"AAPL?interval=1m&{span}")
    assert "timestamp" not in minutes
    assert minutes["indicators"] == {"quote": [{}]}
    days = await chart(simulator, f"AAPL?interval=1d&{span}")
    assert days["indicators"] == {"quote": [{}], "adjclose": [{}]}
    assert minutes["meta"]["regularMarketPrice"] > 0


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("NOPE", 404, "Not Found"),
        ("AAPL?interval=7m", 422, "Unprocessable Entity"),
        ("AAPL?range=9d", 422, "Unprocessable Entity"),
        ("AAPL?period1=9&period2=8", 400, "Bad Request"),
        ("AAPL?period1=a", 400, "Bad Request"),
    ],
)
async def test_refusals_have_yahoos_shape(simulator: Served, path: str, status: int, code: str) -> None:
    response = await simulator.get(CHART + path)
    assert response.status_code == status
    assert response.json()["chart"]["result"] is None
    assert response.json()["chart"]["error"]["code"] == code


async def test_other_paths_are_not_there(simulator: Served) -> None:
    assert (await simulator.get("/yahoo/v7/finance/quote")).status_code == 404


@pytest.mark.parametrize("name", [each.yahoo for each in load_universe().values()])
async def test_every_instrument_has_a_chart(simulator: Served, name: str) -> None:
    found = await chart(simulator, f"{name}?range=1mo&interval=1d")
    assert len(found["timestamp"]) >= 20
