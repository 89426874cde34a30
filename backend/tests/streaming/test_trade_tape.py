from hypothesis import given
from hypothesis import strategies as st
from streaming.live_market import trade

from financehub.streaming.trade_tape import TradeTape


@given(st.lists(st.integers(1, 60), max_size=150))
def test_a_tape_is_the_last_trades_in_order_each_once(numbers):
    tape = TradeTape(length=60)
    for number in numbers:
        tape.add(trade(number))
    assert [int(each.trade_id) for each in tape.trades] == sorted(set(numbers))


def test_only_so_many_trades_are_kept_and_an_older_one_is_refused():
    tape = TradeTape(length=3)
    assert all(tape.add(trade(number)) for number in (5, 6, 8, 7))
    assert [each.trade_id for each in tape.trades] == ["6", "7", "8"]
    assert tape.add(trade(5)) is False
    assert tape.add(trade(2)) is False


def test_trades_of_one_moment_are_ordered_by_number_as_numbers():
    tape = TradeTape()
    for number in (10, 9, 100):
        tape.add(trade(number, second=0))
    assert [each.trade_id for each in tape.trades] == ["9", "10", "100"]


def test_memory_of_what_was_seen_is_bounded():
    tape = TradeTape(length=2)
    for number in range(100):
        tape.add(trade(number))
    assert len(tape._seen) == 8
