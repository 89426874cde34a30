import pytest

from financehub.simulator.replay_recording import RecordedTrade
from financehub.simulator.replay_tape import ReplayTape, decimals_of, units_of


@pytest.mark.parametrize(("texts", "decimals"), [(["1.50000000", "2.0"], 1), (["0.00000640"], 7), (["3"], 0), ([], 0)])
def test_decimals_are_those_that_are_used(texts: list[str], decimals: int) -> None:
    assert decimals_of(texts) == decimals


@pytest.mark.parametrize(("text", "decimals", "units"), [("61837.63000000", 2, 6183763), ("7", 3, 7000), ("0.00012", 5, 12)])
def test_units_are_exact(text: str, decimals: int, units: int) -> None:
    assert units_of(text, decimals) == units


def single(received: int, number: int, price: str, time_ms: int) -> tuple[int, RecordedTrade]:
    return received, RecordedTrade("AB", price, "2.0", time_ms, False, trade_id=number)


def test_aggregated_trades_are_left_out_where_single_ones_exist() -> None:
    merged = (5, RecordedTrade("AB", "9.0", "1.0", 5, True, aggregate_id=77))
    both = ReplayTape([single(1, 1, "1.0", 0), merged], 1, 1)
    assert [each.trade_id for each in both.executions(0, 9)] == [1]
    alone = ReplayTape([merged], 1, 1)
    assert [(each.trade_id, each.price, each.is_sell) for each in alone.executions(0, 9)] == [(77, 90, True)]


def test_bars_hold_what_had_been_received() -> None:
    tape = ReplayTape([single(10, 1, "1.0", 59_000), single(20, 2, "3.0", 60_000), single(30, 3, "2.0", 61_000)], 1, 1)
    bars, paid, last_ids = tape.bars("1m", (0, 5), 20)
    assert bars.start.tolist() == [0, 1]
    assert (bars.open.tolist(), bars.high.tolist(), bars.close.tolist()) == ([10, 30], [10, 30], [10, 30])
    assert (paid.tolist(), last_ids) == ([200, 600], [1, 2])
    bars, _, last_ids = tape.bars("1m", (1, 1), 30)
    assert (bars.start.tolist(), bars.low.tolist(), bars.close.tolist(), bars.trades.tolist(), last_ids) == (
        [1],
        [20],
        [20],
        [2],
        [3],
    )
    assert len(tape.bars("1m", (0, 5), 9)[0]) == 0
    assert tape.paid(2) == 800
