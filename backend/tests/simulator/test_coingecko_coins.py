import itertools

import pytest
from served_market import FRIDAY_NS, MARKET, Served

V3 = "/coingecko/api/v3"
NOW = FRIDAY_NS // 1_000_000_000


async def test_simple_prices_are_those_of_the_pairs(simulator: Served) -> None:
    found = await simulator.json(f"{V3}/simple/price?ids=bitcoin,ethereum,nope&vs_currencies=usd,eur,zzz")
    pair = await simulator.json("/binance/api/v3/ticker/price?symbol=BTCUSDT")
    assert set(found) == {"bitcoin", "ethereum"}
    assert found["bitcoin"]["usd"] == float(pair["price"])
    euro = MARKET.last_trade("EURUSD", FRIDAY_NS).price * 0.00001
    assert found["bitcoin"]["eur"] == pytest.approx(found["bitcoin"]["usd"] / euro, abs=0.01)
    assert set(found["bitcoin"]) == {"usd", "eur"}


async def test_a_space_drops_the_second_id_silently(simulator: Served) -> None:
    assert set(await simulator.json(f"{V3}/simple/price?ids=bitcoin,%20ethereum&vs_currencies=usd")) == {"bitcoin"}


async def test_extras_come_when_asked_for(simulator: Served) -> None:
    extras = "&".join(f"include_{name}=true" for name in ("market_cap", "24hr_vol", "24hr_change", "last_updated_at"))
    found = (await simulator.json(f"{V3}/simple/price?ids=litecoin&vs_currencies=usd,jpy,btc&{extras}"))["litecoin"]
    assert found["usd_market_cap"] == pytest.approx(found["usd"] * 76.7e6)
    assert found["jpy"] == pytest.approx(found["usd"] * MARKET.last_trade("USDJPY", FRIDAY_NS).price * 0.001, abs=0.01)
    assert 0 < found["btc"] < 0.1
    assert found["usd_24h_vol"] > 0
    assert NOW - 60 <= found["last_updated_at"] <= NOW


async def test_markets_are_ranked_and_paged(simulator: Served) -> None:
    rows = await simulator.json(f"{V3}/coins/markets?vs_currency=usd")
    assert [row["market_cap_rank"] for row in rows] == list(range(1, 12))
    assert rows == sorted(rows, key=lambda row: -row["market_cap"])
    assert all(row["atl"] <= row["low_24h"] <= row["current_price"] <= row["high_24h"] <= row["ath"] for row in rows)
    second = await simulator.json(f"{V3}/coins/markets?vs_currency=usd&per_page=4&page=3")
    assert second == rows[8:]
    assert [row["id"] for row in await simulator.json(f"{V3}/coins/markets?vs_currency=usd&ids=dogecoin")] == ["dogecoin"]


@pytest.mark.parametrize(("days", "step"), [("1", 300), ("7", 3600), ("90", 3600), ("365", 86_400), ("max", 86_400)])
async def test_charts_are_as_fine_as_their_span_allows(simulator: Served, days: str, step: int) -> None:
    chart = await simulator.json(f"{V3}/coins/bitcoin/market_chart?vs_currency=usd&days={days}")
    assert set(chart) == {"prices", "market_caps", "total_volumes"}
    times = [point[0] // 1000 for point in chart["prices"]]
    assert {second - first for first, second in itertools.pairwise(times[:-1])} == {step}
    assert chart["prices"][-1][1] == float((await simulator.json("/binance/api/v3/ticker/price?symbol=BTCUSDT"))["price"])
    assert times[-1] == NOW


async def test_daily_points_on_request(simulator: Served) -> None:
    chart = await simulator.json(f"{V3}/coins/bitcoin/market_chart?vs_currency=usd&days=5&interval=daily")
    assert len(chart["prices"]) == 6


async def test_a_range_has_its_ends(simulator: Served) -> None:
    path = f"{V3}/coins/solana/market_chart/range?vs_currency=usd&from={NOW - 7200}&to={NOW - 3600}"
    times = [point[0] // 1000 for point in (await simulator.json(path))["prices"]]
    assert times[0] >= NOW - 7200 - 300
    assert times[-1] <= NOW - 3600 + 60
    assert (await simulator.json(path.replace("range?", "range?precision=2&").replace(str(NOW - 7200), str(NOW + 9999))))[
        "prices"
    ] == []


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/simple/price", 422, "Missing parameter ids"),
        ("/simple/price?ids=bitcoin", 422, "Missing parameter vs_currencies"),
        ("/coins/bitcoin/market_chart", 422, "Missing parameter vs_currency"),
        ("/coins/bitcoin/market_chart?vs_currency=usd", 422, "Missing parameter days"),
        ("/coins/bitcoin/market_chart?vs_currency=usd&days=x", 422, "invalid days"),
        ("/coins/markets?vs_currency=zzz", 422, "invalid vs_currency"),
        ("/coins/markets?vs_currency=usd&page=0", 422, "invalid page"),
        ("/coins/nope/market_chart?vs_currency=usd&days=1", 404, "coin not found"),
    ],
)
async def test_refusals_have_coingeckos_shape(simulator: Served, path: str, status: int, error: str) -> None:
    response = await simulator.get(V3 + path)
    assert (response.status_code, response.json()) == (status, {"error": error})


async def test_lists_and_pings(simulator: Served) -> None:
    assert {"id": "avalanche-2", "symbol": "avax", "name": "Avalanche"} in await simulator.json(f"{V3}/coins/list")
    assert "gecko_says" in await simulator.json(f"{V3}/ping")
    assert (await simulator.get(f"{V3}/nothing")).status_code == 404
