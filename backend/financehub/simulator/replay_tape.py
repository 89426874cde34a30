"""The executions of a recorded pair as columns, and the bars they make."""

import numpy as np

from financehub.simulator.kline_intervals import bucket_minute
from financehub.simulator.market_model import BarColumns, Execution, fold_by, join_bars
from financehub.simulator.replay_recording import RecordedTrade
from financehub.simulator.seeded_noise import Integers


def decimals_of(texts: list[str]) -> int:
    """Return how many decimals the most precise of `texts` has."""
    return max((len(text.partition(".")[2].rstrip("0")) for text in texts), default=0)


def units_of(text: str, decimals: int) -> int:
    """Return a number as whole units of 10^-decimals, exact where it has no more decimals than that."""
    whole, _, rest = text.partition(".")
    return int(whole + rest[:decimals].ljust(decimals, "0"))


class ReplayTape:
    """What was traded, by receive time. Where single trades were recorded, aggregated ones are left out."""

    def __init__(self, trades: list[tuple[int, RecordedTrade]], price_decimals: int, lot_decimals: int) -> None:
        has_singles = any(trade.trade_id is not None for _, trade in trades)
        kept = [(time, trade) for time, trade in trades if (trade.trade_id is not None) == has_singles]
        self._received = np.array([time for time, _ in kept], dtype=np.int64)
        self._executions = [
            Execution(
                units_of(trade.price, price_decimals),
                units_of(trade.quantity, lot_decimals),
                trade.is_sell,
                trade.time_ms,
                (trade.trade_id if has_singles else trade.aggregate_id) or 0,
            )
            for _, trade in kept
        ]
        self.price = np.array([each.price for each in self._executions], dtype=np.int64)
        self.lots = np.array([each.lots for each in self._executions], dtype=np.int64)
        self._minute = np.array([each.time_ms // 60_000 for each in self._executions], dtype=np.int64)
        self._paid = self.price * self.lots

    def count_at(self, now_ns: int) -> int:
        """Return how many executions had been received by `now_ns`."""
        return int(np.searchsorted(self._received, now_ns, side="right"))

    def executions(self, first: int, last: int) -> list[Execution]:
        return self._executions[max(0, first) : last]

    def paid(self, count: int) -> int:
        """Return what the first `count` executions paid, in ticks times lots."""
        return int(self._paid[:count].sum())

    def received(self, after_ns: int, until_ns: int) -> list[tuple[int, Execution]]:
        """Return (receive time, execution) with after < time ≤ until."""
        first, last = self.count_at(after_ns), self.count_at(until_ns)
        return list(zip(self._received[first:last].tolist(), self._executions[first:last], strict=True))

    def bars(self, interval: str, span: tuple[int, int], now_ns: int) -> tuple[BarColumns, Integers, list[int]]:
        """Return the bars that start in `span` (minutes, both ends in), what each paid, and the id of its last trade."""
        known = self.count_at(now_ns)
        minutes = self._minute[:known]
        starts = np.array([bucket_minute(int(each), interval) for each in np.unique(minutes)], dtype=np.int64)
        by_trade = starts[np.searchsorted(np.unique(minutes), minutes)] if known else minutes
        kept = np.flatnonzero((by_trade >= span[0]) & (by_trade <= span[1]))
        if not kept.size:
            return join_bars([]), np.zeros(0, dtype=np.int64), []
        kept = kept[np.argsort(by_trade[kept], kind="stable")]
        labels, price, one = by_trade[kept], self.price[kept], np.ones(kept.size, dtype=np.int64)
        bars = fold_by(BarColumns(labels, price, price, price, price, self.lots[kept], one), labels)
        firsts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(bars.trades)[:-1]))
        last_rows = kept[np.cumsum(bars.trades) - 1]
        return bars, np.add.reduceat(self._paid[kept], firsts), [self._executions[row].trade_id for row in last_rows.tolist()]
