"""The order book of a recorded pair at any moment: the recorded snapshot with the recorded changes applied."""

from financehub.simulator.replay_recording import RecordedChange, RecordedSnapshot


class ReplayBook:
    """One pair's book, moved forward through its recording; prices and quantities stay the recorded strings."""

    def __init__(self, snapshots: list[tuple[int, RecordedSnapshot]], changes: list[tuple[int, RecordedChange]]) -> None:
        self._snapshots = snapshots
        self._changes = changes
        self._rewind()

    def _rewind(self) -> None:
        """Begin with the first snapshot; without one, with nothing but what the changes will tell."""
        self._now_ns = 0
        self._next_snapshot, self._next_change = 0, 0
        self.update_id = self._changes[0][1].first_id - 1 if self._changes else 0
        self._bids: dict[str, str] = {}
        self._asks: dict[str, str] = {}
        if self._snapshots:
            self._adopt(self._snapshots[0][1])
            self._next_snapshot = 1

    def move_to(self, now_ns: int) -> None:
        """Apply what had been received by `now_ns`."""
        if now_ns < self._now_ns:
            self._rewind()
        self._now_ns = now_ns
        while self._next_change < len(self._changes) and self._changes[self._next_change][0] <= now_ns:
            time_ns, change = self._changes[self._next_change]
            self._adopt_snapshots(time_ns)
            self._next_change += 1
            self._apply(change)
        self._adopt_snapshots(now_ns)

    def _adopt_snapshots(self, until_ns: int) -> None:
        while self._next_snapshot < len(self._snapshots) and self._snapshots[self._next_snapshot][0] <= until_ns:
            snapshot = self._snapshots[self._next_snapshot][1]
            self._next_snapshot += 1
            if snapshot.update_id > self.update_id:
                self._adopt(snapshot)

    def _adopt(self, snapshot: RecordedSnapshot) -> None:
        self.update_id = snapshot.update_id
        self._bids, self._asks = dict(snapshot.bids), dict(snapshot.asks)

    def _apply(self, change: RecordedChange) -> None:
        if change.last_id <= self.update_id:
            return
        for side, levels in ((self._bids, change.bids), (self._asks, change.asks)):
            for price, quantity in levels:
                if float(quantity):
                    side[price] = quantity
                else:
                    side.pop(price, None)
        self.update_id = change.last_id

    def bids(self, limit: int) -> list[tuple[str, str]]:
        """Return the highest bids first."""
        return sorted(self._bids.items(), key=lambda level: -float(level[0]))[:limit]

    def asks(self, limit: int) -> list[tuple[str, str]]:
        """Return the lowest asks first."""
        return sorted(self._asks.items(), key=lambda level: float(level[0]))[:limit]
