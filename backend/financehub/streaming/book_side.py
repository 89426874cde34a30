"""One side of an order book: every level in a dict, the best of them kept in order."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from heapq import nsmallest

from financehub.market.order_book import Level

_KEPT = 200
"""How many of the best prices are kept in order; a full sort happens only when they run out."""


class BookSide:
    """Levels of one side; prices are held signed (bids negative), so that the best is always the smallest.

    `_best` holds the len(_best) smallest keys of `_quantities`, in order.
    """

    __slots__ = ("_best", "_quantities", "_sign")

    def __init__(self, *, is_bid: bool) -> None:
        self._sign = -1.0 if is_bid else 1.0
        self._quantities: dict[float, float] = {}
        self._best: list[float] = []

    def __len__(self) -> int:
        return len(self._quantities)

    def replace(self, levels: Iterable[Level]) -> None:
        """Forget everything and hold `levels`."""
        sign = self._sign
        self._quantities = {sign * price: quantity for price, quantity in levels if quantity > 0}
        self._best = nsmallest(_KEPT, self._quantities)

    def change(self, levels: Iterable[Level]) -> None:
        """Set absolute quantities; 0 removes a level, and removing one that is not there is normal."""
        sign, quantities, best = self._sign, self._quantities, self._best
        for price, quantity in levels:
            key = sign * price
            if quantity <= 0:
                if quantities.pop(key, None) is not None and best and key <= best[-1]:
                    del best[bisect_left(best, key)]
                continue
            if key not in quantities and (len(best) == len(quantities) or (best and key < best[-1])):
                insort(best, key)
            quantities[key] = quantity
        if len(best) > 2 * _KEPT:
            del best[_KEPT:]

    def top(self, count: int) -> list[Level]:
        """Return the `count` best levels, best first (at most 200 are held in order)."""
        self._refill(count)
        sign, quantities = self._sign, self._quantities
        return [(sign * key, quantities[key]) for key in self._best[:count]]

    def best_price(self) -> float | None:
        self._refill(1)
        return self._sign * self._best[0] if self._best else None

    def reaches(self, count: int, horizon: float | None) -> bool:
        """Return whether the `count` best levels all lie within `horizon` (a price; None means that the whole side is known)."""
        if horizon is None:
            return True
        self._refill(count)
        return len(self._best) >= count and self._best[count - 1] <= self._sign * horizon

    def _refill(self, count: int) -> None:
        if len(self._best) < count and len(self._best) < len(self._quantities):
            self._best = nsmallest(max(count, _KEPT), self._quantities)
