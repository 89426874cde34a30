from datetime import date

import numpy as np
import pytest
from served_market import MARKET

from financehub.simulator.market_model import SeededMarket
from financehub.simulator.sessions import day_number
from financehub.simulator.universe import ANCHOR_DAY, load_universe


def returns(symbol: str) -> np.ndarray:
    path = MARKET.path(symbol)
    return np.diff(np.log(path.close / path.share_factor))


@pytest.mark.parametrize("symbol", load_universe())
def test_every_day_is_a_possible_day(symbol: str) -> None:
    path = MARKET.path(symbol)
    assert (path.low <= np.minimum(path.open, path.close)).all()
    assert (path.high >= np.maximum(path.open, path.close)).all()
    assert path.low.min() > 0
    assert path.volume.min() >= 0


@pytest.mark.parametrize("symbol", load_universe())
def test_prices_pass_through_the_known_price(symbol: str) -> None:
    path, instrument = MARKET.path(symbol), MARKET.instrument(symbol)
    index = path.calendar.last_by_day(day_number(ANCHOR_DAY))
    assert path.close[index] * instrument.tick == pytest.approx(instrument.price, rel=0.001)


def test_a_seed_is_a_market() -> None:
    again, other = SeededMarket(7).path("AAPL"), SeededMarket(8).path("AAPL")
    assert (again.close == MARKET.path("AAPL").close).all()
    assert (other.close != MARKET.path("AAPL").close).mean() > 0.9


def test_markets_and_sectors_move_together() -> None:
    def correlation(first: str, second: str) -> float:
        return float(np.corrcoef(returns(first), returns(second))[0, 1])

    assert correlation("SPY", "^GSPC") > 0.98
    assert correlation("XOM", "CVX") > correlation("XOM", "MSFT") > 0.1
    assert correlation("^VIX", "^GSPC") < -0.5
    assert correlation("BTCUSDT", "ETHUSDT") > 0.5


def test_coins_open_where_they_closed_and_shares_do_not() -> None:
    coin, share = MARKET.path("BTCUSDT"), MARKET.path("MSFT")
    assert (coin.open[1:] == coin.close[:-1]).all()
    assert (share.open[1:] != share.close[:-1]).mean() > 0.9


def test_the_cross_rate_is_the_quotient_of_its_legs() -> None:
    cross, euro, pound = (MARKET.path(name).close * 0.00001 for name in ("EURGBP", "EURUSD", "GBPUSD"))
    assert cross / (euro / pound) == pytest.approx(np.full(cross.size, (cross / (euro / pound))[0]), rel=0.0002)


def test_a_split_divides_the_price_and_multiplies_the_shares() -> None:
    path = MARKET.path("AAPL")
    index = next(iter(path.splits))
    assert path.calendar.days[index] == day_number(date(2020, 8, 31))
    assert (path.share_factor[index - 1], path.share_factor[index]) == (4, 1)
    assert path.close[index - 1] / path.open[index] == pytest.approx(4, rel=0.15)


def test_dividends_are_paid_each_quarter_at_the_yearly_yield() -> None:
    path = MARKET.path("KO")
    year = [
        index
        for index in path.dividends
        if day_number(date(2025, 1, 1)) <= path.calendar.days[index] < day_number(date(2026, 1, 1))
    ]
    assert len(year) == 4
    paid = sum(path.dividends[index] for index in year)
    assert paid / (path.close[year[0]] * 0.01) == pytest.approx(0.029, rel=0.25)
    assert MARKET.path("AMZN").dividends == {}


def test_results_come_four_times_a_year_and_move_volume() -> None:
    path = MARKET.path("NVDA")
    days = sorted(path.earnings)
    assert len(days) == 18 * 4
    assert np.median(path.volume[days]) > 1.5 * np.median(path.volume)
    assert MARKET.path("SPY").earnings == frozenset()


def test_some_spells_are_stormier_than_others() -> None:
    moves = np.abs(returns("^GSPC"))
    windows = moves[: moves.size // 20 * 20].reshape(-1, 20).mean(axis=1)
    assert np.quantile(windows, 0.95) > 2 * np.quantile(windows, 0.2)
