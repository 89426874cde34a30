from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_sources import START, make_bar, make_quote

from financehub.market.bar import Bar
from financehub.market.crypto_asset import CryptoAsset
from financehub.market.fx_rate import FxRate
from financehub.market.order_book import OrderBookSnapshot
from financehub.market.trade import Trade
from financehub.orchestration.plausibility import (
    check_bar,
    check_book,
    check_markets,
    check_quote,
    check_rates,
    check_trades,
    is_unit_factor,
    screen_bars,
)

NAN, INF = float("nan"), float("inf")


def series(*closes: float) -> list[Bar]:
    return [
        Bar(
            symbol="X",
            interval=make_bar(START, 1).interval,
            time=START + timedelta(minutes=index),
            open=close,
            high=close * 1.01,
            low=close * 0.99,
            close=close,
            volume=1.0,
        )
        for index, close in enumerate(closes)
    ]


def rejected_closes(bars: list[Bar], **beside: float) -> list[float]:
    return [bar.close for bar, _ in screen_bars(bars, **beside).rejected]


@pytest.mark.parametrize("price", [NAN, INF, -INF, 0.0, -1.0])
def test_a_price_that_is_not_a_positive_number_is_refused(price: float) -> None:
    assert check_quote(make_quote("X", price, time=START)) == f"price {price} is not a positive number"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"open": 0.0}, "open 0.0 is not a positive number"),
        ({"previous_close": NAN}, "previous_close nan is not a positive number"),
        ({"high": 9.0, "low": 11.0}, "high 9.0 is below low 11.0"),
        ({"volume": -1.0}, "volume -1.0 is not a number of 0 or more"),
        ({"bid": INF}, "bid inf is not a number of 0 or more"),
        ({"market_cap": NAN}, "market_cap nan is not a number of 0 or more"),
        ({"previous_close": 1000.0}, "price 10.0 is about 100 times off previous_close 1000.0"),
    ],
)
def test_what_stands_beside_the_price_is_judged_too(fields: dict[str, Any], reason: str) -> None:
    assert check_quote(make_quote("X", 10.0, time=START, **fields)) == reason


def test_fields_that_the_source_left_out_are_no_fault() -> None:
    assert check_quote(make_quote("X", 10.0, time=START, bid=0.0, volume=0.0, high=10.0, low=10.0)) == ""


@pytest.mark.parametrize(
    ("factor", "is_refused"),
    [
        (100, True),
        (0.01, True),
        (81, True),
        (124, True),
        (50, False),
        (20, False),
        (0.05, False),
        (10, False),
        (1000, False),
        (1.5, False),
    ],
)
def test_only_a_factor_near_a_hundred_is_a_mistaken_unit(factor: float, is_refused: bool) -> None:
    assert bool(check_quote(make_quote("X", 10.0 * factor, time=START), last_good=10.0)) is is_refused


@given(st.floats(1e-9, 1e12), st.floats(1e-9, 1e12))
def test_the_unit_rule_does_not_care_which_price_came_first(first: float, second: float) -> None:
    assert is_unit_factor(first, second) == is_unit_factor(second, first)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"close": NAN}, "a price is not a positive number"),
        ({"low": 0.0}, "a price is not a positive number"),
        ({"volume": NAN}, "volume nan is not a number of 0 or more"),
        ({"volume": -1.0}, "volume -1.0 is not a number of 0 or more"),
        ({"high": 99.5}, "high and low do not hold open and close"),
        ({"high": 10_000.0}, "high or low is about 100 times off open and close"),
        ({"low": 1.0}, "high or low is about 100 times off open and close"),
        ({}, ""),
    ],
)
def test_a_bar_by_itself(change: dict[str, float], reason: str) -> None:
    assert check_bar(msgspec.structs.replace(make_bar(START, 100.0), **change)) == reason


def test_a_spike_that_comes_back_is_refused_whatever_its_factor() -> None:
    assert rejected_closes(series(10, 10, 1000, 10, 10)) == [1000]
    assert rejected_closes(series(10, 10, 300, 10, 10)) == [300]
    assert rejected_closes(series(1000, 1000, 10, 10, 1000, 1000, 1000)) == [10, 10]


