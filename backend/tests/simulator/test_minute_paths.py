import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.simulator.minute_paths import SessionShape, build_session, build_trades


@st.composite
def shapes(draw: st.DrawFn) -> SessionShape:
    low = draw(st.integers(20, 10**7))
    high = low + draw(st.integers(0, max(1, low // 5)))
    length = draw(st.sampled_from([30, 210, 390, 1440]))
    trades = length * draw(st.integers(4, 12))
    return SessionShape(
        first_minute=29_000_000,
        length=length,
        open=draw(st.integers(low, high)),
        high=high,
        low=low,
        close=draw(st.integers(low, high)),
        volume=draw(st.sampled_from([0, trades * 2, trades * 1000])),
        trades=trades,
        sigma=draw(st.floats(0.0005, 0.08)),
        has_edges=draw(st.booleans()),
    )


@given(st.integers(0, 2**60), shapes())
def test_minutes_add_up_to_their_session(key: int, shape: SessionShape) -> None:
    bars = build_session(key, shape)
    assert (bars.open[0], bars.close[-1]) == (shape.open, shape.close)
    assert (bars.high.max(), bars.low.min()) == (shape.high, shape.low)
    assert bars.volume.sum() == shape.volume
    assert bars.trades.sum() == shape.trades
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.open[1:] == bars.close[:-1]).all()
    assert (np.diff(bars.first_trade) == bars.trades[:-1]).all()


@given(st.integers(0, 2**60), shapes(), st.integers(0, 29))
def test_trades_add_up_to_their_minute(key: int, shape: SessionShape, row: int) -> None:
    bars = build_session(key, shape)
    trades = build_trades(key + 1, bars, row, 1000)
    assert trades.price.size == bars.trades[row]
    assert (trades.price[0], trades.price[-1]) == (bars.open[row], bars.close[row])
    assert (trades.price.max(), trades.price.min()) == (bars.high[row], bars.low[row])
    assert trades.lots.sum() == bars.volume[row]
    assert trades.lots.min() >= (1 if shape.volume else 0)
    assert (np.diff(trades.time) >= 0).all()
    assert bars.minute[row] * 60_000 <= trades.time[0]
    assert trades.time[-1] < (bars.minute[row] + 1) * 60_000
    assert trades.first_id == 1000 + bars.first_trade[row]


def test_an_exchange_is_busiest_at_its_edges() -> None:
    shape = SessionShape(
        first_minute=0,
        length=390,
        open=100_00,
        high=102_00,
        low=99_00,
        close=101_00,
        volume=10**8,
        trades=7800,
        sigma=0.01,
        has_edges=True,
    )
    volume = build_session(3, shape).volume
    edges, middle = volume[:30].mean() + volume[-30:].mean(), 2 * volume[180:210].mean()
    assert edges > 2 * middle


@given(st.integers(0, 2**60), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_no_minute_jumps(key: int, opened: int, closed: int, above: int, below: int) -> None:
    """A minute moves as its share of the day's volatility lets it: at most 3 standard deviations and the trend, at 2 % a day."""
    price, sigma = 30_000, 0.02
    first, last = price + opened, price + closed
    high, low = max(first, last) + above, min(first, last) - below
    shape = SessionShape(
        first_minute=0, length=390, open=first, high=high, low=low, close=last, volume=10**8, trades=7800, sigma=sigma, has_edges=True
    )  # fmt: skip
    bars = build_session(key, shape)
    moves = np.abs(bars.close - bars.open)
    spread = sigma * price * np.sqrt(2.75 / 390)  # the busiest minute's standard deviation, generously
    assert moves.max() <= 4.5 * spread
    assert (bars.high - bars.low).max() <= 8 * spread


def test_an_exchange_moves_about_twice_as_much_at_its_edges() -> None:
    edges, middle = [], []
    for key in range(200):
        shape = SessionShape(
            first_minute=0, length=390, open=30_000, high=30_700, low=29_400, close=30_200, volume=10**8, trades=7800, sigma=0.02,
            has_edges=True,
        )  # fmt: skip
        bars = build_session(key, shape)
        moves = (bars.close - bars.open) / shape.open
        edges += [*moves[:10], *moves[-10:]]
        middle += [*moves[150:240]]
    assert 1.7 < np.std(edges) / np.std(middle) < 2.6


def test_the_aggressor_follows_the_price() -> None:
    shape = SessionShape(
        first_minute=0,
        length=30,
        open=1000,
        high=1100,
        low=900,
        close=1050,
        volume=10**6,
        trades=600,
        sigma=0.05,
        has_edges=False,
    )
    bars = build_session(5, shape)
    for row in range(30):
        trades = build_trades(row, bars, row, 1)
        falls = np.diff(trades.price)
        sells = np.array(trades.is_sell[1:])
        assert sells[falls < 0].all()
        assert not sells[falls > 0].any()


@pytest.mark.parametrize("price", [20, 10**7])
def test_a_market_that_stands_still_has_flat_minutes(price: int) -> None:
    shape = SessionShape(
        first_minute=0,
        length=60,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=600,
        trades=300,
        sigma=0.02,
        has_edges=False,
    )
    bars = build_session(1, shape)
    assert set(bars.high.tolist()) == set(bars.low.tolist()) == {price}
