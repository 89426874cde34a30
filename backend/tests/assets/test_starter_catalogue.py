import pytest

from financehub.assets.starter_catalogue import StarterInstrument, starter_catalogue
from financehub.assets.symbology import COVERED_CLASSES, check_name, covers, is_isin
from financehub.market.instrument import AssetClass

STARTERS = list(starter_catalogue().values())


def test_sixty_instruments_of_each_class() -> None:
    counts = {kind: sum(starter.asset_class is kind for starter in STARTERS) for kind in AssetClass}
    assert counts == {
        AssetClass.EQUITY: 30, AssetClass.ETF: 6, AssetClass.INDEX: 5, AssetClass.CRYPTO: 11, AssetClass.FX: 8,
        AssetClass.FUTURE: 0, AssetClass.FUND: 0,
    }  # fmt: skip


@pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: starter.symbol)
def test_entry_keeps_the_rules(starter: StarterInstrument) -> None:
    assert check_name(starter.symbol) == starter.symbol == starter.symbol.upper()
    assert starter.name
    assert 0 <= starter.price_decimals <= 8
    assert not starter.isin or is_isin(starter.isin)
    assert starter.asset_class not in (AssetClass.EQUITY, AssetClass.ETF) or (starter.isin and starter.venue and starter.country)
    assert starter.asset_class is not AssetClass.EQUITY or starter.sector
    if starter.asset_class in (AssetClass.CRYPTO, AssetClass.FX):
        assert starter.symbol == starter.base + starter.currency
    assert starter.instrument.is_featured
    assert covers("yahoo_finance", starter.instrument)
    assert set(starter.names) <= set(COVERED_CLASSES)


def test_no_isin_and_no_name_stands_twice() -> None:
    isins = [starter.isin for starter in STARTERS if starter.isin]
    names = [starter.names["coingecko"] for starter in STARTERS if starter.names]
    assert len(set(isins)) == len(isins)
    assert len(set(names)) == len(names) == 11
