import msgspec

from financehub.market.crypto_asset import CryptoMarketsQuery
from financehub.market.instrument import InstrumentsQuery
from financehub.providers.adapters.coingecko import PROVIDER

ROW = {
    "id": "bitcoin", "symbol": "btc", "name": "Bitcoin", "last_updated": None, "current_price": None, "market_cap": None,
    "market_cap_rank": None, "total_volume": None, "high_24h": None, "low_24h": None, "price_change_24h": None,
    "price_change_percentage_24h": None, "circulating_supply": None,
}  # fmt: skip
LISTING = next(endpoint for endpoint in PROVIDER.endpoints if endpoint.name == "markets_listing")
MARKETS = next(endpoint for endpoint in PROVIDER.endpoints if endpoint.name == "coins_markets")


def test_the_listing_goes_on_while_pages_are_full() -> None:
    assert LISTING.next_request is not None
    first = LISTING.request(InstrumentsQuery())
    second = LISTING.next_request(msgspec.json.encode([ROW] * 250), InstrumentsQuery(), first)
    assert second is not None
    assert dict(second.params) == {**dict(first.params), "page": "2"}
    third = LISTING.next_request(msgspec.json.encode([ROW] * 250), InstrumentsQuery(), second)
    assert third is not None
    assert dict(third.params)["page"] == "3"
    assert LISTING.next_request(msgspec.json.encode([ROW] * 249), InstrumentsQuery(), second) is None


def test_a_page_of_the_market_is_asked_as_wanted_up_to_what_the_source_gives() -> None:
    params = dict(MARKETS.request(CryptoMarketsQuery(currency="USD", page=3, page_size=1_000)).params)
    assert params == {"vs_currency": "usd", "order": "market_cap_desc", "per_page": "250", "page": "3", "sparkline": "false"}
