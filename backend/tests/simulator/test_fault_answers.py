import time
from typing import Any

import httpx
import pytest
from served_market import Served

PATHS = {
    "binance": "/binance/api/v3/klines?symbol=BTCUSDT&interval=1d&limit=2",
    "yahoo_finance": "/yahoo/v8/finance/chart/AAPL",
    "coingecko": "/coingecko/api/v3/simple/price?ids=bitcoin&vs_currencies=usd",
    "frankfurter": "/frankfurter/v1/latest",
    "sec_edgar": "/sec/files/company_tickers.json",
}
AGENT = {"User-Agent": "FinanceHub tests@example.org"}


async def strike(simulator: Served, provider: str, **order: Any) -> httpx.Response:
    await simulator.fault(provider=provider, count=1, **order)
    return await simulator.get(PATHS[provider], **AGENT)


@pytest.mark.parametrize("provider", PATHS)
@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"kind": "rate_limited"}, 429),
        ({"kind": "banned"}, 418),
        ({"kind": "forbidden"}, 403),
        ({"kind": "server_error"}, 500),
        ({"kind": "server_error", "status": 503}, 503),
        ({"kind": "server_error", "status": 599}, 599),
        ({"kind": "html_page"}, 200),
        ({"kind": "success_with_error"}, 200),
    ],
)
async def test_refusals_come_once_and_then_all_is_well(
    simulator: Served, provider: str, order: dict[str, Any], status: int
) -> None:
    usual = (await simulator.get(PATHS[provider], **AGENT)).content
    response = await strike(simulator, provider, **order)
    assert response.status_code == status
    assert response.content != usual
    assert "Retry-After" not in response.headers
    again = await simulator.get(PATHS[provider], **AGENT)
    assert (again.status_code, again.content) == (200, usual)


@pytest.mark.parametrize("kind", ["rate_limited", "banned", "server_error"])
async def test_refusals_may_say_how_long_to_wait(simulator: Served, kind: str) -> None:
    assert (await strike(simulator, "binance", kind=kind, retry_after=3)).headers["Retry-After"] == "3"


async def test_refusals_speak_their_providers_language(simulator: Served) -> None:
    assert (await strike(simulator, "binance", kind="rate_limited")).json()["code"] == -1003
    assert (await strike(simulator, "coingecko", kind="rate_limited")).json()["status"]["error_code"] == 429
    assert (await strike(simulator, "yahoo_finance", kind="rate_limited")).text == "Too Many Requests\r\n"
    assert (await strike(simulator, "binance", kind="html_page")).headers["content-type"] == "text/html"
    assert (await strike(simulator, "yahoo_finance", kind="success_with_error")).json()["chart"]["result"] is None


@pytest.mark.parametrize("provider", PATHS)
@pytest.mark.parametrize("kind", ["schema_drift", "clock_skew", "nan_price", "wrong_price"])
async def test_bodies_lie(simulator: Served, provider: str, kind: str) -> None:
    usual = await simulator.get(PATHS[provider], **AGENT)
    response = await strike(simulator, provider, kind=kind)
    assert response.status_code == 200
    has_prices = provider != "sec_edgar"
    has_times = provider in {"binance", "yahoo_finance"}
    is_changed = {"schema_drift": True, "clock_skew": has_times}.get(kind, has_prices)
    assert (response.content != usual.content) is is_changed


async def test_a_book_crosses_when_told_to(simulator: Served) -> None:
    await simulator.fault(kind="crossed_book", pattern="*/depth", count=1)
    path = "/binance/api/v3/depth?symbol=BTCUSDT"
    crossed, sound = await simulator.json(path), await simulator.json(path)
    assert float(crossed["bids"][0][0]) > float(crossed["asks"][0][0])
    assert float(sound["bids"][0][0]) < float(sound["asks"][0][0])


async def test_a_silent_server_never_answers(simulator: Served) -> None:
    await simulator.fault(kind="timeout", count=1)
    with pytest.raises(httpx.ReadTimeout):
        await simulator.client.get(simulator.root + PATHS["binance"], timeout=0.15)
    assert (await simulator.get(PATHS["binance"])).status_code == 200


async def test_a_body_may_stop_half_way(simulator: Served) -> None:
    await simulator.fault(kind="truncated", count=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        await simulator.get(PATHS["binance"])


async def test_a_body_may_drip(simulator: Served) -> None:
    size = len((await simulator.get(PATHS["binance"])).content)
    await simulator.fault(kind="slow_drip", count=1, bytes_per_second=size * 5)
    began = time.perf_counter()
    response = await simulator.get(PATHS["binance"])
    assert time.perf_counter() - began > 0.15
    assert len(response.content) == size


async def test_a_pattern_spares_other_paths(simulator: Served) -> None:
    await simulator.fault(kind="server_error", pattern="*/klines")
    assert (await simulator.get(PATHS["binance"])).status_code == 500
    assert (await simulator.get("/binance/api/v3/ping")).status_code == 200
