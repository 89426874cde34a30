"""Build one instrument's order book from a snapshot and the changes around it, by the venue's exact rules."""

from datetime import datetime
from itertools import islice

from financehub.errors import SequenceGap
from financehub.market.order_book import BookState, Level, OrderBookDelta, OrderBookSnapshot
from financehub.streaming.book_side import BookSide

TOP = 20
BUFFER_LIMIT = 10_000


class OrderBookBuilder:
    """A state machine without I/O: changes and snapshots go in, a book and its state come out.

    Rules (Binance spot): changes are buffered until a snapshot bridges them (`U ≤ id + 1 ≤ u`); a snapshot older than the first
    buffered change is refused; then each change must join the one before (`U ≤ id + 1`), duplicates are ignored, quantities are
    absolute and 0 removes. `live` means: continuous, not crossed, and the top 20 of each side known. In every other state the last
    book is still served and `needs_snapshot` says whether a new snapshot would help.
    """

    def __init__(self, symbol: str, *, buffer_limit: int = BUFFER_LIMIT) -> None:
        self.symbol = symbol
        self.state = BookState.UNSYNCED
        self.reason = "no snapshot yet"
        self.update_id = 0
        self.depth_limit = 0
        self.time: datetime | None = None
        self.needs_snapshot = True
        self.bid_horizon: float | None = None
        self.ask_horizon: float | None = None
        self._bids = BookSide(is_bid=True)
        self._asks = BookSide(is_bid=False)
        self._buffer: list[OrderBookDelta] = []
        self._buffer_limit = buffer_limit

    @property
    def buffered(self) -> int:
        return len(self._buffer)

    def top(self, count: int = TOP) -> tuple[list[Level], list[Level]]:
        """Return the best bids and asks as last known, whatever the state."""
        return self._bids.top(count), self._asks.top(count)

    def apply_delta(self, delta: OrderBookDelta) -> None:
        """Take one change.

        Raises SequenceGap where changes were missed: the book is then `syncing`, `delta` is kept, and a snapshot is needed.
        """
        if self.needs_snapshot:
            self._keep(delta)
            if self.state in (BookState.UNSYNCED, BookState.STALE):
                self._set(BookState.SYNCING, "waiting for a snapshot")
            return
        if delta.last_update_id <= self.update_id:
            return
        if delta.first_update_id > self.update_id + 1:
            self._keep(delta)
            raise self._gap(delta)
        self._write(delta)
        self._settle()

    def apply_snapshot(self, snapshot: OrderBookSnapshot) -> bool:
        """Take a snapshot and the buffered changes that follow it; return False, changing nothing, where it is too old to bridge them.

        Raises SequenceGap where the buffer itself has a hole: the changes behind it are kept for the next snapshot.
        """
        later = sorted(
            (delta for delta in self._buffer if delta.last_update_id > snapshot.update_id),
            key=lambda delta: (delta.first_update_id, delta.last_update_id),
        )
        if later and later[0].first_update_id > snapshot.update_id + 1:
            return False
        self._load(snapshot)
        for position, delta in enumerate(later):
            if delta.first_update_id > self.update_id + 1:
                self._buffer = list(islice(later, position, None))
                raise self._gap(delta)
            if delta.last_update_id > self.update_id:
                self._write(delta)
        self._buffer = []
        self.needs_snapshot = False
        self._settle()
        return True

    def lose_connection(self, reason: str) -> None:
        """Note that changes may be missed from now on: what is known is kept and marked stale."""
        self._buffer = []
        self.needs_snapshot = True
        self._set(BookState.STALE if self.update_id else BookState.UNSYNCED, reason)

    def mark_stale(self, reason: str) -> None:
        """Note that the source is silent; nothing was missed, so the next change that joins makes the book live again."""
        if self.state is BookState.LIVE:
            self._set(BookState.STALE, reason)

    def mark_fresh(self) -> None:
        """Note that the source speaks again, on the same connection."""
        if self.state is BookState.STALE and not self.needs_snapshot:
            self._set(BookState.LIVE)

    def _set(self, state: BookState, reason: str = "") -> None:
        self.state, self.reason = state, reason

    def _keep(self, delta: OrderBookDelta) -> None:
        self._buffer.append(delta)
        if len(self._buffer) > self._buffer_limit:
            del self._buffer[0]

    def _gap(self, delta: OrderBookDelta) -> SequenceGap:
        self.needs_snapshot = True
        expected = self.update_id + 1
        self._set(BookState.SYNCING, f"updates {expected} to {delta.first_update_id - 1} were missed")
        return SequenceGap(
            f"{self.symbol}: updates {expected} to {delta.first_update_id - 1} were missed",
            symbol=self.symbol,
            expected=expected,
            received=delta.first_update_id,
        )

    def _load(self, snapshot: OrderBookSnapshot) -> None:
        self._bids.replace(snapshot.bids)
        self._asks.replace(snapshot.asks)
        self.update_id = snapshot.update_id
        self.depth_limit = snapshot.depth_limit
        # a side that came back full goes on beyond its last level, where nothing is known until it changes
        self.bid_horizon = snapshot.bids[-1][0] if len(snapshot.bids) >= snapshot.depth_limit else None
        self.ask_horizon = snapshot.asks[-1][0] if len(snapshot.asks) >= snapshot.depth_limit else None

    def _write(self, delta: OrderBookDelta) -> None:
        self._bids.change(delta.bids)
        self._asks.change(delta.asks)
        self.update_id = delta.last_update_id
        self.time = delta.time

    def _settle(self) -> None:
        """Say what the book is now; a crossed or a worn-out one asks for a new snapshot and meanwhile buffers."""
        bid, ask = self._bids.best_price(), self._asks.best_price()
        count = min(TOP, self.depth_limit)
        if bid is not None and ask is not None and bid >= ask:
            self.needs_snapshot = True
            self._set(BookState.CROSSED, f"best bid {bid} is not below best ask {ask}")
        elif not (self._bids.reaches(count, self.bid_horizon) and self._asks.reaches(count, self.ask_horizon)):
            self.needs_snapshot = True
            self._set(BookState.SYNCING, "the price moved past the depth that the snapshot knew")
        elif self.state is not BookState.LIVE:
            self._set(BookState.LIVE)
