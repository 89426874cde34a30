"""The catalogue's door: pages, search, one with its names, tags."""

import pytest
from api.door import Door, assert_as_documented, body_of, refusal_of

pytestmark = pytest.mark.usefixtures("catalogue")

BITCOIN_JSON = {
    "symbol": "BTCUSDT",
    "name": "Bitcoin",
    "asset_class": "crypto",
    "currency": "USDT",
    "venue": "BINANCE",
    "base": "BTC",
    "price_decimals": 2,
    "isin": "",
    "sector": "",
    "country": "",
    "is_featured": True,
    "streams": ["price", "trades", "bars", "orderbook"],
}


def symbols_of(body: dict[str, list[dict[str, str]]]) -> list[str]:
    return [asset["symbol"] for asset in body["data"]]


def test_list_goes_page_by_page(door: Door) -> None:
    first = assert_as_documented(door.get("/api/assets?limit=3"), "list_assets")
    assert symbols_of(first) == ["AAPL", "BTCUSDT", "ETHUSDT"]
    assert first["data"][1] == BITCOIN_JSON
    assert "ETHUSDT" not in first["next"]
    second = assert_as_documented(door.get(f"/api/assets?limit=3&after={first['next']}"), "list_assets")
    assert (symbols_of(second), second["next"]) == (["^GSPC"], None)


@pytest.mark.parametrize(
    ("query", "symbols"),
    [
        ("asset_class=crypto", ["BTCUSDT", "ETHUSDT"]),
        ("asset_class=crypto&featured=true", ["BTCUSDT"]),
        ("featured=false", ["ETHUSDT"]),
        ("asset_class=fund", []),
    ],
)
def test_list_is_filtered(door: Door, query: str, symbols: list[str]) -> None:
    body = body_of(door.get(f"/api/assets?{query}"))
    assert (symbols_of(body), body["next"]) == (symbols, None)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("asset_class=stocks", "asset_class"),
        ("featured=perhaps", "featured"),
        ("limit=501", "limit"),
        ("after=garbage", "after"),
        ("after=" + "A" * 201, "after"),
        ("after=%20", "after"),
        ("after=QUFQTA==", "after"),
    ],
)
def test_wrong_filters_are_named(door: Door, query: str, field: str) -> None:
    response = door.get(f"/api/assets?{query}")
    assert refusal_of(response) == (422, "invalid")
    assert body_of(response)["facts"]["field"] == field


def test_search(door: Door) -> None:
    assert symbols_of(assert_as_documented(door.get("/api/assets/search?q=BTC"), "search_assets")) == ["BTCUSDT"]
    assert symbols_of(body_of(door.get("/api/assets/search?q=nothing+like+it"))) == []


@pytest.mark.parametrize("query", ["", "q=", "q=" + "x" * 101, "q=BTC&limit=0"])
def test_wrong_search_is_refused(door: Door, query: str) -> None:
    assert refusal_of(door.get(f"/api/assets/search?{query}")) == (422, "invalid")


def test_one_asset_with_its_names(door: Door) -> None:
    body = assert_as_documented(door.get("/api/assets/bitcoin"), "get_asset")
    names = body["data"].pop("names")
    assert body == {"data": BITCOIN_JSON}
    assert (names["binance"], names["coingecko"]) == ("BTCUSDT", "bitcoin")


def test_streams_are_what_sources_stream(door: Door) -> None:
    assert body_of(door.get("/api/assets/AAPL"))["data"]["streams"] == ["price"]


def test_unknown_asset(door: Door) -> None:
    response = door.get("/api/assets/NOSUCH")
    assert refusal_of(response) == (404, "not_found")
    assert body_of(response)["facts"] == {"symbol": "NOSUCH", "suggestions": []}


@pytest.mark.parametrize("path", ["/api/assets", "/api/assets/search?q=BTC", "/api/assets/AAPL"])
def test_what_the_caller_has_is_not_sent_again(door: Door, path: str) -> None:
    first = door.get(path)
    again = door.get(path, If_None_Match=first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
