import itertools

import pytest
from msgspec.structs import replace

from financehub.assets.actions import ListingReport, save_listing, seed_catalogue
from financehub.assets.models import CatalogueInstrument, ProviderName
from financehub.assets.queries import find_instrument, get_instrument, provider_names, search_instruments
from financehub.assets.starter_catalogue import starter_catalogue
from financehub.market.instrument import AssetClass, ListedInstrument

pytestmark = pytest.mark.django_db
ALL = ("binance", "coingecko", "frankfurter", "sec_edgar", "yahoo_finance")


def pair(base: str, quote: str = "USDT", **more: object) -> ListedInstrument:
    return replace(
        ListedInstrument(provider_symbol=base + quote, base=base, currency=quote, venue="BINANCE", asset_class=AssetClass.CRYPTO),
        **more,
    )


def coin(name: str, ticker: str, title: str = "") -> ListedInstrument:
    return ListedInstrument(provider_symbol=name, base=ticker, currency="USD", name=title, asset_class=AssetClass.CRYPTO)


def share(ticker: str, cik: int = 1, name: str = "A Company") -> ListedInstrument:
    return ListedInstrument(
        provider_symbol=ticker, name=name, currency="USD", asset_class=AssetClass.EQUITY, identifier=f"{cik:010d}"
    )


def catalogue() -> set[str]:
    return set(CatalogueInstrument.objects.values_list("symbol", flat=True))


def test_all_starters_are_seeded_once() -> None:
    assert seed_catalogue(ALL) == ListingReport(created=60)
    assert catalogue() == set(starter_catalogue())
    assert seed_catalogue(ALL) == ListingReport(unchanged=60)
    assert get_instrument("AAPL") == starter_catalogue()["AAPL"].instrument


@pytest.mark.parametrize(
    ("enabled", "count"), [(["binance"], 0), (["frankfurter", "binance"], 8), (["coingecko"], 11), (["sec_edgar"], 30), ([], 0)]
)
def test_only_what_an_enabled_provider_covers_is_seeded(enabled: list[str], count: int) -> None:
    assert seed_catalogue(enabled).created == count


def test_in_a_replay_only_the_listed_pair_exists_with_its_starter_facts() -> None:
    seed_catalogue({"binance": object()})
    assert save_listing("binance", [pair("BTC", price_decimals=2)]) == ListingReport(created=1)
    assert catalogue() == {"BTCUSDT"}
    assert get_instrument("bitcoin") == starter_catalogue()["BTCUSDT"].instrument


@pytest.mark.parametrize("order", list(itertools.permutations(("binance", "coingecko", "seed"))))
def test_one_coin_is_one_instrument_in_any_order(order: tuple[str, ...]) -> None:
    listings = {
        "binance": lambda: save_listing("binance", [pair("HYPE"), pair("BTC"), pair("BTC", "EUR")]),
        "coingecko": lambda: save_listing(
            "coingecko",
            [coin("bitcoin", "BTC", "Bitcoin"), coin("hyperliquid", "HYPE", "Hyperliquid"), coin("kaspa", "KAS", "Kaspa")],
        ),
        "seed": lambda: seed_catalogue(ALL),
    }
    for name in order:
        listings[name]()
    assert catalogue() == set(starter_catalogue()) | {"HYPEUSDT", "BTCEUR", "KASUSD"}
    assert provider_names("BTCUSDT") == {"binance": "BTCUSDT", "coingecko": "bitcoin", "yahoo_finance": "BTC-USD"}
    assert provider_names("HYPEUSDT") == {"binance": "HYPEUSDT", "coingecko": "hyperliquid"}
    assert provider_names("KASUSD") == {"coingecko": "kaspa"}
    assert get_instrument("hyperliquid").name == "Hyperliquid"
    assert get_instrument("BTCEUR").name == "BTC / EUR"
    assert [found.symbol for found in search_instruments("hyperliquid")] == ["HYPEUSDT"]


def test_merged_symbol_still_finds_its_instrument() -> None:
    save_listing("coingecko", [coin("hyperliquid", "HYPE")])
    assert get_instrument("HYPEUSD").symbol == "HYPEUSD"
    assert save_listing("binance", [pair("HYPE")]) == ListingReport(created=1)
    assert get_instrument("HYPEUSD").symbol == "HYPEUSDT"
    assert provider_names("HYPEUSD") == {"binance": "HYPEUSDT", "coingecko": "hyperliquid"}


def test_ticker_belongs_to_the_starter_coin_then_to_the_first_listed() -> None:
    seed_catalogue(ALL)
    report = save_listing("coingecko", [coin("batcat", "BTC"), coin("bitcoin", "BTC"), coin("one", "X"), coin("two", "X")])
    assert (report.created, report.updated, report.unchanged) == (1, 0, 1)
    assert report.rejected == [("batcat", "ticker BTC already names bitcoin"), ("two", "ticker X already names one")]
    assert provider_names("XUSD") == {"coingecko": "one"}


