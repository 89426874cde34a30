from collections import Counter

from financehub.simulator.universe import load_universe


def test_the_starter_instruments_are_there() -> None:
    universe = load_universe()
    assert len(universe) == 60
    assert Counter(each.asset_class for each in universe.values()) == {"equity": 30, "etf": 6, "index": 5, "crypto": 11, "fx": 8}
    assert universe["BTCUSDT"].coingecko == "bitcoin"
    assert universe["BRK.B"].yahoo == "BRK-B"
    assert universe["AVAXUSDT"].coingecko == "avalanche-2"


def test_facts_hold_together() -> None:
    universe = load_universe()
    assert len({each.yahoo for each in universe.values()}) == 60
    assert all(each.sector and each.cik for each in universe.values() if each.asset_class == "equity")
    assert all(each.price > 1000 * each.tick for each in universe.values())
    assert all(each.tracks in universe for each in universe.values() if each.tracks)
    assert universe["BTCUSDT"].tick == 0.01
    assert universe["BTCUSDT"].lot == 0.00001
