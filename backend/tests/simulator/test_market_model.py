from datetime import UTC, datetime

import numpy as np
import pytest
from served_market import FRIDAY_NS, MARKET

from financehub.clock import to_ns
from financehub.errors import NotFound
from financehub.simulator.market_model import BarColumns, Execution, SeededMarket, fold_by, join_bars
from financehub.simulator.sessions import FIRST_DAY, MINUTES_A_DAY
from financehub.simulator.universe import load_universe

MINUTE = 60_000_000_000
NOW = FRIDAY_NS // MINUTE


def rows(bars: BarColumns) -> list[tuple[int, ...]]:
    return list(zip(*(column.tolist() for column in bars.columns()), strict=True))


def from_trades(trades: list[Execution]) -> tuple[int, ...]:
    prices = [trade.price for trade in trades]
    return prices[0], max(prices), min(prices), prices[-1], sum(trade.lots for trade in trades), len(trades)


@pytest.mark.parametrize("symbol", load_universe())
def test_a_daily_bar_is_the_sum_of_its_minutes(symbol: str) -> None:
    days = MARKET.daily_bars(symbol, NOW // MINUTES_A_DAY - 6, NOW // MINUTES_A_DAY, FRIDAY_NS)
    assert len(days) >= 4
    for start, *bar in rows(days):
        minutes = MARKET.minute_bars(symbol, start, start + MINUTES_A_DAY, FRIDAY_NS)
        minutes = minutes.slice(None, int(np.searchsorted(minutes.start, (start // MINUTES_A_DAY + 1) * MINUTES_A_DAY)))
        ((_, *summed),) = rows(fold_by(minutes, np.zeros(len(minutes), dtype=np.int64)))
        assert summed == bar


@pytest.mark.parametrize("symbol", ["BTCUSDT", "AAPL", "EURUSD", "^GSPC"])
def test_minute_bars_are_made_of_their_trades(symbol: str) -> None:
    bars = MARKET.minute_bars(symbol, NOW - 5, NOW + 1, FRIDAY_NS)
    assert bars.start.tolist() == list(range(NOW - 5, NOW + 1))
    for start, *bar in rows(bars)[:-1]:
        trades = list(MARKET.trades_between(symbol, start * MINUTE - 1, (start + 1) * MINUTE - 1))
        assert tuple(bar) == from_trades(trades)
        assert [trade.trade_id for trade in trades] == list(range(trades[0].trade_id, trades[0].trade_id + len(trades)))


def test_the_running_minute_holds_only_what_has_been_traded() -> None:
    whole = list(MARKET.trades_between("BTCUSDT", NOW * MINUTE - 1, (NOW + 1) * MINUTE - 1))
    for trade in whole:
        ((_, *bar),) = rows(MARKET.minute_bars("BTCUSDT", NOW, NOW + 1, trade.time_ms * 1_000_000))
        assert tuple(bar) == from_trades([each for each in whole if each.time_ms <= trade.time_ms])
    ((_, *bar),) = rows(MARKET.minute_bars("BTCUSDT", NOW, NOW + 1, whole[0].time_ms * 1_000_000 - 1))
    assert bar == [whole[0].price] * 4 + [0, 0]


def test_nothing_of_the_future_shows() -> None:
    assert rows(MARKET.minute_bars("BTCUSDT", NOW + 1, NOW + 10, FRIDAY_NS)) == []
    assert rows(MARKET.daily_bars("BTCUSDT", NOW // MINUTES_A_DAY + 1, NOW // MINUTES_A_DAY + 9, FRIDAY_NS)) == []
    earlier = MARKET.daily_bars("AAPL", NOW // MINUTES_A_DAY, NOW // MINUTES_A_DAY, FRIDAY_NS)
    closing = MARKET.daily_bars("AAPL", NOW // MINUTES_A_DAY, NOW // MINUTES_A_DAY, FRIDAY_NS + 300 * MINUTE)
    assert earlier.volume[0] < closing.volume[0]
    assert earlier.open[0] == closing.open[0]


def test_the_order_of_asking_changes_nothing() -> None:
    late_first, early_first = SeededMarket(5), SeededMarket(5)
    late = rows(late_first.minute_bars("ETHUSDT", NOW - 50, NOW, FRIDAY_NS))
    early = rows(early_first.minute_bars("ETHUSDT", NOW - 900_000, NOW - 899_000, FRIDAY_NS))
    assert rows(early_first.minute_bars("ETHUSDT", NOW - 50, NOW, FRIDAY_NS)) == late
    assert rows(late_first.minute_bars("ETHUSDT", NOW - 900_000, NOW - 899_000, FRIDAY_NS)) == early
    assert rows(SeededMarket(6).minute_bars("ETHUSDT", NOW - 50, NOW, FRIDAY_NS)) != late


def test_the_last_trade_survives_the_night_and_the_weekend() -> None:
    friday_close = MARKET.last_trade("AAPL", to_ns(datetime(2026, 11, 20, 21, tzinfo=UTC)))
    assert MARKET.last_trade("AAPL", to_ns(datetime(2026, 11, 22, 12, tzinfo=UTC))) == friday_close
    path = MARKET.path("AAPL")
    assert friday_close.price == path.close[path.calendar.last_opened(NOW)]
    assert (
        rows(MARKET.minute_bars("AAPL", NOW + 2 * MINUTES_A_DAY - 60, NOW + 2 * MINUTES_A_DAY, FRIDAY_NS + 2880 * MINUTE)) == []
    )


def test_the_first_moment_of_a_session_still_knows_the_last() -> None:
    opening = to_ns(datetime(2026, 11, 20, 14, 30, tzinfo=UTC))
    first = next(MARKET.trades_between("AAPL", opening - 1, opening + MINUTE))
    assert MARKET.last_trade("AAPL", opening - 1).trade_id == first.trade_id - 1
    assert MARKET.last_trade("AAPL", first.time_ms * 1_000_000 - 1).trade_id == first.trade_id - 1
    assert MARKET.last_trade("AAPL", first.time_ms * 1_000_000) == first


def test_a_closed_market_has_no_running_minute() -> None:
    sunday = FRIDAY_NS + 2880 * MINUTE
    assert rows(MARKET.minute_bars("AAPL", NOW + 2820, NOW + 2881, sunday)) == []
    assert len(MARKET.minute_bars("BTCUSDT", NOW + 2820, NOW + 2881, sunday)) == 61


def test_the_market_has_a_beginning_and_an_end() -> None:
    edges = [datetime(2015, 1, 1, 23, 59, tzinfo=UTC), datetime(2015, 1, 2, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)]
    assert [MARKET.covers(to_ns(edge)) for edge in edges] == [False, True, False]


def test_trades_across_a_night_are_told_once() -> None:
    evening, morning = to_ns(datetime(2026, 11, 19, 20, 58, tzinfo=UTC)), to_ns(datetime(2026, 11, 20, 14, 32, tzinfo=UTC))
    ids = [trade.trade_id for trade in MARKET.trades_between("AAPL", evening, morning)]
    assert ids == list(range(ids[0], ids[-1] + 1))
    half = (evening + morning) // 2
    parts = [*MARKET.trades_between("AAPL", evening, half), *MARKET.trades_between("AAPL", half, morning)]
    assert [trade.trade_id for trade in parts] == ids


def test_what_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound, match="no 'NOPE'"):
        MARKET.instrument("NOPE")
    with pytest.raises(NotFound, match="had not traded yet"):
        MARKET.last_trade("AAPL", FIRST_DAY * MINUTES_A_DAY * MINUTE)


def test_no_bars_join_to_no_bars() -> None:
    nothing = join_bars([])
    assert len(nothing) == 0
    assert len(fold_by(nothing, nothing.start)) == 0


def test_memory_is_bounded() -> None:
    market = SeededMarket(1)
    first = market.path("BTCUSDT").calendar.last_opened(NOW) - 800
    for index in range(first, first + 800):
        market.session("BTCUSDT", index)
    assert len(market._sessions._values) == 420
