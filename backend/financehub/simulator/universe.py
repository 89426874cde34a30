"""The instruments of the simulated market, as data.

Prices are what an instrument plausibly cost on ANCHOR_DAY; every path passes near there, whatever the seed.
"""

from datetime import date
from functools import lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

ANCHOR_DAY = date(2026, 10, 1)


class SimulatedInstrument(Struct, frozen=True, kw_only=True):
    """One thing that is traded here, by our symbol, with the names that the wire formats need.

    `volatility` is annual, `volume` a plain day's in units of the instrument (0 where none is published), `splits` are
    (day, new shares for one old). `tracks` names the index an instrument follows.
    """

    symbol: str
    name: str
    asset_class: str
    calendar: str
    currency: str
    yahoo: str
    exchange: str
    exchange_name: str
    price: float
    volatility: float
    beta: float
    volume: float
    price_decimals: int
    trades_per_session: int
    lot_decimals: int = 0
    sector: str = ""
    base: str = ""
    coingecko: str = ""
    supply: float = 0.0
    max_supply: float = 0.0
    dividend_yield: float = 0.0
    cik: int = 0
    splits: list[tuple[date, int]] = []
    tracks: str = ""

    @property
    def tick(self) -> float:
        """Return the smallest step of the price."""
        return 10.0**-self.price_decimals

    @property
    def lot(self) -> float:
        """Return the smallest step of a quantity."""
        return 10.0**-self.lot_decimals


@lru_cache(maxsize=1)
def load_universe() -> dict[str, SimulatedInstrument]:
    """Return the instruments by symbol, in the order of the file."""
    raw = files("financehub.simulator").joinpath("universe.json").read_bytes()
    return {each.symbol: each for each in msgspec.json.decode(raw, type=list[SimulatedInstrument])}
