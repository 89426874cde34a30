"""The order book of a crypto pair at any tenth of a second, from the seed and the last trade alone.

Every price level lives in a slot of its own and changes its quantity on a cadence of its own, so a book is the same however one
got to it: a snapshot plus the changes since then is the later snapshot, exactly.
"""

from collections import OrderedDict
from functools import lru_cache

import numpy as np
from msgspec import Struct

from financehub.simulator.market_model import SeededMarket
from financehub.simulator.seeded_noise import Integers, mix, mix_array, name_key
from financehub.simulator.sessions import FIRST_DAY

STEP_NS = 100_000_000
IDS_PER_STEP = 3
_SLOTS = 1000  # levels a side
_FIRST_STEP = FIRST_DAY * 864_000
_BOOKS_KEPT = 96
_SPREAD_OF_DEPTH = 0.012  # how far from the price the last slot lies


class SimulatedBook(Struct, frozen=True):
    """Levels by price in ticks, in lots: `bids` from the highest, `asks` from the lowest."""

    update_id: int
    bids: dict[int, int]
    asks: dict[int, int]

    @property
    def best_bid(self) -> tuple[int, int]:
        return next(iter(self.bids.items()))

    @property
    def best_ask(self) -> tuple[int, int]:
        return next(iter(self.asks.items()))


class BookChange(Struct, frozen=True):
    """What turns one book into a later one; 0 lots remove a level."""

    first_id: int
    last_id: int
    bids: list[tuple[int, int]]
    asks: list[tuple[int, int]]


def update_id_of(step: int) -> int:
    """Return the last update id of a tenth of a second."""
    return (step - _FIRST_STEP) * IDS_PER_STEP


class SimulatedBooks:
    """The books of every pair of a market."""

    def __init__(self, market: SeededMarket) -> None:
        self._market = market
        self._kept: OrderedDict[tuple[str, int], SimulatedBook] = OrderedDict()

    def book(self, symbol: str, step: int) -> SimulatedBook:
        """Return the book at the end of tenth-of-a-second `step` (counted from 1970)."""
        key = (symbol, step)
        if key not in self._kept:
            self._kept[key] = self._build(symbol, step)
            if len(self._kept) > _BOOKS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def change(self, symbol: str, before: int, after: int) -> BookChange:
        """Return what changed from step `before` to step `after`."""
        old, new = self.book(symbol, before), self.book(symbol, after)
        return BookChange(old.update_id + 1, new.update_id, _side_changes(old.bids, new.bids), _side_changes(old.asks, new.asks))

    def _build(self, symbol: str, step: int) -> SimulatedBook:
        key = mix(self._market.seed, name_key(symbol), 21)
        bid, ask = self._touch(symbol, step, key)
        spacing, size = self._scale(symbol)
        middle = bid // spacing
        slots = np.arange(max(0, middle - _SLOTS), middle + _SLOTS + 1, dtype=np.int64)
        ticks = slots * spacing + (mix_array(key, slots) % np.uint64(spacing)).astype(np.int64)
        return SimulatedBook(
            update_id_of(step),
            _levels(key, 1, ticks[(ticks < bid) & (ticks > 0)][::-1], bid, step, size),
            _levels(key, 2, ticks[ticks > ask], ask, step, size),
        )

    def _touch(self, symbol: str, step: int, key: int) -> tuple[int, int]:
        """Return best bid and ask in ticks: the last trade was at one of them."""
        last = self._market.last_trade(symbol, step * STEP_NS)
        widest = max(1, int(last.price * 0.00004))
        spread = 1 + mix(key, last.trade_id) % widest
        if last.is_sell:
            return last.price, last.price + spread
        return max(1, last.price - spread), max(2, last.price)

    @lru_cache(maxsize=64)  # noqa: B019  # one market lives as long as its books
    def _scale(self, symbol: str) -> tuple[int, int]:
        """Return the ticks between slots and the lots of a plain level."""
        instrument = self._market.instrument(symbol)
        spacing = max(1, round(instrument.price / instrument.tick * _SPREAD_OF_DEPTH / _SLOTS))
        return spacing, max(2, round(instrument.volume / instrument.lot / 20_000))


def _levels(key: int, side: int, ticks: Integers, best: int, step: int, size: int) -> dict[int, int]:
    """Return the side's levels: every tenth slot is empty for a while, the best never."""
    noise = mix_array(mix(key, side), ticks)
    period = 10 + (noise % np.uint64(390)).astype(np.int64)
    turn = (step + ticks) // period
    draw = mix_array(mix(key, side, 5), ticks * 1_000_003 + turn)
    lots = _lots(draw, size)
    lots[draw % np.uint64(10) == 0] = 0
    best_draw = mix_array(mix(key, side, 6), np.array([best * 1_000_003 + step // 4], dtype=np.int64))
    found = {best: int(_lots(best_draw, size)[0])}
    kept = lots > 0
    found.update(zip(ticks[kept].tolist(), lots[kept].tolist(), strict=True))
    return found


def _lots(draw: "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]", size: int) -> Integers:
    """Return quantities from a sixteenth to eight times `size`, small ones far more often."""
    power = ((draw >> np.uint64(20)) % np.uint64(700)).astype(np.float64) / 100 - 4
    lots: Integers = np.maximum(1, (size * np.exp2(power)).astype(np.int64))
    return lots


def _side_changes(old: dict[int, int], new: dict[int, int]) -> list[tuple[int, int]]:
    gone = [(tick, 0) for tick in old.keys() - new.keys()]
    return sorted([*(new.items() - old.items()), *gone], reverse=True)
