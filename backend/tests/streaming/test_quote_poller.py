import asyncio

import pytest
from streaming.live_market import BRK, PlayedOrchestrator, provenance, quote

from financehub.errors import FinanceHubError, NoAnswer
from financehub.market.provenance import Answer, DelayClass
from financehub.streaming.live_channels import Origin, QuoteChannel
from financehub.streaming.live_topics import parse_topic
from financehub.streaming.quote_poller import QuotePoller


def channel(symbol: str) -> QuoteChannel:
    return QuoteChannel(parse_topic("price", symbol), Origin(source="", delay_class=DelayClass.LIVE, instrument=BRK.instrument))


class Desk:
    def __init__(self, every_seconds: float = 15.0) -> None:
        self.orchestrator = PlayedOrchestrator()
        self.news: list[str] = []
        self.failures: list[tuple[str, str | None]] = []
        self.poller = QuotePoller(
            self.orchestrator, lambda each: self.news.append(each.topic.symbol), self.fail, every_seconds=every_seconds
        )

    def fail(self, symbol: str, error: FinanceHubError | None) -> None:
        self.failures.append((symbol, error.message if error else None))


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_what_is_new_is_asked_for_in_one_call(desk):
    desk.orchestrator.answers = {"A": Answer(quote("A", 1.0), provenance()), "C": Answer(quote("C", 1.0), provenance())}
    desk.orchestrator.failures = {"B": NoAnswer("nobody answered")}
    for symbol in "ABC":
        desk.poller.watch(channel(symbol))
    desk.poller.watch(channel("A"))
    desk.poller.unwatch("C")
    await desk.poller.poll_new()
    await desk.poller.poll_new()
    assert desk.orchestrator.quotes_asked == [("A", "B")]
    assert desk.news == ["A"]
    assert desk.failures == [("A", None), ("B", "nobody answered")]


async def test_an_answer_for_what_was_left_meanwhile_is_dropped(desk):
    desk.poller.watch(channel("A"))
    desk.orchestrator.answers = {"A": Answer(quote("A", 1.0), provenance())}
    polling = desk.poller.poll_new()
    desk.poller.unwatch("A")
    await polling
    assert (desk.news, desk.failures) == ([], [])


async def test_a_call_that_fails_is_told_for_each(desk, monkeypatch):
    async def fail(symbols, **_):
        raise NoAnswer("no network")

    monkeypatch.setattr(desk.orchestrator, "quotes", fail)
    desk.poller.watch(channel("A"))
    await desk.poller.poll_new()
    assert desk.failures == [("A", "no network")]


async def test_a_round_asks_anew_and_a_newcomer_takes_what_is_remembered(desk):
    desk.poller.watch(channel("A"))
    await desk.poller.poll_new()
    await desk.poller.poll_round()
    assert desk.orchestrator.quotes_asked == [("A",), ("A",)]
    assert desk.orchestrator.oldest_allowed == [None, 7.5]


async def test_many_symbols_take_turns_so_that_no_source_is_asked_too_often(desk):
    names = [f"S{number:02}" for number in range(25)]
    for symbol in names:
        desk.poller.watch(channel(symbol))
    await desk.poller.poll_new()
    for _ in range(5):
        await desk.poller.poll_round()
    rounds = desk.orchestrator.quotes_asked[1:]
    assert [len(each) for each in rounds] == [10, 10, 10, 10, 10]
    assert rounds[0] == tuple(names[:10])
    assert sorted(symbol for each in rounds for symbol in each) == sorted(names * 2)


async def test_every_round_asks_for_all_again():
    desk = Desk(every_seconds=0.01)
    desk.poller.watch(channel("A"))
    running = asyncio.create_task(desk.poller.run())
    async with asyncio.timeout(5):
        while len(desk.orchestrator.quotes_asked) < 3:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
    desk.poller.unwatch("A")
    running.cancel()
    assert set(desk.orchestrator.quotes_asked) == {("A",)}
