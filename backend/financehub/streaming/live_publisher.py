"""Put the news of live channels on the bus, each topic no more often than a person or a browser can use."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from financehub import clock
from financehub.bus import Bus
from financehub.streaming.live_channels import Channel
from financehub.streaming.live_topics import LiveStream, LiveTopic

logger = logging.getLogger(__name__)

SPACING_SECONDS = {LiveStream.PRICE: 0.02, LiveStream.TRADES: 0.02, LiveStream.BARS: 0.1, LiveStream.ORDERBOOK: 0.1}


class LivePublisher:
    """Publish what waits in marked channels: the first news at once, later ones when the topic's spacing has passed."""

    def __init__(
        self,
        bus: Bus,
        *,
        monotonic: Callable[[], float] = clock.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bus = bus
        self._monotonic = monotonic
        self._sleep = sleep
        self._marked: dict[LiveTopic, Channel] = {}
        self._next_at: dict[LiveTopic, float] = {}
        self._news = asyncio.Event()

    def mark(self, channel: Channel) -> None:
        """Say that `channel` has something to publish."""
        self._marked[channel.topic] = channel
        self._news.set()

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            if not self._marked:
                self._news.clear()
                await self._news.wait()
            wait = await self.publish_due()
            if wait > 0:
                await self._sleep(wait)

    async def publish_due(self) -> float:
        """Publish every marked channel whose time has come; return the seconds until the next is due (0 when none waits)."""
        now = self._monotonic()
        due = [channel for topic, channel in self._marked.items() if self._next_at.get(topic, 0.0) <= now]
        for channel in due:
            del self._marked[channel.topic]
            self._next_at[channel.topic] = now + SPACING_SECONDS[channel.topic.stream]
        outcomes = await asyncio.gather(*(self._publish(channel) for channel in due), return_exceptions=True)
        for channel, outcome in zip(due, outcomes, strict=True):
            if isinstance(outcome, Exception):
                logger.error("could not publish %s", channel.topic.name, exc_info=outcome)
        return max(0.0, min((self._next_at.get(topic, 0.0) for topic in self._marked), default=0.0) - self._monotonic())

    async def _publish(self, channel: Channel) -> None:
        for publication in channel.take():
            await self._bus.publish(publication.topic, publication.payload, retain=publication.is_retained)
