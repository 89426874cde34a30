"""RealTimeStreamManager: what somebody watches is subscribed at a source, kept in order and put on the bus."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Protocol

import msgspec

from financehub import clock
from financehub.bus import Bus, Topic
from financehub.errors import FinanceHubError, Invalid, NotCovered
from financehub.market.order_book import OrderBookQuery, OrderBookSnapshot
from financehub.market.provenance import Answer, DelayClass
from financehub.market.trade import Trade, TradesQuery
from financehub.orchestration.naming import Known
from financehub.providers.base_stream_client import BaseStreamClient
from financehub.providers.provider import Provider, StreamTopic
from financehub.providers.source_settings import SourceSettings
from financehub.streaming.book_keeper import BookKeeper
from financehub.streaming.interest_leases import Interest, InterestLeases
from financehub.streaming.live_channels import BarsChannel, BookChannel, Origin, QuoteChannel, TradesChannel
from financehub.streaming.live_publisher import LivePublisher
from financehub.streaming.live_topics import LiveStream, LiveTopic, parse_topic
from financehub.streaming.quote_poller import POLL_SECONDS, QuotePoller, QuoteSource
from financehub.streaming.source_connections import MakeClient, SourceConnections
from financehub.streaming.source_feed import KINDS, SourceFeed, Target, source_topic
from financehub.streaming.trade_tape import TAPE_LENGTH
from financehub.streaming.watched_symbol import WatchedSymbol

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
CONCURRENT_RESYNCS = 3
SNAPSHOT_DEPTH = 1000
POLL_WHEN_DOWN_SECONDS = 20.0
_interest_decoder = msgspec.json.Decoder(Interest)
_encoder = msgspec.json.Encoder()


class FindsNames(Protocol):
    async def get(self, symbol: str) -> Known: ...


class MarketSource(QuoteSource, Protocol):
    """The part of DataOrchestrator that is needed here."""

    @property
    def naming(self) -> FindsNames: ...

    async def order_book(self, query: OrderBookQuery, *, max_age: float = 0) -> Answer[OrderBookSnapshot]: ...

    async def trades(self, query: TradesQuery, *, max_age: float = 0) -> Answer[list[Trade]]: ...


class RealTimeStreamManager:
    """Hear interest on the bus and keep the market of what is watched flowing.

    An instrument is subscribed at the source that streams it, else its quote is polled through the orchestrator. Interest is a
    lease: it ends 30 s after the last renewal. What is published goes into the bus's retained state before anybody is told.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        settings: Mapping[str, SourceSettings],
        bus: Bus,
        orchestrator: MarketSource,
        *,
        delay_class_override: DelayClass | None = None,
        make_client: MakeClient = BaseStreamClient,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._bus = bus
        self._orchestrator = orchestrator
        self._delay_class = delay_class_override or DelayClass.LIVE
        self._connections = SourceConnections(providers, settings, self._make_feed, make_client)
        self._publisher = LivePublisher(bus)
        self._poller = QuotePoller(orchestrator, self._publisher.mark, self._note_poll, every_seconds=poll_seconds)
        self._leases = InterestLeases()
        self._watched: dict[str, WatchedSymbol] = {}
        self._changed: asyncio.Queue[str] = asyncio.Queue()
        self._status_news = asyncio.Event()
        self._resync_turn = asyncio.Semaphore(CONCURRENT_RESYNCS)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def watched(self) -> dict[str, WatchedSymbol]:
        return dict(self._watched)

    async def start(self) -> None:
        """Begin to listen; returns when interest published from now on is heard."""
        is_listening = asyncio.Event()
        loops = (self._listen(is_listening), self._reconcile_changes(), self._check(), self._publish_statuses())
        for loop in (*loops, self._publisher.run(), self._poller.run()):
            self._spawn(loop)
        await is_listening.wait()

    async def stop(self) -> None:
        """End every task and connection at once."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._connections.stop()

    def watch_always(self, symbols: Iterable[str], streams: list[str]) -> None:
        """Want `streams` of `symbols` for as long as this manager runs, whoever watches."""
        wanted = list(symbols)
        self._leases.keep(wanted, streams)
        for symbol in wanted:
            self._changed.put_nowait(symbol)

    def _spawn(self, loop: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(loop)
        task.add_done_callback(self._note_end)
        self._tasks.add(task)

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.critical("the stream manager lost a task", exc_info=error)

    async def _listen(self, is_listening: asyncio.Event) -> None:
        async with self._bus.subscribe(Topic.interest("*")) as messages:
            is_listening.set()
            async for message in messages:
                try:
                    interest = _interest_decoder.decode(message.payload)
                except msgspec.MsgspecError:
                    logger.warning("ignored a malformed message on %s", message.topic)
                    continue
                if self._leases.renew(interest, clock.monotonic()):
                    self._changed.put_nowait(interest.symbol)

    async def _reconcile_changes(self) -> None:
        while True:
            symbol = await self._changed.get()
            outcome = (await asyncio.gather(self._reconcile(symbol), return_exceptions=True))[0]
            if isinstance(outcome, FinanceHubError):
                logger.warning("cannot watch %s: %s", symbol, outcome.message)
            elif isinstance(outcome, Exception):
                logger.error("cannot watch %s", symbol, exc_info=outcome)

    async def _check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            for symbol in self._leases.expire(clock.monotonic()):
                self._changed.put_nowait(symbol)
            for feed in self._connections.feeds:
                feed.check()
                self._poll_in_place_of(feed)

    def _poll_in_place_of(self, feed: SourceFeed) -> None:
        """Ask other ways for the prices of a source that is down, until it is back: no price depends on one source."""
        for channel in feed.quote_channels:
            if feed.seconds_down >= POLL_WHEN_DOWN_SECONDS:
                self._poller.watch(channel)
            elif feed.seconds_down == 0:
                self._poller.unwatch(channel.topic.symbol)

    async def _reconcile(self, symbol: str) -> None:
        """Make what is subscribed for `symbol` what is wanted."""
        wanted = _topics(symbol, self._leases.streams(symbol))
        if wanted and symbol not in self._watched:
            self._watched[symbol] = WatchedSymbol(known=await self._orchestrator.naming.get(symbol), feed=None)
        watched = self._watched.get(symbol)
        if watched is None:
            return
        if watched.feed is None:
            watched.feed = await self._connections.feed_for(watched.known)
        added = [self._add(watched, topic) for topic in wanted if topic not in watched.topics]
        removed = [await self._remove(watched, topic) for topic in list(watched.topics) if topic not in wanted]
        if watched.feed is not None:
            await self._connections.subscribe(watched.feed, [topic for topic in added if topic is not None])
            await self._connections.unsubscribe(watched.feed, [topic for topic in removed if topic is not None])
        if not watched.topics:
            del self._watched[symbol]
            await self._publish_status(watched)
        self._status_news.set()

    def _add(self, watched: WatchedSymbol, topic: LiveTopic) -> StreamTopic | None:
        """Make the channel of `topic`; return what to subscribe at the source, None where it is polled or not to be had."""
        feed, instrument = watched.feed, watched.known.instrument
        stream = feed.provider.stream if feed else None
        if feed is not None and stream is not None and KINDS[topic.stream] in stream.kinds:
            at_source = source_topic(topic, watched.known.names[feed.provider.id])
            origin = Origin(source=feed.provider.id, delay_class=self._delay_class, instrument=instrument)
            feed.add(at_source, self._make_target(topic, origin))
            watched.topics[topic] = at_source
            return at_source
        watched.topics[topic] = None
        if topic.stream is LiveStream.PRICE:
            watched.polled.add(topic)
            self._poller.watch(QuoteChannel(topic, Origin(source="", delay_class=self._delay_class, instrument=instrument)))
        else:
            watched.reasons[topic] = f"no source streams {topic.stream} of {topic.symbol}"
        return None

    def _make_target(self, topic: LiveTopic, origin: Origin) -> Target:
        if topic.stream is LiveStream.PRICE:
            return QuoteChannel(topic, origin)
        if topic.stream is LiveStream.TRADES:
            channel = TradesChannel(topic, origin)
            self._spawn(self._fill_tape(channel))
            return channel
        if topic.stream is LiveStream.BARS:
            return BarsChannel(topic, origin)
        return BookKeeper(
            BookChannel(topic, origin),
            lambda: self._snapshot(topic.symbol, origin.source),
            self._resync_turn,
            self._publisher.mark,
            self._status_news.set,
        )

    async def _remove(self, watched: WatchedSymbol, topic: LiveTopic) -> StreamTopic | None:
        at_source = watched.topics.pop(topic)
        watched.reasons.pop(topic, None)
        watched.polled.discard(topic)
        if topic.stream is LiveStream.PRICE:
            self._poller.unwatch(topic.symbol)
        if at_source is not None and watched.feed is not None:
            target = watched.feed.remove(at_source)
            if isinstance(target, BookKeeper):
                await self._close_book(target)
        return at_source

    async def _close_book(self, keeper: BookKeeper) -> None:
        """Leave behind a book that does not say it is live: nobody keeps it from now on."""
        await keeper.stop()
        keeper.lose_connection("nobody watches this book")
        self._publisher.mark(keeper.channel)

    async def _fill_tape(self, channel: TradesChannel) -> None:
        """Put the latest trades before those that stream in, so that a tape is not empty at first."""
        try:
            answer = await self._orchestrator.trades(TradesQuery(channel.topic.symbol, TAPE_LENGTH), max_age=0)
            if channel.fill(answer.value, answer.provenance):
                self._publisher.mark(channel)
        except FinanceHubError as error:
            logger.info("the tape of %s begins empty: %s", channel.topic.symbol, error.message)

    async def _snapshot(self, symbol: str, source: str) -> OrderBookSnapshot:
        """Return a new snapshot from the source that sends the changes: another's would be another book."""
        answer = await self._orchestrator.order_book(OrderBookQuery(symbol, SNAPSHOT_DEPTH), max_age=0)
        if answer.provenance.source != source:
            raise NotCovered(f"{source} gave no order book of {symbol}", symbol=symbol, source=source)
        return answer.value

    def _make_feed(self, provider: Provider) -> SourceFeed:
        return SourceFeed(provider, self._publisher.mark, self._status_news.set)

    def _note_poll(self, symbol: str, error: FinanceHubError | None) -> None:
        if (watched := self._watched.get(symbol)) is not None:
            watched.note_failure(error)
            self._status_news.set()

    async def _publish_statuses(self) -> None:
        """Publish the state of every watched instrument whose state changed."""
        while True:
            await self._status_news.wait()
            self._status_news.clear()
            try:
                for watched in list(self._watched.values()):
                    await self._publish_status(watched)
            except FinanceHubError as error:
                logger.warning("could not publish the state of the streams: %s", error.message)
                await asyncio.sleep(CHECK_SECONDS)
                self._status_news.set()

    async def _publish_status(self, watched: WatchedSymbol) -> None:
        payload = _encoder.encode(watched.status())
        if payload != watched.published:
            instrument = watched.known.instrument
            await self._bus.publish(Topic.stream_state(instrument.venue, instrument.symbol), payload, retain=True)
            watched.published = payload


def _topics(symbol: str, streams: Iterable[str]) -> list[LiveTopic]:
    """Return the topics that can be understood; the doors refuse the others before they get here."""
    topics = []
    for stream in streams:
        try:
            topics.append(parse_topic(stream, symbol))
        except Invalid as error:
            logger.warning("%s: %s", symbol, error.message)
    return topics


_manager: RealTimeStreamManager | None = None


def install_stream_manager(manager: RealTimeStreamManager | None) -> None:
    """Make `manager` the one of this process; called once, at start (None where streams run in another process)."""
    global _manager  # one process has one composition
    _manager = manager


def find_stream_manager() -> RealTimeStreamManager | None:
    return _manager


def current_stream_manager() -> RealTimeStreamManager:
    """Return the manager of this process; raises RuntimeError where none was installed, which is a fault of the wiring."""
    if _manager is None:
        raise RuntimeError("no stream manager is installed in this process")
    return _manager
