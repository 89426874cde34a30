import asyncio

from financehub.bus import MemoryBus
from financehub.streaming.live_channels import Publication
from financehub.streaming.live_publisher import LivePublisher
from financehub.streaming.live_topics import parse_topic


class Channel:
    def __init__(self, stream: str, error: Exception | None = None) -> None:
        self.topic = parse_topic(stream, "X")
        self.value = 0
        self.error = error

    def take(self) -> list[Publication]:
        if self.error is not None:
            raise self.error
        return [Publication(self.topic.bus_topic("V"), str(self.value).encode())]


async def test_the_first_news_goes_at_once_and_later_ones_are_conflated():
    bus, now = MemoryBus(), [100.0]
    publisher, book = LivePublisher(bus, monotonic=lambda: now[0]), Channel("orderbook")
    async with bus.subscribe("*") as messages:
        sent = lambda: [payload for _, payload in messages._unread]  # noqa: E731
        for value in range(1, 100):
            book.value = value
            publisher.mark(book)
            wait = await publisher.publish_due()
            now[0] += 0.01
        assert sent() == [str(value).encode() for value in range(1, 100, 10)]
        assert 0 < wait <= 0.1
        now[0] += wait
        await publisher.publish_due()
        assert sent()[-1] == b"99"
    assert await bus.latest("order_book.V.X") == b"99"


async def test_one_channel_that_fails_does_not_stop_the_others(caplog):
    bus = MemoryBus()
    publisher = LivePublisher(bus, monotonic=lambda: 1.0)
    publisher.mark(Channel("trades", error=ZeroDivisionError()))
    publisher.mark(Channel("price"))
    await publisher.publish_due()
    assert await bus.latest("quotes.V.X") == b"0"
    assert "could not publish trades:X" in caplog.text


async def test_it_sleeps_only_until_the_next_is_due():
    bus, now, slept = MemoryBus(), [0.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    publisher, book = LivePublisher(bus, monotonic=lambda: now[0], sleep=sleep), Channel("orderbook")
    async with bus.subscribe("*") as messages:
        running = asyncio.create_task(publisher.run())
        for value in (1, 2):
            book.value = value
            publisher.mark(book)
            assert (await anext(messages)).payload == str(value).encode()
        running.cancel()
    assert slept == [0.1]
