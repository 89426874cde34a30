"""One streaming source: what is watched there, and where its events go."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeAlias

from financehub import clock
from financehub.errors import DataError
from financehub.market.bar import Bar
from financehub.market.order_book import BookState, OrderBookDelta
from financehub.market.quote import Quote
from financehub.market.trade import Trade
from financehub.providers.provider import Provider, StreamEvent, StreamKind, StreamNotice, StreamTopic
from financehub.providers.stream_status import StreamState, StreamStatus
from financehub.streaming.book_keeper import BookKeeper
from financehub.streaming.live_channels import BarsChannel, Channel, QuoteChannel, TradesChannel
from financehub.streaming.live_payloads import TopicStatus
from financehub.streaming.live_topics import LiveStream, LiveTopic

logger = logging.getLogger(__name__)

SILENT_SECONDS = 15.0
STALE = "stale"
KINDS = {
    LiveStream.PRICE: StreamKind.QUOTES,
    LiveStream.TRADES: StreamKind.TRADES,
    LiveStream.BARS: StreamKind.BARS,
    LiveStream.ORDERBOOK: StreamKind.ORDER_BOOK,
}
Target: TypeAlias = QuoteChannel | TradesChannel | BarsChannel | BookKeeper


class SourceFeed:
    """Route the events of one source to the channels of the instruments watched there.

    Every instrument stands alone: what is wrong with one event of one symbol is noted and harms no other.
    """

    def __init__(
        self,
        provider: Provider,
        on_news: Callable[[Channel], None],
        on_status: Callable[[], None],
        *,
        monotonic: Callable[[], float] = clock.monotonic,
    ) -> None:
        self.provider = provider
        self.refused_events = 0
        self._on_news = on_news
        self._on_status = on_status
        self._monotonic = monotonic
        self._heard_at = monotonic()
        self._is_silent = False
        self._down_since: float | None = monotonic()
        self._latest = StreamStatus(provider=provider.id, shard=0, state=StreamState.CONNECTING, topics=())
        self._states: dict[StreamTopic, StreamStatus] = {}
        self._targets: dict[StreamTopic, Target] = {}
        self._trouble: dict[StreamTopic, str] = {}

    @property
    def seconds_down(self) -> float:
        """Return for how long nothing can have arrived: 0 while a connection stands and speaks."""
        if self._down_since is not None:
            return self._monotonic() - self._down_since
        return self._monotonic() - self._heard_at if self._is_silent else 0.0

    @property
    def quote_channels(self) -> list[QuoteChannel]:
        return [target for target in self._targets.values() if isinstance(target, QuoteChannel)]

    @property
    def topics(self) -> list[StreamTopic]:
        return list(self._targets)

    def add(self, topic: StreamTopic, target: Target) -> None:
        self._targets[topic] = target
        if isinstance(target, BookKeeper) and self._latest.state is StreamState.LIVE:
            target.note_connected()

    def remove(self, topic: StreamTopic) -> Target | None:
        self._trouble.pop(topic, None)
        self._states.pop(topic, None)
        return self._targets.pop(topic, None)

    def on_event(self, event: StreamEvent, received_ns: int) -> None:
        """Take one event of the source; an implausible one is counted, noted and dropped."""
        self._heard()
        if isinstance(event, StreamNotice):
            return
        topic = topic_of_event(event)
        target = self._targets.get(topic)
        if target is None:
            return
        try:
            self._route(target, event, received_ns)
        except DataError as error:
            self.refused_events += 1
            if topic not in self._trouble:
                logger.warning("%s: refused an event: %s", self.provider.id, error.message)
                self._on_status()
            self._trouble[topic] = error.message
        else:
            if self._trouble.pop(topic, None) is not None:
                self._on_status()

    def _route(self, target: Target, event: StreamEvent, received_ns: int) -> None:
        if isinstance(target, BookKeeper):
            if isinstance(event, OrderBookDelta):
                target.apply(event, received_ns)
            return
        if _take(target, event, received_ns):
            self._on_news(target)

    def on_state(self, status: StreamStatus) -> None:
        """Note how a connection is; a book whose connection broke must be built anew."""
        self._latest = status
        self._heard_at = self._monotonic()
        if status.state is StreamState.LIVE:
            self._down_since = None
        elif self._down_since is None:
            self._down_since = self._heard_at
        for topic in status.topics:
            if topic in self._targets:
                was = self._states.get(topic)
                self._states[topic] = status
                if was is None or was.state is not status.state:
                    self._tell_book(self._targets[topic], status)
        self._on_status()

    def _tell_book(self, target: Target, status: StreamStatus) -> None:
        if not isinstance(target, BookKeeper):
            return
        if status.state is StreamState.LIVE:
            target.note_connected()
        else:
            target.lose_connection(self._why(status))

    def check(self) -> None:
        """Mark the feed stale where it is connected but says nothing, and let quiet books ask for their snapshot."""
        keepers = [target for target in self._targets.values() if isinstance(target, BookKeeper)]
        is_live = self._latest.state is StreamState.LIVE
        if is_live and self._targets and not self._is_silent and self._monotonic() - self._heard_at >= SILENT_SECONDS:
            self._is_silent = True
            for keeper in keepers:
                keeper.mark_stale(self._silence)
            self._on_status()
        for keeper in keepers:
            keeper.check()

    def status(self, topic: StreamTopic) -> TopicStatus:
        """Return how the stream of `topic` is doing."""
        target = self._targets.get(topic)
        connection = self._states.get(topic, self._latest)
        if isinstance(target, BookKeeper):
            book = target.channel.book
            if self._is_silent and book.state is BookState.LIVE:  # put right by a snapshot, yet nothing tells of what came after
                return TopicStatus(STALE, self._silence)
            return TopicStatus(str(book.state), target.reason)
        if connection.state is not StreamState.LIVE:
            return TopicStatus(str(connection.state), self._why(connection))
        if self._is_silent:
            return TopicStatus(STALE, self._silence)
        if topic in self._trouble:
            return TopicStatus(STALE, self._trouble[topic])
        return TopicStatus(str(connection.state))

    @property
    def _silence(self) -> str:
        return f"{self.provider.name} has sent nothing for {SILENT_SECONDS:.0f} seconds"

    def _why(self, status: StreamStatus) -> str:
        return status.reason or f"{status.state} to {self.provider.name}"

    async def stop_books(self) -> None:
        keepers = [target for target in self._targets.values() if isinstance(target, BookKeeper)]
        await asyncio.gather(*(keeper.stop() for keeper in keepers))

    def _heard(self) -> None:
        self._heard_at = self._monotonic()
        if self._is_silent:
            self._is_silent = False
            for target in self._targets.values():
                if isinstance(target, BookKeeper):
                    target.mark_fresh()
            self._on_status()


def _take(target: QuoteChannel | TradesChannel | BarsChannel, event: StreamEvent, received_ns: int) -> bool:
    if isinstance(target, QuoteChannel):
        return isinstance(event, Quote) and target.apply(event, received_ns)
    if isinstance(target, TradesChannel):
        return isinstance(event, Trade) and target.apply(event, received_ns)
    return isinstance(event, Bar) and target.apply(event, received_ns)


def topic_of_event(event: Trade | Quote | Bar | OrderBookDelta) -> StreamTopic:
    """Return the subscription that `event` answers."""
    if isinstance(event, Bar):
        return StreamTopic(kind=StreamKind.BARS, symbol=event.symbol, interval=event.interval)
    if isinstance(event, OrderBookDelta):
        return StreamTopic(kind=StreamKind.ORDER_BOOK, symbol=event.symbol)
    return StreamTopic(kind=StreamKind.TRADES if isinstance(event, Trade) else StreamKind.QUOTES, symbol=event.symbol)


def source_topic(topic: LiveTopic, provider_symbol: str) -> StreamTopic:
    """Return the subscription at the source that feeds `topic`."""
    return StreamTopic(kind=KINDS[topic.stream], symbol=provider_symbol, interval=topic.interval)
