"""The last trades of one instrument, in order and each once."""

from bisect import insort
from collections import deque

from msgspec import Struct

from financehub.market.trade import Trade

TAPE_LENGTH = 100


class TradeTape:
    """Hold the last `length` trades, oldest first; a trade seen before is refused."""

    def __init__(self, length: int = TAPE_LENGTH) -> None:
        self._length = length
        self._trades: list[_Entry] = []
        self._seen: set[str] = set()
        self._forgotten: deque[str] = deque()

    def add(self, trade: Trade) -> bool:
        """Put `trade` in its place by time, then number; return False for one that is known or older than the whole tape."""
        entry = _Entry(trade.time.timestamp(), _number(trade.trade_id), trade)
        if trade.trade_id in self._seen or (len(self._trades) == self._length and entry < self._trades[0]):
            return False
        self._remember(trade.trade_id)
        insort(self._trades, entry)
        del self._trades[: -self._length]
        return True

    @property
    def trades(self) -> list[Trade]:
        return [entry.trade for entry in self._trades]

    def _remember(self, trade_id: str) -> None:
        self._seen.add(trade_id)
        self._forgotten.append(trade_id)
        if len(self._forgotten) > 4 * self._length:  # a source that reconnects repeats recent trades, never old ones
            self._seen.discard(self._forgotten.popleft())


class _Entry(Struct, frozen=True):
    time: float
    number: int
    trade: Trade

    def __lt__(self, other: "_Entry") -> bool:
        return (self.time, self.number) < (other.time, other.number)


def _number(trade_id: str) -> int:
    return int(trade_id) if trade_id.isascii() and trade_id.isdigit() else 0
