import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.assets import symbology
from financehub.assets.starter_catalogue import starter_catalogue
from financehub.errors import Invalid
from financehub.market.instrument import AssetClass, Instrument, ListedInstrument


def starter(symbol: str) -> Instrument:
    return starter_catalogue()[symbol].instrument


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("AAPL", {"yahoo_finance": "AAPL"}),
        ("BRK.B", {"yahoo_finance": "BRK-B"}),
        ("SPY", {"yahoo_finance": "SPY"}),
        ("^GSPC", {"yahoo_finance": "^GSPC"}),
        ("BTCUSDT", {"yahoo_finance": "BTC-USD", "binance": "BTCUSDT"}),
        ("EURUSD", {"yahoo_finance": "EURUSD=X", "frankfurter": "EUR/USD"}),
    ],
)
def test_rules_tell_names(symbol: str, names: dict[str, str]) -> None:
    assert symbology.derived_names(starter(symbol)) == names


@pytest.mark.parametrize("symbol", list(starter_catalogue()))
def test_derived_name_leads_back(symbol: str) -> None:
    for name in symbology.derived_names(starter(symbol)).values():
        assert symbol in symbology.candidate_symbols(name)


def test_coin_whose_letters_name_another_at_yahoo_has_no_name_there() -> None:
    uni = Instrument(
        symbol="UNIUSDT", name="Uniswap", asset_class=AssetClass.CRYPTO, currency="USDT", base="UNI", venue="BINANCE"
    )
    assert symbology.derived_names(uni) == {"binance": "UNIUSDT"}


def test_coin_without_a_venue_is_not_at_binance() -> None:
    hype = Instrument(symbol="HYPEUSD", name="Hyperliquid", asset_class=AssetClass.CRYPTO, currency="USD", base="HYPE")
    assert symbology.derived_names(hype) == {}


@pytest.mark.parametrize(
    ("provider_id", "symbol", "is_covered"),
    [
        ("binance", "BTCUSDT", True), ("binance", "AAPL", False), ("yahoo_finance", "AAPL", True), ("yahoo_finance", "BTCUSDT", True),
        ("coingecko", "BTCUSDT", True), ("coingecko", "EURUSD", False), ("frankfurter", "EURUSD", True), ("frankfurter", "BTCUSDT", False),
        ("sec_edgar", "AAPL", True), ("sec_edgar", "^GSPC", False), ("nobody", "AAPL", False),
    ],
)  # fmt: skip
def test_providers_cover_their_classes(provider_id: str, symbol: str, is_covered: bool) -> None:
    assert symbology.covers(provider_id, starter(symbol)) is is_covered


def test_frankfurter_covers_only_reference_currencies() -> None:
    rouble = Instrument(symbol="USDRUB", name="", asset_class=AssetClass.FX, currency="RUB", base="USD")
    assert not symbology.covers("frankfurter", rouble)
    assert symbology.covers("yahoo_finance", rouble)


@pytest.mark.parametrize("text", ["", "   ", "x" * 65, "AA\x00PL", "AA\nPL", "AA\u202ePL", "AA\u200bPL", "\ud800"])
def test_unusable_name_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        symbology.check_name(text)


def test_blanks_around_a_name_do_not_count() -> None:
    assert symbology.check_name(f" {'x' * 64} ") == "x" * 64


@pytest.mark.parametrize(("text", "expected"), [("US0378331005", True), ("US0378331006", False), ("US037833100", False), ("AAPL", False),
                                                ("GB0002634946", True), ("GB0002634947", False), ("us0378331005", False)])  # fmt: skip
def test_check_digit_of_an_isin(text: str, expected: bool) -> None:
    assert symbology.is_isin(text) is expected


@given(st.text(max_size=64))
def test_searched_text_is_plain_words(text: str) -> None:
    searched = symbology.search_text(text)
    assert searched == " ".join(searched.split())
    assert not set(searched) - set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert symbology.search_text(searched) == searched


@pytest.mark.parametrize(
    ("text", "searched"),
    [("Nestlé S.A.", "nestle s a"), ("McDonald's", "mcdonald s"), ("S&P 500", "s p 500"), ("Straße", "strasse")],
)
def test_accents_and_signs_are_not_searched(text: str, searched: str) -> None:
    assert symbology.search_text(text) == searched


@pytest.mark.parametrize(
    ("provider_id", "listed", "symbol"),
    [
        (
            "binance",
            ListedInstrument(provider_symbol="BTCUSDT", asset_class=AssetClass.CRYPTO, base="BTC", venue="BINANCE"),
            "BTCUSDT",
        ),
        ("coingecko", ListedInstrument(provider_symbol="hyperliquid", asset_class=AssetClass.CRYPTO, base="HYPE"), "HYPEUSD"),
        ("sec_edgar", ListedInstrument(provider_symbol="BRK-B", asset_class=AssetClass.EQUITY), "BRK.B"),
        ("other", ListedInstrument(provider_symbol="brk-b", asset_class=AssetClass.EQUITY), "BRK-B"),
    ],
)
def test_new_instrument_gets_our_name(provider_id: str, listed: ListedInstrument, symbol: str) -> None:
    assert symbology.own_symbol(provider_id, listed) == symbol
