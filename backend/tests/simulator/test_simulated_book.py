from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served_market import FRIDAY_NS, MARKET

from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulated_book import IDS_PER_STEP, STEP_NS, BookChange, SimulatedBook, SimulatedBooks

STEP = FRIDAY_NS // STEP_NS
BOOKS = SimulatedBooks(MARKET)
PAIRS = [each.symbol for each in MARKET.instruments.values() if each.asset_class == "crypto"]

pairs = st.sampled_from(PAIRS)
steps = st.integers(-300_000_000, 300_000_000).map(lambda offset: STEP + offset)


def apply(bids: dict[int, int], asks: dict[int, int], change: BookChange) -> None:
    for side, levels in ((bids, change.bids), (asks, change.asks)):
        for tick, lots in levels:
            if lots:
                side[tick] = lots
            else:
                side.pop(tick, None)


def sides(book: SimulatedBook) -> tuple[dict[int, int], dict[int, int]]:
    return dict(book.bids()), dict(book.asks())


@given(pairs, steps)
@settings(max_examples=50, deadline=None)
def test_a_book_is_ordered_never_crossed_and_holds_the_last_trade(symbol: str, step: int) -> None:
    book = BOOKS.book(symbol, step)
    bids, asks = [tick for tick, _ in book.bids()], [tick for tick, _ in book.asks()]
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert bids[-1] > 0
    assert bids[0] < asks[0]
    assert all(lots > 0 for _, lots in [*book.bids(), *book.asks()])
    assert MARKET.last_trade(symbol, step * STEP_NS).price in {bids[0], asks[0]}
    assert len(bids) > 300


@given(pairs, steps, st.lists(st.integers(1, 40), min_size=1, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_snapshot_and_the_changes_since_are_the_later_snapshot(symbol: str, step: int, gaps: list[int]) -> None:
    book = BOOKS.book(symbol, step)
    bids, asks = sides(book)
    last_id = book.update_id
    for gap in gaps:
        change = BOOKS.change(symbol, step, step + gap)
        assert change.first_id == last_id + 1
        assert change.last_id == last_id + gap * IDS_PER_STEP
        apply(bids, asks, change)
        step, last_id = step + gap, change.last_id
        assert (bids, asks) == sides(BOOKS.book(symbol, step))


def test_changes_are_few_and_far_between() -> None:
    sizes = [
        len(change.bids) + len(change.asks) for change in (BOOKS.change("BTCUSDT", STEP + at, STEP + at + 1) for at in range(100))
    ]
    assert 5 < sum(sizes) / 100 < 60


def test_a_limit_takes_the_best_levels() -> None:
    book = BOOKS.book("ETHUSDT", STEP)
    assert book.bids(5) == book.bids()[:5]
    assert book.asks(5) == book.asks()[:5]
    assert (book.best_bid, book.best_ask) == (book.bids()[0], book.asks()[0])


@pytest.mark.parametrize("seed", [7, 8])
def test_a_seed_is_a_book(seed: int) -> None:
    fresh: Any = SimulatedBooks(SeededMarket(seed)).book("LTCUSDT", STEP).bids()
    assert (fresh == BOOKS.book("LTCUSDT", STEP).bids()) is (seed == 7)
