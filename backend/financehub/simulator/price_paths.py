"""The daily life of every instrument, from one seed: regimes, shared factors, gaps, splits, dividends, earnings.

Days are drawn once per instrument, vectorised over the whole horizon; minutes are filled in later between a day's own open, high,
low and close, so any day can be asked for without the days before it.
"""

from datetime import date
from functools import cached_property
from itertools import accumulate

import numpy as np
from msgspec import Struct

from financehub.simulator.seeded_noise import Floats, Integers, generator, name_key
from financehub.simulator.sessions import FIRST_DAY, LAST_DAY, Calendar, day_number, day_of, load_calendar
from financehub.simulator.universe import ANCHOR_DAY, SimulatedInstrument

_HORIZON = LAST_DAY - FIRST_DAY + 1
_REGIMES = np.array([0.7, 1.0, 1.9])  # calm, normal, stormy: multiples of the plain volatility
_REGIME_ODDS = np.array([0.45, 0.42, 0.13])
_MARKET_VOLATILITY = {"nyse": 0.155, "always": 0.42, "fx": 0.06}
_YEARLY_SESSIONS = {"nyse": 252, "always": 365, "fx": 312}
_DRIFT = {"equity": 0.07, "etf": 0.07, "index": 0.07, "crypto": 0.22, "fx": 0.0}
_PULL = {"equity": 0.9995, "etf": 0.9995, "index": 0.9995, "crypto": 0.999, "fx": 0.998}
_CROSSES = {"EURGBP": ("EURUSD", "GBPUSD")}
_FEAR_INDEX = "^VIX"
_LOWEST_TICKS = 20


class DailyPath(Struct, frozen=True, kw_only=True):
    """One instrument's sessions: prices in ticks as traded on the day (splits not undone), volume in lots.

    `sigma` is each session's volatility from open to close, as a log return. `share_factor` is how many of the last day's shares
    one share of the day became. `dividends` maps a session's index to the amount per share of that day, `splits` to the ratio.
    """

    calendar: Calendar
    open: Integers
    high: Integers
    low: Integers
    close: Integers
    volume: Integers
    sigma: Floats
    share_factor: Integers
    dividends: dict[int, float]
    splits: dict[int, int]
    earnings: frozenset[int]


