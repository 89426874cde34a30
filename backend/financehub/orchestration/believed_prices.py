"""The last price of each instrument that was believed, against which the next one is held."""

from collections import OrderedDict
from datetime import datetime, timedelta

from msgspec import Struct

BELIEVED_FOR = timedelta(days=1)
CONVINCED_AFTER = timedelta(minutes=10)
_SAME_WITHIN = 0.05
_CAPACITY = 20_000


class _Believed(Struct):
    price: float
    at: datetime
    doubted_price: float = 0.0
    doubted_since: datetime | None = None


class BelievedPrices:
    """Remember believed prices for a day; give in to a price that keeps being stated for ten minutes.

    Without giving in, one wrong price believed at the start would shut out every right one after it.
    """

    def __init__(self) -> None:
        self._believed: OrderedDict[str, _Believed] = OrderedDict()

    def find(self, symbol: str, now: datetime) -> float | None:
        """Return the last believed price of `symbol` unless it is older than a day."""
        believed = self._believed.get(symbol)
        return believed.price if believed is not None and now - believed.at <= BELIEVED_FOR else None

    def record_good(self, symbol: str, price: float, now: datetime) -> None:
        self._believed[symbol] = _Believed(price, now)
        self._believed.move_to_end(symbol)
        if len(self._believed) > _CAPACITY:
            self._believed.popitem(last=False)

    def record_doubt(self, symbol: str, price: float, now: datetime) -> None:
        """Note that `price` was refused; after ten minutes of the same the old price is no longer believed."""
        believed = self._believed.get(symbol)
        if believed is None or price <= 0:
            return
        is_same = believed.doubted_since is not None and abs(price / believed.doubted_price - 1) <= _SAME_WITHIN
        if not is_same:
            believed.doubted_price, believed.doubted_since = price, now
        elif believed.doubted_since is not None and now - believed.doubted_since >= CONVINCED_AFTER:
            del self._believed[symbol]
