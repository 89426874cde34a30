from datetime import timedelta

from scripted_sources import START

from financehub.orchestration.believed_prices import BelievedPrices


def test_a_price_is_believed_for_a_day() -> None:
    prices = BelievedPrices()
    prices.record_good("X", 10.0, START)
    assert prices.find("X", START + timedelta(days=1)) == 10.0
    assert prices.find("X", START + timedelta(days=1, seconds=1)) is None
    assert prices.find("Y", START) is None


def test_ten_minutes_of_the_same_doubted_price_convince() -> None:
    prices = BelievedPrices()
    prices.record_good("X", 10.0, START)
    for minute in range(10):
        prices.record_doubt("X", 1000.0 * (1 + minute / 250), START + timedelta(minutes=minute))
    assert prices.find("X", START) == 10.0
    prices.record_doubt("X", 1000.0, START + timedelta(minutes=10))
    assert prices.find("X", START) is None


def test_doubted_prices_that_differ_convince_nobody() -> None:
    prices = BelievedPrices()
    prices.record_good("X", 10.0, START)
    for minute in range(60):
        prices.record_doubt("X", 1000.0 if minute % 2 else 900.0, START + timedelta(minutes=minute))
    assert prices.find("X", START) == 10.0


def test_a_good_price_ends_the_doubt() -> None:
    prices = BelievedPrices()
    prices.record_good("X", 10.0, START)
    prices.record_doubt("X", 1000.0, START)
    prices.record_good("X", 11.0, START + timedelta(minutes=5))
    prices.record_doubt("X", 1000.0, START + timedelta(minutes=10))
    assert prices.find("X", START) == 11.0
    prices.record_doubt("X", -1.0, START)
    prices.record_doubt("unknown", 1.0, START)
    assert prices.find("unknown", START) is None
