"""A book that says `live` is the venue's book, whatever happened to the messages on the way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streaming.live_market import delta, snapshot

from financehub.errors import SequenceGap
from financehub.market.order_book import BookState, OrderBookDelta, OrderBookSnapshot
from financehub.streaming.book_side import BookSide
from financehub.streaming.order_book_builder import OrderBookBuilder


class Oracle:
    """The venue: sorts everything every time, and remembers its book at every number."""

    def __init__(self) -> None:
        self.bids: dict[float, float] = {}
        self.asks: dict[float, float] = {}
        self.update_id = 100
        self.tops: dict[int, tuple] = {}
        self.remember()

    def change(self, bids, asks, count: int) -> OrderBookDelta:
        first = self.update_id + 1
        for levels, changes in ((self.bids, bids), (self.asks, asks)):
            for price, quantity in changes:
                levels.pop(price, None)
                if quantity:
                    levels[price] = quantity
        self.update_id += count
        self.remember()
        return delta(first, self.update_id, bids, asks)

    def snapshot(self, depth_limit: int = 1000) -> OrderBookSnapshot:
        bids, asks = self.sorted()
        return snapshot(self.update_id, bids[:depth_limit], asks[:depth_limit], depth_limit)

    def sorted(self):
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())

    def remember(self) -> None:
        bids, asks = self.sorted()
        self.tops[self.update_id] = (bids[:20], asks[:20])


QUANTITIES = st.sampled_from([0.0, 0.0, 1.0, 2.5, 7.0])
BIDS = st.lists(st.tuples(st.integers(50, 99).map(float), QUANTITIES), max_size=6, unique_by=lambda level: level[0])
ASKS = st.lists(st.tuples(st.integers(100, 150).map(float), QUANTITIES), max_size=6, unique_by=lambda level: level[0])
STEPS = st.one_of(
    st.tuples(st.just("change"), BIDS, ASKS, st.integers(1, 4)),
    st.tuples(st.just("change"), BIDS, ASKS, st.integers(1, 4)),
    st.tuples(st.sampled_from(["lose", "repeat", "swap", "cut", "stale snapshot", "snapshot", "snapshot", "silence"])),
)


class Way:
    """The way from the venue to the builder, with everything that can happen on it."""

    def __init__(self, depth_limit: int) -> None:
        self.oracle, self.builder = Oracle(), OrderBookBuilder("BTCUSDT", buffer_limit=8)
        self.depth_limit = depth_limit
        self.sent: list[OrderBookDelta] = []
        self.held: list[OrderBookDelta] = []
        self.old = self.oracle.snapshot(depth_limit)
        self.fate = ""

    def step(self, kind: str, *more) -> None:
        if kind == "change":
            self.carry(self.oracle.change(*more))
        elif kind == "snapshot":
            self.take(self.oracle.snapshot(self.depth_limit))
            self.old = self.oracle.snapshot(self.depth_limit)
        elif kind == "stale snapshot":
            self.take(self.old)
        elif kind == "cut":
            self.builder.lose_connection("cut")
            self.held, self.old = [], self.oracle.snapshot(self.depth_limit)
        elif kind == "silence":
            self.builder.mark_stale("silent")
        elif kind == "repeat" and self.sent:
            self.apply(self.sent[len(self.sent) // 2])
        else:
            self.fate = kind

    def carry(self, change: OrderBookDelta) -> None:
        fate, self.fate = self.fate, ""
        self.sent.append(change)
        if fate == "lose":
            return
        self.held.append(change)
        if fate != "swap":
            held, self.held = self.held, []
            for each in reversed(held):
                self.apply(each)

    def apply(self, change: OrderBookDelta) -> None:
        try:
            self.builder.apply_delta(change)
        except SequenceGap:
            assert self.builder.state is BookState.SYNCING

    def take(self, book: OrderBookSnapshot) -> None:
        if self.builder.needs_snapshot:
            try:
                self.builder.apply_snapshot(book)
            except SequenceGap:
                assert self.builder.needs_snapshot

    def check(self) -> None:
        if self.builder.state is BookState.LIVE:
            assert self.builder.top() == self.oracle.tops[self.builder.update_id]
        assert self.builder.buffered <= 8
        assert (self.builder.state is BookState.LIVE) <= (not self.builder.needs_snapshot)


@settings(max_examples=400, deadline=None)
@given(st.lists(STEPS, max_size=60), st.sampled_from([1000, 30, 25]))
def test_live_means_equal_to_the_venue_at_that_number(steps, depth_limit):
    way = Way(depth_limit)
    for step in steps:
        way.step(*step)
        way.check()


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_after_any_trouble_one_snapshot_and_one_change_make_it_live_again(steps):
    way = Way(1000)
    for step in steps:
        way.step(*step)
    way.builder.lose_connection("cut")
    way.apply(way.oracle.change([(98.0, 1.0)], [(101.0, 1.0)], 1))
    way.take(way.oracle.snapshot())
    way.apply(way.oracle.change([(97.0, 1.0)], [(102.0, 1.0)], 2))
    assert way.builder.state is BookState.LIVE
    assert way.builder.top() == way.oracle.tops[way.oracle.update_id]


def live_book() -> OrderBookBuilder:
    book = OrderBookBuilder("BTCUSDT")
    book.apply_delta(delta(11, 11))
    assert book.apply_snapshot(snapshot(10))
    assert book.state is BookState.LIVE
    return book


def test_a_new_book_waits_for_its_snapshot():
    book = OrderBookBuilder("BTCUSDT")
    assert (book.state, book.needs_snapshot, book.top()) == (BookState.UNSYNCED, True, ([], []))
    book.apply_delta(delta(5, 6))
    assert (book.state, book.buffered) == (BookState.SYNCING, 1)


@pytest.mark.parametrize(("update_id", "is_taken"), [(3, False), (4, True), (5, True), (9, True)])
def test_a_snapshot_must_reach_the_first_buffered_change(update_id, is_taken):
    book = OrderBookBuilder("BTCUSDT")
    book.apply_delta(delta(5, 7, bids=[(98.0, 4.0)]))
    assert book.apply_snapshot(snapshot(update_id)) is is_taken
    assert (book.state is BookState.LIVE) is is_taken
    assert book.update_id == (max(7, update_id) if is_taken else 0)


def test_changes_that_the_snapshot_holds_already_are_dropped():
    book = OrderBookBuilder("BTCUSDT")
    book.apply_delta(delta(5, 7, bids=[(99.0, 500.0)]))
    book.apply_delta(delta(8, 9, asks=[(101.0, 7.0)]))
    assert book.apply_snapshot(snapshot(7))
    assert book.top() == ([(99.0, 1.0)], [(101.0, 7.0)])


def test_a_missed_change_resyncs_and_the_old_book_is_still_served():
    book = live_book()
    with pytest.raises(SequenceGap) as gap:
        book.apply_delta(delta(13, 14, bids=[(99.0, 9.0)]))
    assert gap.value.facts == {"symbol": "BTCUSDT", "expected": 12, "received": 13}
    assert (book.state, book.reason) == (BookState.SYNCING, "updates 12 to 12 were missed")
    assert book.top() == ([(99.0, 1.0)], [(101.0, 2.0)])
    assert book.apply_snapshot(snapshot(12))
    assert book.top() == ([(99.0, 9.0)], [(101.0, 2.0)])


def test_a_hole_in_the_buffer_asks_for_another_snapshot():
    book = OrderBookBuilder("BTCUSDT")
    book.apply_delta(delta(5, 6))
    book.apply_delta(delta(9, 10, bids=[(99.0, 3.0)]))
    with pytest.raises(SequenceGap):
        book.apply_snapshot(snapshot(5))
    assert (book.state, book.needs_snapshot, book.buffered) == (BookState.SYNCING, True, 1)
    assert book.apply_snapshot(snapshot(8))
    assert (book.state, book.update_id) == (BookState.LIVE, 10)


def test_repeated_changes_are_ignored():
    book = live_book()
    book.apply_delta(delta(12, 12, bids=[(99.0, 5.0)]))
    book.apply_delta(delta(11, 12, bids=[(99.0, 1.0)]))
    book.apply_delta(delta(3, 4, bids=[(99.0, 1.0)]))
    assert (book.top()[0], book.update_id) == ([(99.0, 5.0)], 12)


def test_nought_removes_a_level_and_removing_what_is_not_there_is_normal():
    book = live_book()
    book.apply_delta(delta(12, 12, bids=[(99.0, 0.0), (42.0, 0.0)], asks=[(102.0, 1.0)]))
    assert book.top() == ([], [(101.0, 2.0), (102.0, 1.0)])
    assert book.state is BookState.LIVE


def test_a_crossed_book_says_so_and_asks_for_a_snapshot():
    book = live_book()
    book.apply_delta(delta(12, 12, bids=[(101.0, 1.0)]))
    assert (book.state, book.needs_snapshot) == (BookState.CROSSED, True)
    assert book.reason == "best bid 101.0 is not below best ask 101.0"
    book.apply_delta(delta(13, 13))
    assert book.state is BookState.CROSSED
    assert book.apply_snapshot(snapshot(13))
    assert book.state is BookState.LIVE


def test_a_book_that_outlives_what_its_snapshot_knew_is_not_live():
    bids = [(100.0 - n, 1.0) for n in range(30)]
    book = OrderBookBuilder("BTCUSDT")
    assert book.apply_snapshot(snapshot(10, bids, [(101.0, 1.0)], depth_limit=30))
    assert (book.bid_horizon, book.ask_horizon) == (71.0, None)
    book.apply_delta(delta(11, 11, bids=[(price, 0.0) for price, _ in bids[:10]]))
    assert book.state is BookState.LIVE
    book.apply_delta(delta(12, 12, bids=[(bids[10][0], 0.0), (60.0, 1.0)]))
    assert (book.state, book.needs_snapshot) == (BookState.SYNCING, True)
    assert book.reason == "the price moved past the depth that the snapshot knew"


def test_a_cut_makes_a_book_stale_and_forgets_the_buffer():
    book = live_book()
    book.lose_connection("the connection broke")
    assert (book.state, book.reason, book.needs_snapshot, book.buffered) == (BookState.STALE, "the connection broke", True, 0)
    book.apply_delta(delta(500, 500))
    assert book.state is BookState.SYNCING
    assert book.apply_snapshot(snapshot(3)) is False


def test_silence_makes_a_book_stale_until_something_is_heard():
    book = live_book()
    book.mark_stale("silent")
    assert (book.state, book.reason) == (BookState.STALE, "silent")
    book.mark_fresh()
    assert (book.state, book.reason) == (BookState.LIVE, "")
    book.mark_stale("silent")
    book.apply_delta(delta(12, 12))
    assert book.state is BookState.LIVE
    book.lose_connection("cut")
    book.mark_fresh()
    assert book.state is BookState.STALE


@given(
    st.booleans(),
    st.lists(st.lists(st.tuples(st.integers(1, 700), st.sampled_from([0.0, 1.0, 2.0])), max_size=80), max_size=20),
    st.integers(1, 30),
)
def test_a_side_keeps_its_best_in_order(is_bid, batches, count):
    side, oracle = BookSide(is_bid=is_bid), {}
    for batch in batches:
        side.change(batch)
        for price, quantity in batch:
            oracle.pop(price, None)
            if quantity:
                oracle[price] = quantity
        assert side.top(count) == sorted(oracle.items(), reverse=is_bid)[:count]
        assert len(side) == len(oracle)
        assert side.best_price() == (min(oracle) if not is_bid else max(oracle)) if oracle else side.best_price() is None
