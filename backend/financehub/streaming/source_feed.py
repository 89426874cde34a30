"""One streaming source: what is watched there, and where its events go."""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from financehub import clock
from financehub.errors import DataError
from financehub.market.bar import Bar
from financehub.market.order_book import OrderBookDelta
from financehub.market.quote import Quote
from financehub.market.trade import Trade
from financehub.providers.provider import Provider, StreamEvent, StreamKind, StreamNotice, StreamTopic
from financehub.streaming.book_keeper import BookKeeper
from financehub.streaming.live_channels import BarsChannel, Channel, QuoteChannel, TradesChannel
from financehub.streaming.live_payloads import StreamStatus
from financehub.streaming.live_topics import LiveStream, LiveTopic

logger = logging.getLogger(__name__)

SILENT_SECONDS = 15.0
KINDS = {
    LiveStream.PRICE: StreamKind.QUOTES,
    LiveStream.TRADES: StreamKind.TRADES,
    LiveStream.BARS: StreamKind.BARS,
    LiveStream.ORDERBOOK: StreamKind.ORDER_BOOK,
}
Target: TypeAlias = QuoteChannel | TradesChannel | BarsChannel | BookKeeper


class FeedState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    STALE = "stale"


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
        self.state = FeedState.CONNECTING
        self.reason = f"connecting to {provider.name}"
        self.refused_events = 0
        self._on_news = on_news
        self._on_status = on_status
        self._monotonic = monotonic
        self._heard_at = monotonic()
        self._targets: dict[StreamTopic, Target] = {}
        self._trouble: dict[StreamTopic, str] = {}

    @property
    def topics(self) -> list[StreamTopic]:
        return list(self._targets)

    def add(self, topic: StreamTopic, target: Target) -> None:
        self._targets[topic] = target
        if isinstance(target, BookKeeper) and self.state is FeedState.LIVE:
            target.note_connected()

    def remove(self, topic: StreamTopic) -> Target | None:
        self._trouble.pop(topic, None)
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
                before = target.channel.book.state
                target.apply(event, received_ns)
                if target.channel.book.state is not before:
                    self._on_status()
            return
        if _take(target, event, received_ns):
            self._on_news(target)

    def set_state(self, state: FeedState, reason: str = "") -> None:
        """Note how the connection is; a book whose connection broke must be built anew."""
        was, self.state, self.reason = self.state, state, reason
        for target in self._targets.values():
            if isinstance(target, BookKeeper):
                if state is FeedState.LIVE and was is FeedState.STALE:
                    target.mark_fresh()
                elif state is FeedState.LIVE:
                    target.note_connected()
                elif state in (FeedState.CONNECTING, FeedState.RECONNECTING):
                    target.lose_connection(reason)
                elif state is FeedState.STALE:
                    target.mark_stale(reason)
        self._heard_at = self._monotonic()
        if was is not state:
            self._on_status()

    def check(self) -> None:
        """Mark the feed stale where it is connected but says nothing, and let quiet books ask for their snapshot."""
        silent = self._monotonic() - self._heard_at
        if self.state is FeedState.LIVE and self._targets and silent >= SILENT_SECONDS:
            self.set_state(FeedState.STALE, f"{self.provider.name} has sent nothing for {SILENT_SECONDS:.0f} seconds")
        if self.state is FeedState.LIVE:
            for target in self._targets.values():
                if isinstance(target, BookKeeper):
                    target.check()

    def status(self, topic: StreamTopic) -> StreamStatus:
        """Return how the stream of `topic` is doing."""
        target = self._targets.get(topic)
        if isinstance(target, BookKeeper):
            return StreamStatus(str(target.channel.book.state), target.reason)
        if self.state is FeedState.LIVE and topic in self._trouble:
            return StreamStatus(FeedState.STALE, self._trouble[topic])
        return StreamStatus(str(self.state), self.reason)

    async def stop_books(self) -> None:
        keepers = [target for target in self._targets.values() if isinstance(target, BookKeeper)]
        await asyncio.gather(*(keeper.stop() for keeper in keepers))

    def _heard(self) -> None:
        self._heard_at = self._monotonic()
        if self.state is FeedState.STALE:
            self.set_state(FeedState.LIVE)


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