def test_a_split_or_a_move_that_stays_passes() -> None:
    for factor in (0.05, 0.02, 0.01, 100, 30, 3):
        assert rejected_closes(series(*[10.0] * 30, *[10.0 * factor] * 10)) == [], factor


def test_the_last_bars_are_held_against_what_came_before() -> None:
    assert rejected_closes(series(10, 10, 10, 1000)) == [1000]
    assert rejected_closes(series(1000, 10, 10, 10)) == [1000]
    assert rejected_closes(series(10, 10, 10, 300)) == []


def test_a_whole_page_is_held_against_the_believed_close_beside_it() -> None:
    assert rejected_closes(series(*[1000] * 7), before=10.0) == [1000] * 7
    assert rejected_closes(series(*[1000] * 7), after=10.0) == [1000] * 7
    assert rejected_closes(series(*[1000] * 7), before=900.0, after=10.0) == []
    assert rejected_closes(series(*[500] * 7), before=10.0) == []


@given(st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=60), st.floats(0.001, 1e6))
def test_a_walk_of_moves_up_to_a_fifth_passes_untouched(moves: list[float], start: float) -> None:
    closes = [start]
    for move in moves:
        closes.append(closes[-1] * (1 + move))
    bars = series(*closes)
    screened = screen_bars(bars)
    assert screened.good == bars
    assert screened.rejected == []


@given(st.lists(st.floats(-0.01, 0.01), min_size=20, max_size=60), st.data())
def test_one_bar_a_hundred_times_off_is_the_only_one_refused(moves: list[float], data: st.DataObject) -> None:
    closes = [100.0]
    for move in moves:
        closes.append(closes[-1] * (1 + move))
    wrong = data.draw(st.integers(0, len(closes) - 1))
    closes[wrong] *= data.draw(st.sampled_from([100.0, 0.01]))
    screened = screen_bars(series(*closes))
    assert [bar.time for bar, _ in screened.rejected] == [START + timedelta(minutes=wrong)]
    assert len(screened.good) == len(closes) - 1


def test_rates_books_trades_and_markets() -> None:
    rate = FxRate(base="EUR", quote="USD", rate=1.1, day=date(2026, 3, 2))
    assert check_rates([rate]) == ""
    assert check_rates([msgspec.structs.replace(rate, rate=0.0)]) == "rate 0.0 of EUR/USD is not a positive number"
    book = OrderBookSnapshot(symbol="X", update_id=1, bids=[(9.0, 1.0)], asks=[(10.0, 1.0)], depth_limit=5)
    assert check_book(book) == ""
    assert check_book(msgspec.structs.replace(book, bids=[(10.0, 1.0)])) == "best bid 10.0 is not below best ask 10.0"
    assert check_book(msgspec.structs.replace(book, asks=[(10.0, NAN)])) == "level 10.0 × nan is not positive"
    trade = Trade(symbol="X", trade_id="7", price=1.0, quantity=2.0, side=None, time=START)
    assert check_trades([trade]) == ""
    assert check_trades([msgspec.structs.replace(trade, price=-1.0)]) == "trade 7 of 2.0 at -1.0 is not positive"
    row = CryptoAsset(
        provider_symbol="bitcoin",
        ticker="BTC",
        name="Bitcoin",
        currency="USD",
        price=1.0,
        market_cap=None,
        market_cap_rank=1,
        volume_24h=2.0,
        high_24h=None,
        low_24h=None,
        change_24h=None,
        change_percent_24h=None,
        circulating_supply=None,
        time=START,
    )
    assert check_markets([row]) == ""
    assert check_markets([msgspec.structs.replace(row, price=0.0)]) == "price 0.0 of bitcoin is not a positive number"
    assert "volume_24h of bitcoin" in check_markets([msgspec.structs.replace(row, volume_24h=-1.0)])
