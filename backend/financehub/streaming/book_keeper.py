"""Keep one order book in step with its source: changes in, a fresh snapshot whenever the book asks for one."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from financehub import clock
from financehub.errors import FinanceHubError, SequenceGap
from financehub.market.order_book import OrderBookDelta, OrderBookSnapshot
from financehub.orchestration.plausibility import check_book
from financehub.streaming.live_channels import BookChannel

logger = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
SPACING_SECONDS = 1.0
QUIET_SECONDS = 3.0


class BookKeeper:
    """Drive an OrderBookBuilder: resync this symbol only, one snapshot at a time, ever more patiently while it fails.

    `fetch_snapshot` must not answer from a cache. `turn` bounds how many books resync at once.
    """

    def __init__(
        self,
        channel: BookChannel,
        fetch_snapshot: Callable[[], Awaitable[OrderBookSnapshot]],
        turn: asyncio.Semaphore,
        on_change: Callable[[BookChannel], None],
        on_state: Callable[[], None],
        *,
        monotonic: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.channel = channel
        self._fetch_snapshot = fetch_snapshot
        self._turn = turn
        self._on_change = on_change
        self._on_state = on_state
        self._told: tuple[str, str] | None = None
        self._monotonic = monotonic
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None
        self._connection = 0
        self._connected_at: float | None = None
        self._last_fetch = float("-inf")
        self.gaps = 0
        self.trouble = ""

    @property
    def is_resyncing(self) -> bool:
        return self._task is not None

    @property
    def reason(self) -> str:
        """Say why the book is not live, with what went wrong on the way to a snapshot."""
        reason = self.channel.book.reason
        return f"{reason}; {self.trouble}" if reason and self.trouble else reason

    def apply(self, delta: OrderBookDelta, received_ns: int) -> None:
        """Take one change from the source."""
        book = self.channel.book
        before = (book.update_id, book.state)
        try:
            book.apply_delta(delta)
        except SequenceGap as gap:
            self.gaps += 1
            logger.info("resync: %s", gap.message)
        if book.needs_snapshot:
            self._resync()
        if (book.update_id, book.state) != before:
            self._publish(received_ns)

    def note_connected(self) -> None:
        self._connected_at = self._monotonic()

    def lose_connection(self, reason: str) -> None:
        self._connection += 1
        self._connected_at = None
        self.channel.book.lose_connection(reason)
        self._publish(clock.now_ns())

    def mark_stale(self, reason: str) -> None:
        self.channel.book.mark_stale(reason)
        self._publish(clock.now_ns())

    def mark_fresh(self) -> None:
        self.channel.book.mark_fresh()
        self._publish(clock.now_ns())

    def check(self) -> None:
        """Ask for a snapshot where the source is connected but too quiet to have asked by a change."""
        is_quiet = self._connected_at is not None and self._monotonic() - self._connected_at >= QUIET_SECONDS
        if is_quiet and self.channel.book.needs_snapshot:
            self._resync()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _publish(self, received_ns: int) -> None:
        self.channel.note_change(received_ns)
        self._on_change(self.channel)
        if (status := (str(self.channel.book.state), self.reason)) != self._told:
            self._told = status
            self._on_state()

    def _resync(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._fetch_until_synced(), name=f"resync {self.channel.topic.symbol}")
            self._task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("resync of %s failed", self.channel.topic.symbol, exc_info=error)

    async def _fetch_until_synced(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        await self._sleep(max(0.0, self._last_fetch + SPACING_SECONDS - self._monotonic()))
        while self.channel.book.needs_snapshot:
            try:
                async with self._turn:
                    await self._fetch_once()
            except FinanceHubError as error:
                self.trouble = error.message
                self._on_state()
                logger.warning("no usable snapshot of %s: %s", self.channel.topic.symbol, error.message)
            else:
                self.trouble = ""
            if self.channel.book.needs_snapshot:
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _fetch_once(self) -> None:
        """Fetch one snapshot and try it; one that was asked for on an earlier connection proves nothing and is dropped."""
        connection, self._last_fetch = self._connection, self._monotonic()
        snapshot = await self._fetch_snapshot()
        if connection != self._connection or check_book(snapshot):
            return
        try:
            is_taken = self.channel.book.apply_snapshot(snapshot)
        except SequenceGap:
            self.gaps += 1
            is_taken = True
        if is_taken:
            self._publish(clock.now_ns())