def test_starter_coin_claims_its_ticker_even_where_nothing_is_seeded() -> None:
    report = save_listing("coingecko", [coin("batcat", "BTC"), coin("bitcoin", "BTC")])
    assert report.rejected == [("batcat", "ticker BTC already names bitcoin")]
    assert provider_names("BTCUSD")["coingecko"] == "bitcoin"


def test_coin_keeps_its_ticker_when_ranks_change() -> None:
    save_listing("coingecko", [coin("one", "X"), coin("two", "Y")])
    report = save_listing("coingecko", [coin("three", "X"), coin("one", "X")])
    assert report == ListingReport(unchanged=1, rejected=[("three", "ticker X already names one")])


def test_coin_is_never_taken_for_a_currency_pair() -> None:
    seed_catalogue(ALL)
    report = save_listing("coingecko", [coin("a-euro-coin", "EUR")])
    assert report.rejected == [("a-euro-coin", "EURUSD is another instrument here (fx, not crypto)")]
    assert provider_names("EURUSD") == {"yahoo_finance": "EURUSD=X", "frankfurter": "EUR/USD"}


def test_regulator_names_shares_by_their_key() -> None:
    seed_catalogue(ALL)
    report = save_listing("sec_edgar", [share("AAPL", 320193), share("BRK-B", 1067983), share("SPY", 884394), share("NEW", 5)])
    assert report == ListingReport(created=1, updated=3)
    assert provider_names("BRK.B") == {"yahoo_finance": "BRK-B", "sec_edgar": "0001067983"}
    assert get_instrument("SPY").asset_class is AssetClass.ETF
    assert get_instrument("AAPL").name == "Apple Inc."
    assert get_instrument("NEW").asset_class is AssetClass.EQUITY
    assert get_instrument("0000000005").symbol == "NEW"


def test_share_classes_share_a_key() -> None:
    assert save_listing("sec_edgar", [share("GOOGL", 1652044), share("GOOG", 1652044)]).created == 2
    assert provider_names("GOOG")["sec_edgar"] == provider_names("GOOGL")["sec_edgar"] == "0001652044"


def test_listing_again_changes_nothing() -> None:
    listing = [share("AAA", 1), share("BBB", 2)]
    save_listing("sec_edgar", listing)
    rows = list(CatalogueInstrument.objects.order_by("pk").values()), list(ProviderName.objects.order_by("pk").values())
    assert save_listing("sec_edgar", listing) == ListingReport(unchanged=2)
    assert (list(CatalogueInstrument.objects.order_by("pk").values()), list(ProviderName.objects.order_by("pk").values())) == rows


def test_who_brought_it_in_may_correct_it_others_fill_gaps() -> None:
    save_listing("sec_edgar", [share("AAA", 1, "Old Name")])
    assert save_listing("sec_edgar", [share("AAA", 1, "New Name")]) == ListingReport(updated=1)
    assert save_listing("other", [replace(share("AAA", 1, "Odd Name"), isin="US0378331005", identifier="")]).updated == 1
    found = get_instrument("AAA")
    assert (found.name, found.isin) == ("New Name", "US0378331005")
    assert [hit.symbol for hit in search_instruments("new name")] == ["AAA"]
    assert search_instruments("old name") == []


def test_venue_corrects_the_decimals_of_its_own_pair() -> None:
    seed_catalogue(ALL)
    assert save_listing("binance", [pair("DOGE", price_decimals=6)]) == ListingReport(updated=1)
    assert get_instrument("DOGEUSDT").price_decimals == 6


def test_what_does_not_trade_is_not_listed_as_new() -> None:
    save_listing("binance", [pair("BTC")])
    report = save_listing("binance", [pair("BTC", is_trading=False), pair("OLD", is_trading=False)])
    assert report == ListingReport(unchanged=1, rejected=[("OLDUSDT", "is not trading")])
    assert catalogue() == {"BTCUSDT"}


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (replace(share("X"), provider_symbol="", identifier=""), "a symbol or name must not be empty"),
        (share("X" * 65), "a symbol or name has at most 64 characters, this has 65"),
        (share("A\x00B"), "a symbol or name must not hold control characters"),
        (replace(share("AAA"), asset_class=None), "the source does not say what kind of instrument it is"),
    ],
)
def test_unusable_listing_comes_back_with_its_reason(listed: ListedInstrument, reason: str) -> None:
    report = save_listing("sec_edgar", [listed, share("GOOD")])
    assert report == ListingReport(created=1, rejected=[(listed.provider_symbol, reason)])
    assert catalogue() == {"GOOD"}


def test_failing_write_leaves_the_catalogue_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    save_listing("sec_edgar", [share("AAA")])

    def fail(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("financehub.assets.actions._save_names", fail)
        with pytest.raises(KeyboardInterrupt):
            save_listing("sec_edgar", [share("BBB")])
    assert catalogue() == {"AAA"}
    assert find_instrument("BBB") is None
