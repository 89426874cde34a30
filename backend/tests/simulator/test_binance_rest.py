from datetime import UTC, datetime
from typing import Any

import pytest
from served_market import FRIDAY, FRIDAY_NS, MARKET, Served, served

from financehub.clock import to_ns
from financehub.simulator.market_model import SeededMarket

V3 = "/binance/api/v3"
NOW_MS = FRIDAY_NS // 1_000_000
HOUR_MS = 3_600_000
BODIES = [
    f"{V3}/exchangeInfo",
    f"{V3}/klines?symbol=BTCUSDT&interval=1m&limit=20",
    f"{V3}/ticker/24hr?symbol=ETHUSDT",
    f"{V3}/depth?symbol=SOLUSDT&limit=100",
    f"{V3}/trades?symbol=DOGEUSDT&limit=50",
    "/yahoo/v8/finance/chart/AAPL?range=1mo&interval=1d&events=div,split",
    "/coingecko/api/v3/coins/markets?vs_currency=usd",
    "/frankfurter/v1/latest",
]


@pytest.mark.parametrize("path", BODIES)
async def test_the_same_seed_gives_the_same_bytes_and_another_does_not(path: str) -> None:
    async with served() as first, served(SeededMarket(7)) as again, served(SeededMarket(8)) as other:
        body = (await first.get(path)).content
        assert (await again.get(path)).content == body
        assert ((await other.get(path)).content == body) is path.endswith("exchangeInfo")


async def test_the_small_endpoints(simulator: Served) -> None:
    assert await simulator.json(f"{V3}/ping") == {}
    assert await simulator.json(f"{V3}/time") == {"serverTime": NOW_MS}
    response = await simulator.get(f"{V3}/nothing")
    assert (response.status_code, response.headers["content-type"]) == (404, "text/html")


