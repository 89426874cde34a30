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
_POWERS = np.exp2(np.arange(700) / 100 - 4)
_BLOCK = 250  # slots that share one table of levels
_BLOCKS_KEPT = 32
_SPREAD_OF_DEPTH = 0.012  # how far from the price the last slot lies


class Levels(Struct, frozen=True):
    """One side of a book, from the lowest price: ticks and lots."""

    ticks: Integers
    lots: Integers


class SimulatedBook(Struct, frozen=True):
    """A book at the end of one tenth of a second."""

    update_id: int
    bid_levels: Levels
    ask_levels: Levels

    def bids(self, limit: int | None = None) -> list[tuple[int, int]]:
        """Return (ticks, lots) of the highest `limit` bids, the highest first."""
        first = 0 if limit is None else max(0, self.bid_levels.ticks.size - limit)
        return _pairs(self.bid_levels, slice(first, None))[::-1]

    def asks(self, limit: int | None = None) -> list[tuple[int, int]]:
        """Return (ticks, lots) of the lowest `limit` asks, the lowest first."""
        return _pairs(self.ask_levels, slice(0, limit))

    @property
    def best_bid(self) -> tuple[int, int]:
        return int(self.bid_levels.ticks[-1]), int(self.bid_levels.lots[-1])

    @property
    def best_ask(self) -> tuple[int, int]:
        return int(self.ask_levels.ticks[0]), int(self.ask_levels.lots[0])


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
        self._blocks: OrderedDict[tuple[str, int], tuple[_Side, _Side]] = OrderedDict()

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
        bids, asks = _side_changes(old.bid_levels, new.bid_levels), _side_changes(old.ask_levels, new.ask_levels)
        return BookChange(old.update_id + 1, new.update_id, bids[::-1], asks)

    def _build(self, symbol: str, step: int) -> SimulatedBook:
        key = mix(self._market.seed, name_key(symbol), 21)
        bid, ask = self._touch(symbol, step, key)
        block = bid // self._scale(symbol)[0] // _BLOCK
        bids, asks = self._slots(symbol, block)
        below = int(np.searchsorted(bids.ticks, bid))
        above = int(np.searchsorted(asks.ticks, ask, side="right"))
        size = self._scale(symbol)[1]
        return SimulatedBook(
            update_id_of(step),
            _levels(bids, slice(max(0, below - _SLOTS), below), bid, step, size),
            _levels(asks, slice(above, above + _SLOTS), ask, step, size),
        )

    def _slots(self, symbol: str, block: int) -> tuple["_Side", "_Side"]:
        """Return the levels around a block of slots, for bids and for asks; they do not change with time."""
        if (symbol, block) not in self._blocks:
            key, spacing = mix(self._market.seed, name_key(symbol), 21), self._scale(symbol)[0]
            slots = np.arange(max(1, block * _BLOCK - _SLOTS), (block + 1) * _BLOCK + _SLOTS + 1, dtype=np.int64)
            ticks = slots * spacing + (mix_array(key, slots) % np.uint64(spacing)).astype(np.int64)
            self._blocks[symbol, block] = (
                _side(mix(key, 1), ticks, is_falling=True),
                _side(mix(key, 2), ticks, is_falling=False),
            )
            if len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        return self._blocks[symbol, block]

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


class _Side(Struct, frozen=True):
    """Possible levels of one side, from the lowest: where each is, and how often its quantity changes."""

    key: int
    is_falling: bool
    ticks: Integers
    period: Integers


def _side(key: int, ticks: Integers, *, is_falling: bool) -> _Side:
    return _Side(key, is_falling, ticks, 10 + (mix_array(key, ticks) % np.uint64(390)).astype(np.int64))


def _levels(side: _Side, part: slice, best: int, step: int, size: int) -> Levels:
    """Return the side's levels: every tenth slot is empty for a while, the best never."""
    ticks = side.ticks[part]
    draw = mix_array(mix(side.key, 5), ticks * 1_000_003 + (step + ticks) // side.period[part])
    kept = draw % np.uint64(10) != 0
    best_lots = _lots(np.array([mix(side.key, 6, best, step // 4)], dtype=np.uint64), size)
    columns = (np.array([best], dtype=np.int64), ticks[kept]), (best_lots, _lots(draw[kept], size))
    return Levels(*(np.concatenate(each[::-1] if side.is_falling else each) for each in columns))


def _lots(draw: "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]", size: int) -> Integers:
    """Return quantities from a sixteenth to eight times `size`, small ones far more often."""
    lots: Integers = np.maximum(1, (size * _POWERS[(draw >> np.uint64(20)) % np.uint64(_POWERS.size)]).astype(np.int64))
    return lots


def _pairs(levels: Levels, part: slice) -> list[tuple[int, int]]:
    return list(zip(levels.ticks[part].tolist(), levels.lots[part].tolist(), strict=True))


def _side_changes(old: Levels, new: Levels) -> list[tuple[int, int]]:
    """Return the levels that differ, from the lowest: the new quantity, or 0 for those that are gone."""
    at = np.minimum(np.searchsorted(old.ticks, new.ticks), old.ticks.size - 1)
    differs = (old.ticks[at] != new.ticks) | (old.lots[at] != new.lots)
    back = np.minimum(np.searchsorted(new.ticks, old.ticks), new.ticks.size - 1)
    gone = old.ticks[new.ticks[back] != old.ticks]
    ticks = np.concatenate((new.ticks[differs], gone))
    lots = np.concatenate((new.lots[differs], np.zeros(gone.size, dtype=np.int64)))
    order = np.argsort(ticks)
    return list(zip(ticks[order].tolist(), lots[order].tolist(), strict=True))
