from hypothesis import given
from hypothesis import strategies as st

from financehub.simulator.replay_books import ReplayBook
from financehub.simulator.replay_recording import RecordedChange, RecordedSnapshot

prices = st.integers(1, 12).map(lambda tick: f"{tick}.00")
levels = st.lists(st.tuples(prices, st.sampled_from(["0.00", "1.50", "2.00"])), max_size=5)


def chain(parts: list[tuple[list[tuple[str, str]], list[tuple[str, str]]]]) -> list[tuple[int, RecordedChange]]:
    return [
        (number * 10, RecordedChange("AB", number * 3 + 1, number * 3 + 3, bids, asks))
        for number, (bids, asks) in enumerate(parts)
    ]


@given(
    st.lists(st.tuples(levels, levels), min_size=1, max_size=15), st.integers(0, 40), st.lists(st.integers(-5, 160), max_size=6)
)
def test_the_book_at_any_moment_equals_a_plain_reconstruction(
    parts: list[tuple[list[tuple[str, str]], list[tuple[str, str]]]], snapshot_id: int, moments: list[int]
) -> None:
    changes = chain(parts)
    start = RecordedSnapshot(snapshot_id, [("5.00", "9.00")], [("6.00", "8.00")])
    book = ReplayBook([(25, start)], changes)
    for now in moments:
        bids, asks, last = dict(start.bids), dict(start.asks), snapshot_id
        for time, change in changes:
            if time <= now and change.last_id > snapshot_id:
                bids.update(change.bids)
                asks.update(change.asks)
                last = change.last_id
        book.move_to(now)
        assert book.update_id == last
        assert book.bids(99) == sorted(((p, q) for p, q in bids.items() if q != "0.00"), key=lambda each: -float(each[0]))
        assert book.asks(99) == sorted(((p, q) for p, q in asks.items() if q != "0.00"), key=lambda each: float(each[0]))


def test_without_a_snapshot_a_book_knows_what_it_was_told() -> None:
    book = ReplayBook([], chain([([("1.00", "1.50")], []), ([], [("2.00", "2.00")])]))
    assert (book.update_id, book.bids(5), book.asks(5)) == (0, [], [])
    book.move_to(10)
    assert (book.update_id, book.bids(5), book.asks(5)) == (6, [("1.00", "1.50")], [("2.00", "2.00")])


def test_a_later_snapshot_replaces_what_was_known_and_an_older_does_not() -> None:
    fresh, old = RecordedSnapshot(50, [("3.00", "1.50")], []), RecordedSnapshot(2, [("4.00", "1.50")], [])
    book = ReplayBook([(0, RecordedSnapshot(0, [], [])), (15, fresh), (16, old)], chain([([("1.00", "1.50")], [])]))
    book.move_to(14)
    assert (book.update_id, book.bids(5)) == (3, [("1.00", "1.50")])
    book.move_to(99)
    assert (book.update_id, book.bids(5)) == (50, [("3.00", "1.50")])


def test_limits_take_the_best() -> None:
    book = ReplayBook([(0, RecordedSnapshot(1, [("1", "1"), ("3", "1"), ("2", "1")], [("9", "1"), ("11", "1")]))], [])
    assert book.bids(2) == [("3", "1"), ("2", "1")]
    assert book.asks(1) == [("9", "1")]