class MarketFactors:
    """What moves many instruments at once, by calendar day."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    @cached_property
    def regime(self) -> Floats:
        """Return each day's multiple of the plain volatility: spells of 5 to 60 days."""
        source = generator(self.seed, name_key("regime"))
        spells = source.integers(5, 60, _HORIZON // 5)
        levels = source.choice(_REGIMES, size=spells.size, p=_REGIME_ODDS)
        spread: Floats = np.repeat(levels, spells)[:_HORIZON]
        return spread

    def standard(self, name: str) -> Floats:
        """Return a factor's standard moves, one a calendar day, larger in stormy regimes."""
        draws: Floats = generator(self.seed, name_key(f"factor:{name}")).standard_normal(_HORIZON)
        return draws * self.regime


def build_daily_path(
    instrument: SimulatedInstrument, universe: dict[str, SimulatedInstrument], factors: MarketFactors
) -> DailyPath:
    """Return the instrument's whole daily path under the factors' seed."""
    calendar = load_calendar(instrument.calendar)
    events = _Events(instrument, calendar, factors.seed)
    gap, move = _steps(instrument, universe, calendar, factors, events)
    opened, closed = _anchored_levels(instrument, calendar, gap, move)
    opened, closed = opened + np.log(events.share_factor), closed + np.log(events.share_factor)
    sigma = _sigma(instrument, calendar, factors)
    draws = generator(factors.seed, name_key(instrument.symbol), 2)
    high, low = _extremes(opened, closed, sigma, draws)
    ticks = [
        np.maximum(np.rint(np.exp(each) / instrument.tick).astype(np.int64), _LOWEST_TICKS)
        for each in (opened, high, low, closed)
    ]
    first, top, bottom, last = ticks
    return DailyPath(
        calendar=calendar,
        open=first,
        high=np.maximum(np.maximum(top, first), last),
        low=np.minimum(np.minimum(bottom, first), last),
        close=last,
        volume=_volume(instrument, calendar, factors, events, draws),
        sigma=sigma,
        share_factor=events.share_factor,
        dividends=events.dividends(last, instrument.tick),
        splits=events.splits,
        earnings=events.earnings,
    )


class _Events:
    """The dated events of one instrument, by session."""

    def __init__(self, instrument: SimulatedInstrument, calendar: Calendar, seed: int) -> None:
        self._instrument = instrument
        self._calendar = calendar
        offset = int(generator(seed, name_key(instrument.symbol), 3).integers(0, 18))
        pays = instrument.dividend_yield > 0
        reports = instrument.asset_class == "equity"
        self.ex_days = self._quarterly((2, 5, 8, 11), 4 + offset) if pays else []
        self.earnings = frozenset(self._quarterly((1, 4, 7, 10), 10 + offset) if reports else [])
        self.splits = {self._session(day): ratio for day, ratio in instrument.splits}
        self.share_factor = np.ones(calendar.days.size, dtype=np.int64)
        for index, ratio in self.splits.items():
            self.share_factor[:index] *= ratio

    def _session(self, day: date) -> int:
        return int(np.searchsorted(self._calendar.days, day_number(day)))

    def _quarterly(self, months: tuple[int, ...], day: int) -> list[int]:
        years = range(day_of(FIRST_DAY).year, day_of(LAST_DAY).year + 1)
        found = [self._session(date(year, month, day)) for year in years for month in months]
        return [index for index in found if 0 < index < self._calendar.days.size]

    def dividends(self, close: Integers, tick: float) -> dict[int, float]:
        """Return the amount per share by session: a quarter of the yearly yield on the close before."""
        rate = self._instrument.dividend_yield / 4
        before = {index: float(close[index - 1]) * tick / self._ratio(index) for index in self.ex_days}
        return {index: max(0.01, round(price * rate, 2)) for index, price in before.items()}

    def _ratio(self, index: int) -> int:
        return self.splits.get(index, 1)


def _steps(
    instrument: SimulatedInstrument,
    universe: dict[str, SimulatedInstrument],
    calendar: Calendar,
    factors: MarketFactors,
    events: _Events,
) -> tuple[Floats, Floats]:
    """Return the overnight and the open-to-close log returns of each session."""
    if instrument.symbol in _CROSSES:
        base, quote = (universe[name] for name in _CROSSES[instrument.symbol])
        base_gap, base_move = _steps(base, universe, calendar, factors, events)
        quote_gap, quote_move = _steps(quote, universe, calendar, factors, events)
        return base_gap - quote_gap, base_move - quote_move
    total = _returns(instrument, calendar, factors)
    gap = np.zeros(total.size)
    if instrument.calendar == "nyse":
        gap = total * 0.35
        source = generator(factors.seed, name_key(instrument.symbol), 4)
        for index in sorted(events.earnings):
            gap[index] += source.normal(0.0, 0.16 * instrument.volatility)
        for index in events.ex_days:
            gap[index] -= instrument.dividend_yield / 4
    elif instrument.calendar == "fx":
        after_weekend = np.diff(calendar.days, prepend=calendar.days[0]) > 1
        gap = np.where(after_weekend, total * 0.5, 0.0)
    return gap, total - gap


def _returns(instrument: SimulatedInstrument, calendar: Calendar, factors: MarketFactors) -> Floats:
    """Return daily log returns: market, sector and the instrument's own, adding up to its volatility."""
    at = calendar.days - FIRST_DAY
    daily = 1 / np.sqrt(_YEARLY_SESSIONS[instrument.calendar])
    shared = instrument.beta * _MARKET_VOLATILITY[instrument.calendar]
    if instrument.symbol == _FEAR_INDEX:
        shared = -0.75 * instrument.volatility
    own = max(instrument.volatility**2 - shared**2, (0.1 * instrument.volatility) ** 2)
    group = instrument.tracks or instrument.sector or instrument.asset_class
    weight = 1.0 if instrument.tracks else 0.4
    alone = factors.standard(instrument.symbol)[at] * np.sqrt(own * (1 - weight))
    grouped = factors.standard(f"group:{group}")[at] * np.sqrt(own * weight)
    returns: Floats = (factors.standard(instrument.calendar)[at] * shared + grouped + alone) * daily
    return returns


def _anchored_levels(instrument: SimulatedInstrument, calendar: Calendar, gap: Floats, move: Floats) -> tuple[Floats, Floats]:
    """Return the log of open and close, drifting and gently pulled back, through the known price on ANCHOR_DAY."""
    pull = 0.97 if instrument.symbol == _FEAR_INDEX else _PULL[instrument.asset_class]
    drift = 0.0 if instrument.symbol == _FEAR_INDEX else _DRIFT[instrument.asset_class]
    wander = np.array(list(accumulate((gap + move).tolist(), lambda level, step: level * pull + step)))
    trend = drift / _YEARLY_SESSIONS[instrument.calendar] * np.arange(wander.size)
    closed = wander + trend
    anchor = calendar.last_by_day(day_number(ANCHOR_DAY))
    closed += np.log(instrument.price) - closed[anchor]
    before = np.concatenate(([closed[0] - gap[0]], closed[:-1]))
    return before + gap, closed


def _sigma(instrument: SimulatedInstrument, calendar: Calendar, factors: MarketFactors) -> Floats:
    daily = instrument.volatility / np.sqrt(_YEARLY_SESSIONS[instrument.calendar])
    sigma: Floats = daily * 0.8 * factors.regime[calendar.days - FIRST_DAY] * np.sqrt(calendar.lengths / calendar.lengths.max())
    return sigma


def _extremes(opened: Floats, closed: Floats, sigma: Floats, draws: np.random.Generator) -> tuple[Floats, Floats]:
    """Return high and low as a Brownian bridge from open to close has them (the maximum's law is Rayleigh's)."""
    distance = (closed - opened) ** 2
    up = np.sqrt(distance - 2 * sigma**2 * np.log(draws.uniform(0.02, 1.0, opened.size)))
    down = np.sqrt(distance - 2 * sigma**2 * np.log(draws.uniform(0.02, 1.0, opened.size)))
    return (opened + closed + up) / 2, (opened + closed - down) / 2


def _volume(
    instrument: SimulatedInstrument, calendar: Calendar, factors: MarketFactors, events: _Events, draws: np.random.Generator
) -> Integers:
    """Return lots traded: more in storms and on earnings days, in the shares of the day."""
    if not instrument.volume:
        return np.zeros(calendar.days.size, dtype=np.int64)
    busy = np.sqrt(factors.regime[calendar.days - FIRST_DAY]) * np.exp(draws.normal(0.0, 0.28, calendar.days.size))
    busy[sorted(events.earnings)] *= 2.2
    shares = instrument.volume * busy / events.share_factor * (calendar.lengths / calendar.lengths.max())
    least = instrument.trades_per_session * 2
    lots: Integers = np.maximum(np.rint(shares / instrument.lot).astype(np.int64), least)
    return lots
