"""Small order books written as people write them, to measure ours against. They check nothing: no sequence, no crossing, no depth."""

from collections.abc import Iterable
from heapq import nsmallest

Level = tuple[float, float]


class SortingBook:
    """Two dicts, sorted whole whenever the best levels are asked for."""

    def __init__(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        self._bids = dict(bids)
        self._asks = dict(asks)

    def change(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        for side, levels in ((self._bids, bids), (self._asks, asks)):
            for price, quantity in levels:
                if quantity:
                    side[price] = quantity
                else:
                    side.pop(price, None)

    def top(self, count: int) -> tuple[list[Level], list[Level]]:
        bids = sorted(self._bids.items(), reverse=True)[:count]
        asks = sorted(self._asks.items())[:count]
        return bids, asks


class CachedBestBook:
    """Two dicts, and the best 200 keys of each cached; they are sorted again where one of them came or went."""

    KEPT = 200

    def __init__(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        self._sides = [{-price: quantity for price, quantity in bids}, dict(asks)]
        self._best = [nsmallest(self.KEPT, side) for side in self._sides]

    def change(self, bids: Iterable[Level], asks: Iterable[Level]) -> None:
        self._change(0, [(-price, quantity) for price, quantity in bids])
        self._change(1, asks)

    def _change(self, which: int, levels: Iterable[Level]) -> None:
        side, best = self._sides[which], self._best[which]
        is_sorted, worst = True, best[-1]
        for key, quantity in levels:
            if not quantity:
                if side.pop(key, None) is not None and key <= worst:
                    best.remove(key)
            else:
                if key not in side and key < worst:
                    best.append(key)
                    is_sorted = False
                side[key] = quantity
        if not is_sorted:
            best.sort()
            del best[2 * self.KEPT :]
        if len(best) < self.KEPT // 4:
            self._best[which] = nsmallest(self.KEPT, side)

    def top(self, count: int) -> tuple[list[Level], list[Level]]:
        bids, asks = self._sides
        return [(-key, bids[key]) for key in self._best[0][:count]], [(key, asks[key]) for key in self._best[1][:count]]
