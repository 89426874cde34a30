import asyncio

import pytest
from streaming.live_market import BTC, NOW_NS, delta, snapshot

from financehub.errors import NoAnswer
from financehub.market.order_book import BookState
from financehub.market.provenance import DelayClass
from financehub.streaming.book_keeper import BookKeeper
from financehub.streaming.live_channels import BookChannel, Origin
from financehub.streaming.live_topics import parse_topic


class Desk:
    """Answers for snapshots one by one, when the test says."""

    def __init__(self) -> None:
        self.asked = 0
        self.slept: list[float] = []
        self.answers: asyncio.Queue = asyncio.Queue()
        self.states: list[tuple[str, str]] = []
        self.now = 0.0
        origin = Origin(source="venue", delay_class=DelayClass.LIVE, instrument=BTC.instrument)
        channel = BookChannel(parse_topic("orderbook", "BTCUSDT"), origin)
        self.keeper = BookKeeper(
            channel,
            self.fetch,
            asyncio.Semaphore(1),
            lambda channel: None,
            lambda: self.states.append((str(self.book.state), self.keeper.reason)),
            monotonic=lambda: self.now,
            sleep=self.sleep,
        )
        self.book = channel.book

    async def fetch(self):
        self.asked += 1
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def desk():
    desk = Desk()
    yield desk
    await desk.keeper.stop()


async def test_one_resync_at_a_time_however_many_changes_arrive(desk):
    for number in range(11, 20):
        desk.keeper.apply(delta(number, number), NOW_NS)
    await desk.settle()
    assert (desk.asked, desk.keeper.is_resyncing) == (1, True)
    desk.answers.put_nowait(snapshot(10))
    await desk.settle()
    assert (desk.book.state, desk.book.update_id, desk.keeper.is_resyncing) == (BookState.LIVE, 19, False)
    assert desk.states[-1] == ("live", "")


async def test_failing_snapshots_are_asked_for_ever_more_patiently_and_the_reason_is_told(desk):
    for _ in range(9):
        desk.answers.put_nowait(NoAnswer("the venue is down"))
    desk.keeper.apply(delta(11, 11), NOW_NS)
    await desk.settle()
    await desk.settle()
    await desk.settle()
    assert desk.slept[1:] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert desk.states[-1] == ("syncing", "waiting for a snapshot; the venue is down")
    desk.answers.put_nowait(snapshot(10))
    await desk.settle()
    assert desk.states[-1] == ("live", "")


async def test_a_snapshot_asked_for_before_a_cut_is_dropped(desk):
    desk.keeper.apply(delta(11, 11), NOW_NS)
    await desk.settle()
    desk.keeper.lose_connection("cut")
    desk.answers.put_nowait(snapshot(20))
    await desk.settle()
    assert (desk.book.state, desk.book.update_id, desk.asked) == (BookState.UNSYNCED, 0, 2)
    desk.answers.put_nowait(snapshot(30))
    await desk.settle()
    assert (desk.book.state, desk.book.update_id) == (BookState.LIVE, 30)


async def test_an_impossible_snapshot_is_not_taken(desk):
    desk.keeper.apply(delta(11, 11), NOW_NS)
    desk.answers.put_nowait(snapshot(10, bids=[(102.0, 1.0)]))
    desk.answers.put_nowait(snapshot(10))
    await desk.settle()
    assert (desk.asked, desk.book.state) == (2, BookState.LIVE)


async def test_a_quiet_book_asks_by_itself_after_a_while(desk):
    desk.keeper.check()
    desk.keeper.note_connected()
    desk.now = 2.9
    desk.keeper.check()
    assert not desk.keeper.is_resyncing
    desk.now = 3.0
    desk.keeper.check()
    assert desk.keeper.is_resyncing


async def test_gaps_are_counted_and_snapshots_keep_their_distance(desk):
    desk.keeper.apply(delta(11, 11), NOW_NS)
    desk.answers.put_nowait(snapshot(10))
    await desk.settle()
    desk.now += 0.25
    desk.keeper.apply(delta(15, 15), NOW_NS)
    desk.answers.put_nowait(snapshot(14))
    await desk.settle()
    assert (desk.keeper.gaps, desk.asked, desk.book.state) == (1, 2, BookState.LIVE)
    assert desk.slept == [0.0, 0.75]


async def test_a_fault_of_ours_ends_the_resync_and_the_next_change_tries_again(desk, caplog):
    desk.answers.put_nowait(ZeroDivisionError())
    desk.keeper.apply(delta(11, 11), NOW_NS)
    await desk.settle()
    assert "resync of BTCUSDT failed" in caplog.text
    desk.keeper.apply(delta(12, 12), NOW_NS)
    desk.answers.put_nowait(snapshot(10))
    await desk.settle()
    assert desk.book.state is BookState.LIVE