async def test_exchange_info_lists_the_pairs(simulator: Served) -> None:
    info = await simulator.json(f"{V3}/exchangeInfo")
    assert len(info["symbols"]) == 11
    bitcoin = info["symbols"][0]
    assert (bitcoin["symbol"], bitcoin["baseAsset"], bitcoin["quoteAsset"], bitcoin["status"]) == (
        "BTCUSDT",
        "BTC",
        "USDT",
        "TRADING",
    )
    filters = {each["filterType"]: each for each in bitcoin["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    one = await simulator.json(f'{V3}/exchangeInfo?symbols=["LTCUSDT"]')
    assert [each["symbol"] for each in one["symbols"]] == ["LTCUSDT"]


async def klines(simulator: Served, query: str) -> list[list[Any]]:
    found: list[list[Any]] = await simulator.json(f"{V3}/klines?symbol=BTCUSDT&{query}")
    return found


def folded(rows: list[list[Any]]) -> list[Any]:
    return [
        rows[0][1],
        max(rows, key=lambda row: float(row[2]))[2],
        min(rows, key=lambda row: float(row[3]))[3],
        rows[-1][4],
        f"{sum(round(float(row[5]) * 1e5) for row in rows) / 1e5:.8f}",
        sum(row[8] for row in rows),
    ]


@pytest.mark.parametrize(("interval", "minutes"), [("5m", 5), ("15m", 15), ("1h", 60), ("4h", 240)])
async def test_longer_klines_are_made_of_minutes(simulator: Served, interval: str, minutes: int) -> None:
    for row in await klines(simulator, f"interval={interval}&limit=3"):
        parts = await klines(simulator, f"interval=1m&startTime={row[0]}&endTime={row[6]}&limit=1000")
        assert folded(parts) == [*row[1:6], row[8]]
        assert row[6] == row[0] + minutes * 60_000 - 1
        assert row[0] % (minutes * 60_000) == 0


async def test_days_are_made_of_hours_and_weeks_of_days(simulator: Served) -> None:
    for longer, shorter in (("1d", "1h"), ("1w", "1d")):
        for row in await klines(simulator, f"interval={longer}&limit=2"):
            parts = await klines(simulator, f"interval={shorter}&startTime={row[0]}&endTime={row[6]}&limit=1000")
            assert folded(parts) == [*row[1:6], row[8]]
    week = (await klines(simulator, "interval=1w&limit=1"))[0]
    assert week[0] == int(datetime(2026, 11, 16, tzinfo=UTC).timestamp() * 1000)


async def test_klines_obey_start_end_and_limit(simulator: Served) -> None:
    start = NOW_MS - 10 * HOUR_MS
    rows = await klines(simulator, f"interval=1h&startTime={start}")
    assert rows[0][0] == start // HOUR_MS * HOUR_MS + HOUR_MS
    assert rows[-1][0] == NOW_MS // HOUR_MS * HOUR_MS
    assert len(await klines(simulator, f"interval=1h&startTime={start}&limit=4")) == 4
    assert [row[0] for row in await klines(simulator, f"interval=1h&endTime={start}&limit=2")] == [
        start // HOUR_MS * HOUR_MS - HOUR_MS,
        start // HOUR_MS * HOUR_MS,
    ]
    assert await klines(simulator, f"interval=1h&startTime={NOW_MS + HOUR_MS}") == []
    assert len(await klines(simulator, "interval=1m&limit=5000")) == 1000


async def test_the_day_ticker_agrees_with_klines_book_and_trades(simulator: Served) -> None:
    ticker = await simulator.json(f"{V3}/ticker/24hr?symbol=BTCUSDT")
    minutes = await klines(simulator, f"interval=1m&startTime={NOW_MS // 60_000 * 60_000 - 1439 * 60_000}&limit=1000")
    minutes += await klines(simulator, f"interval=1m&startTime={minutes[-1][0] + 60_000}&limit=1000")
    assert folded(minutes) == [
        ticker["openPrice"], ticker["highPrice"], ticker["lowPrice"], ticker["lastPrice"], ticker["volume"], ticker["count"]
    ]  # fmt: skip
    book = await simulator.json(f"{V3}/depth?symbol=BTCUSDT&limit=5")
    assert [ticker["bidPrice"], ticker["bidQty"]] == book["bids"][0]
    assert [ticker["askPrice"], ticker["askQty"]] == book["asks"][0]
    last = (await simulator.json(f"{V3}/trades?symbol=BTCUSDT&limit=1"))[0]
    assert (last["price"], last["qty"], last["id"]) == (ticker["lastPrice"], ticker["lastQty"], ticker["lastId"])
    change = float(ticker["lastPrice"]) - float(ticker["openPrice"])
    assert float(ticker["priceChange"]) == pytest.approx(change, abs=1e-9)


async def test_tickers_come_alone_or_together(simulator: Served) -> None:
    assert len(await simulator.json(f"{V3}/ticker/24hr")) == 11
    both = await simulator.json(f'{V3}/ticker/24hr?symbols=["BTCUSDT","ETHUSDT"]')
    assert [each["symbol"] for each in both] == ["BTCUSDT", "ETHUSDT"]
    mini = await simulator.json(f"{V3}/ticker/24hr?symbol=BTCUSDT&type=MINI")
    assert "bidPrice" not in mini
    assert mini["lastPrice"] == both[0]["lastPrice"]
    price = await simulator.json(f"{V3}/ticker/price?symbol=BTCUSDT")
    assert price == {"symbol": "BTCUSDT", "price": mini["lastPrice"]}
    assert len(await simulator.json(f"{V3}/ticker/price")) == 11


async def test_trades_are_the_latest_in_order(simulator: Served) -> None:
    trades = await simulator.json(f"{V3}/trades?symbol=BTCUSDT&limit=300")
    assert len(trades) == 300
    assert [each["id"] for each in trades] == list(range(trades[0]["id"], trades[0]["id"] + 300))
    assert trades[-1]["time"] <= NOW_MS
    merged = await simulator.json(f"{V3}/aggTrades?symbol=BTCUSDT&limit=2")
    assert [(each["a"], each["p"], each["m"]) for each in merged] == [
        (each["id"], each["price"], each["isBuyerMaker"]) for each in trades[-2:]
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/klines?symbol=NOPE&interval=1h", -1121),
        ("/depth?symbol=btcusdt", -1121),
        ("/ticker/24hr?symbol=NOPE", -1121),
        ('/exchangeInfo?symbols=["NOPE"]', -1121),
        ("/klines?symbol=BTCUSDT&interval=7m", -1120),
        ("/klines?interval=1h", -1102),
        ("/depth", -1102),
        ("/depth?symbol=BTCUSDT&limit=x", -1100),
        ("/depth?symbol=BTCUSDT&limit=0", -1130),
        ("/klines?symbol=BTCUSDT&interval=1h&startTime=today", -1100),
        ("/ticker/24hr?symbols=BTCUSDT", -1100),
        ('/ticker/24hr?symbol=BTCUSDT&symbols=["ETHUSDT"]', -1128),
    ],
)
async def test_refusals_have_binances_codes(simulator: Served, path: str, code: int) -> None:
    response = await simulator.get(V3 + path)
    assert response.status_code == 400
    assert response.json()["code"] == code
    assert response.json()["msg"]


async def test_weight_is_counted_by_the_minute(simulator: Served) -> None:
    used = [
        (await simulator.get(f"{V3}{path}")).headers["X-MBX-USED-WEIGHT-1M"]
        for path in ("/ping", "/depth?symbol=BTCUSDT&limit=5000", "/klines?symbol=BTCUSDT&interval=1h")
    ]
    assert used == ["1", "251", "253"]
    await simulator.clock.advance(60)
    assert (await simulator.get(f"{V3}/ping")).headers["X-MBX-USED-WEIGHT-1M"] == "1"


async def test_limits_bite_when_they_are_on() -> None:
    async with served(has_limits=True) as simulator:
        for _ in range(24):
            assert (await simulator.get(f"{V3}/depth?symbol=BTCUSDT&limit=5000")).status_code == 200
        response = await simulator.get(f"{V3}/ping")
        assert (response.status_code, response.json()["code"], response.headers["Retry-After"]) == (429, -1003, "60")


async def test_history_begins_with_the_market() -> None:
    async with served(at_ns=to_ns(datetime(2015, 1, 5, 12, tzinfo=UTC))) as simulator:
        rows = await klines(simulator, "interval=1h&limit=1000")
        assert rows[0][0] == int(datetime(2015, 1, 2, tzinfo=UTC).timestamp() * 1000)
        assert [row[0] for row in await klines(simulator, "interval=1w&limit=9")] == [
            int(datetime(2014, 12, 29, tzinfo=UTC).timestamp() * 1000),
            int(datetime(2015, 1, 5, tzinfo=UTC).timestamp() * 1000),
        ]


async def test_klines_asked_from_before_there_were_any_are_the_first_there_are(simulator: Served) -> None:
    first = int(datetime(2015, 1, 2, tzinfo=UTC).timestamp() * 1000)
    for interval, length in (("1m", 60_000), ("1h", HOUR_MS), ("1d", 24 * HOUR_MS)):
        rows = await klines(simulator, f"interval={interval}&startTime=0&limit=3")
        assert [row[0] for row in rows] == [first, first + length, first + 2 * length]
    weeks = await klines(simulator, "interval=1w&startTime=0&limit=2")
    assert [row[0] for row in weeks] == [first - 4 * 24 * HOUR_MS, first + 3 * 24 * HOUR_MS]
    assert await klines(simulator, f"interval=1d&startTime=0&endTime={first - 1}") == []


def test_the_day_stands_as_assumed() -> None:
    assert FRIDAY.weekday() == 4
    assert MARKET.seed == 7
