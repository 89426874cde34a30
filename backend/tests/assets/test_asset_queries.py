import pytest

from financehub.assets.actions import save_listing, seed_catalogue
from financehub.assets.queries import (
    find_instrument,
    get_instrument,
    instruments_by_provider_symbol,
    list_instruments,
    provider_names,
    search_instruments,
)
from financehub.assets.starter_catalogue import starter_catalogue
from financehub.errors import Invalid, NotFound
from financehub.market.instrument import AssetClass, ListedInstrument

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue() -> None:
    seed_catalogue(["yahoo_finance", "binance", "coingecko", "frankfurter", "sec_edgar"])


def list_shares(*names: tuple[str, str]) -> None:
    save_listing(
        "sec_edgar",
        [
            ListedInstrument(
                provider_symbol=ticker, name=name, currency="USD", asset_class=AssetClass.EQUITY, identifier=f"{place:010d}"
            )
            for place, (ticker, name) in enumerate(names)
        ],
    )


def symbols(text: str, limit: int = 20) -> list[str]:
    return [found.symbol for found in search_instruments(text, limit)]


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("aapl", "AAPL"), ("BRK-B", "BRK.B"), ("brk.b", "BRK.B"), ("brk/b", "BRK.B"), ("bitcoin", "BTCUSDT"), ("Avalanche-2", "AVAXUSDT"),
        ("BTC-USD", "BTCUSDT"), ("btc", "BTCUSDT"), ("BTC/USDT", "BTCUSDT"), ("EURUSD=X", "EURUSD"), ("EUR/USD", "EURUSD"),
        ("JPY=X", "USDJPY"), ("US0378331005", "AAPL"), ("us0378331005", "AAPL"), ("GSPC", "^GSPC"), ("^gspc", "^GSPC"),
        (" eurusd ", "EURUSD"),
    ],
)  # fmt: skip
def test_every_name_finds_the_instrument(name: str, symbol: str) -> None:
    assert get_instrument(name).symbol == symbol
    assert symbols(name)[0] == symbol


def test_own_symbol_goes_before_what_others_call_by_it() -> None:
    list_shares(("BTC", "A Trust that holds it"))
    assert get_instrument("BTC").symbol == "BTC"
    assert symbols("btc")[:2] == ["BTC", "BTCUSDT"]


def test_unknown_name_suggests_similar_symbols() -> None:
    with pytest.raises(NotFound) as caught:
        get_instrument("AAPPL")
    assert caught.value.facts == {"symbol": "AAPPL", "suggestions": ["AAPL"]}
    assert caught.value.message == "There is no instrument 'AAPPL': did you mean AAPL?"


def test_part_of_a_name_is_suggested() -> None:
    with pytest.raises(NotFound) as caught:
        get_instrument("microsof")
    assert caught.value.facts["suggestions"] == ["MSFT"]


def test_nothing_similar_suggests_nothing() -> None:
    for text in ("ZZZZZZZZ", "%%%", "日本"):
        with pytest.raises(NotFound) as caught:
            get_instrument(text)
        assert caught.value.facts["suggestions"] == []
        assert find_instrument(text) is None
        assert search_instruments(text) == []


@pytest.mark.parametrize("text", ["", "x" * 65, "A\x00"])
def test_unusable_text_is_refused(text: str) -> None:
    for ask in (get_instrument, find_instrument, search_instruments, provider_names):
        with pytest.raises(Invalid):
            ask(text)


def test_exact_then_beginning_then_word_then_part() -> None:
    list_shares(("VIS", "Nothing"), ("ZZA", "Vista Mining"), ("ZZB", "New Visions"), ("ZZC", "Supervision"), ("VISX", "Other"))
    assert symbols("vis") == ["VIS", "VISX", "V", "ZZA", "ZZB", "ZZC"]


def test_featured_come_first_within_a_kind_of_match() -> None:
    list_shares(("AMAZ", "Amazing Ltd"), ("AMDX", "Amd Fan Club"))
    assert symbols("am") == ["AMZN", "AMD", "AMAZ", "AMDX", "PG"]


def test_limit_holds() -> None:
    assert len(symbols("a", 5)) == 5
    assert symbols("usd", 2) == ["USDJPY", "USDCHF"]


def test_wildcards_are_not_wild() -> None:
    list_shares(("PCT", "Hundred Percent"))
    assert symbols("a%l") == []
    assert symbols("a_l") == []


def test_words_of_other_names_are_searched() -> None:
    assert symbols("binancecoin") == ["BNBUSDT"]
    assert symbols("US03783") == ["AAPL"]
    assert symbols("sterling") == []
    assert symbols("pound") == ["GBPUSD", "EURGBP"]


def test_pages_hold_everything_once() -> None:
    found: list[str] = []
    after = None
    for _ in range(4):
        page = list_instruments(after=after, limit=17)
        found += [instrument.symbol for instrument in page.instruments]
        after = page.next
    assert after is None
    assert found == sorted(starter_catalogue())


def test_last_page_that_is_full_has_no_next() -> None:
    assert list_instruments(limit=60).next is None
    assert list_instruments(limit=59).next == sorted(starter_catalogue())[58]
    with pytest.raises(Invalid):
        list_instruments(limit=0)


def test_list_is_narrowed() -> None:
    list_shares(("AAAA", "Not featured"))
    assert len(list_instruments(AssetClass.FX).instruments) == 8
    assert [found.symbol for found in list_instruments(is_featured=False).instruments] == ["AAAA"]
    assert len(list_instruments(AssetClass.EQUITY, is_featured=True).instruments) == 30


def test_providers_names_lead_to_instruments() -> None:
    list_shares(("GOOG", "Alphabet C"))
    save_listing("sec_edgar", [ListedInstrument(provider_symbol="GOOGL", asset_class=AssetClass.EQUITY, identifier="0000000000")])
    found = instruments_by_provider_symbol("sec_edgar", ["0000000000", "0000000009"])
    assert {name: instrument.symbol for name, instrument in found.items()} == {"0000000000": "GOOGL"}
    found = instruments_by_provider_symbol("yahoo_finance", ["BTC-USD", "BRK-B", "JPY=X", "USDJPY=X", "NOPE"])
    assert {name: instrument.symbol for name, instrument in found.items()} == {
        "BTC-USD": "BTCUSDT", "BRK-B": "BRK.B", "USDJPY=X": "USDJPY",
    }  # fmt: skip
    found = instruments_by_provider_symbol("coingecko", ["bitcoin", "dogwifcoin"])
    assert {name: instrument.symbol for name, instrument in found.items()} == {"bitcoin": "BTCUSDT"}


def test_names_of_an_unknown_symbol_are_not_found() -> None:
    with pytest.raises(NotFound):
        provider_names("NOPE")
