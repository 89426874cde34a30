"""MarketDataConsumer: the live market over one socket, as docs/websocket.md describes it."""

import asyncio
import logging
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from financehub import clock
from financehub.accounts.tokens import AccessClaims
from financehub.consumers.client_messages import (
    ClientMessage,
    ListTopics,
    MessageId,
    Ping,
    Refresh,
    Resume,
    Subscribe,
    Unsubscribe,
    read_id,
    read_message,
)
from financehub.consumers.connections import current_connections
from financehub.consumers.fan_out import current_fan_out
from financehub.consumers.handshake import refuse, socket_facts
from financehub.consumers.quotas import MessageQuota, check_topics
from financehub.consumers.server_frames import ack_frame, error_frame, pong_frame, welcome_frame
from financehub.consumers.socket_feed import SocketFeed
from financehub.consumers.websocket_auth import accepted_subprotocol, authenticate
from financehub.errors import FinanceHubError, Invalid, QuotaExceeded, TooLarge, Unauthenticated
from financehub.orchestration.data_orchestrator import current_orchestrator
from financehub.streaming.live_topics import LiveTopic, parse_topic

logger = logging.getLogger(__name__)

CLOSE_UNSUPPORTED, CLOSE_POLICY, CLOSE_TOO_BIG, CLOSE_INTERNAL = 1003, 1008, 1009, 1011
CLOSE_SIGNED_OUT = 4401


class MarketDataConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    """One socket: its topics, its quota, its writer, and the time at which its token expires."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.claims: AccessClaims
        self._feed = SocketFeed(self._send_text)
        self._quota = MessageQuota()
        self._topics: dict[LiveTopic, str] = {}
        self._fan_out = current_fan_out()
        self._is_open = False
        self._writer: asyncio.Task[None] | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @property
    def session_id(self) -> str:
        return self.claims.session_id

    async def connect(self) -> None:
        """Accept the socket and say welcome; a path that names a topic is subscribed at once."""
        self.claims = self.scope["claims"]
        wanted: list[tuple[LiveTopic, str]] = []
        try:
            if route := self.scope["url_route"]["kwargs"]:
                wanted = await self._resolve([route["symbol"]], [route["stream"]], errors=None)
            current_connections().add(self.claims.user_id, self)
        except FinanceHubError as error:
            await refuse(self.scope, self.base_send, error)
            raise StopConsumer from None
        self._is_open = True
        await self.accept(accepted_subprotocol(self.scope))
        logger.info("socket opened", extra=socket_facts(self.scope))
        self._feed.reply(self._welcome())
        self._writer = asyncio.create_task(self._feed.run())
        self._close_at_expiry()
        await self._watch(wanted)

    async def disconnect(self, code: int) -> None:
        logger.info("socket closed with %s", code, extra=socket_facts(self.scope))
        self._stop()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002 (channels passes both)
        """Do what a message asks, or say what is wrong with it; the socket stays open unless it is abused."""
        if text_data is None:
            await self.end(CLOSE_UNSUPPORTED, "frames are JSON text")
            return
        message_id: MessageId = None
        try:
            self._quota.take()
            if self.claims.expires_at <= clock.wall_now():
                raise Unauthenticated("the access token has expired", reason="expired")
            message_id = read_id(text_data) if len(text_data) <= 65_536 else None
            await self._act(read_message(text_data))
        except TooLarge as error:
            await self._violated(CLOSE_TOO_BIG, error)
        except Unauthenticated as error:
            await self._violated(CLOSE_SIGNED_OUT, error)
        except FinanceHubError as error:
            await self._reply_error(message_id, error)
        except Exception:  # a door: whatever goes wrong inside, the client is told and the socket lives
            logger.exception("could not handle a socket message", extra=socket_facts(self.scope))
            await self._reply_error(message_id, FinanceHubError("something went wrong on our side"))

    async def end(self, code: int, reason: str) -> None:
        """Close at once, whatever still waits to be written; a socket that is closed already is left alone."""
        if self._is_open:
            self._stop()
            await self.close(code, reason)

    async def _act(self, message: ClientMessage) -> None:
        match message:
            case Subscribe():
                await self._subscribe(message)
            case Unsubscribe():
                await self._unsubscribe(message)
            case ListTopics():
                self._feed.reply(ack_frame(message.id, "list", sorted(topic.name for topic in self._topics)))
            case Ping():
                self._feed.reply(pong_frame(message.id, clock.now()))
            case Resume():
                await self._resume(message)
            case Refresh():
                await self._refresh(message)

    async def _subscribe(self, message: Subscribe) -> None:
        wanted = await self._resolve(message.symbols, message.streams, errors=message)
        check_topics(len(self._topics), sum(topic not in self._topics for topic, _ in wanted))
        self._feed.reply(ack_frame(message.id, "subscribe", [topic.name for topic, _ in wanted]))
        await self._watch(wanted)

    async def _unsubscribe(self, message: Unsubscribe) -> None:
        unwanted = await self._resolve(message.symbols, message.streams, errors=message)
        for topic, venue in unwanted:
            if self._topics.pop(topic, None) is not None:
                self._fan_out.unwatch(self._feed, topic, venue)
        self._feed.reply(ack_frame(message.id, "unsubscribe", [topic.name for topic, _ in unwanted]))

    async def _resume(self, message: Resume) -> None:
        points = {}
        for point in message.topics:
            stream, _, symbol = point.topic.rpartition(":")
            for topic, venue in await self._resolve([symbol], [stream], errors=message):
                points[topic] = (venue, (point.epoch, point.seq))
        check_topics(len(self._topics), sum(topic not in self._topics for topic in points))
        self._feed.reply(ack_frame(message.id, "resume", [topic.name for topic in points]))
        for topic, (venue, resume_from) in points.items():
            self._topics[topic] = venue
            await self._fan_out.watch(self._feed, topic, venue, resume_from)

    async def _refresh(self, message: Refresh) -> None:
        """Take a newer token of the same session; any other closes the socket."""
        claims = await authenticate(message.token)
        if (claims.user_id, claims.session_id) != (self.claims.user_id, self.claims.session_id):
            raise Unauthenticated("this token belongs to another session", reason="other_session")
        self.claims = claims
        self._close_at_expiry()
        self._feed.reply(ack_frame(message.id, "refresh", [], expires_at=claims.expires_at))

    async def _watch(self, wanted: list[tuple[LiveTopic, str]]) -> None:
        for topic, venue in wanted:
            self._topics[topic] = venue
            await self._fan_out.watch(self._feed, topic, venue)

    async def _resolve(
        self, symbols: list[str], streams: list[str], errors: Subscribe | Unsubscribe | Resume | None
    ) -> list[tuple[LiveTopic, str]]:
        """Return every topic asked for, under our own symbol, with its venue.

        What is unknown is answered with an error frame for the message `errors`; without one the first error is raised.
        """
        found = await current_orchestrator().naming.find_all(symbols)
        topics: dict[LiveTopic, str] = {}
        for error in (known for known in found.values() if isinstance(known, FinanceHubError)):
            self._report(error, errors)
        for stream in dict.fromkeys(streams):
            try:
                parse_topic(stream, "")
            except Invalid as error:
                self._report(error, errors)
                continue
            for known in found.values():
                if not isinstance(known, FinanceHubError):
                    topics[parse_topic(stream, known.instrument.symbol)] = known.instrument.venue
        return list(topics.items())

    def _report(self, error: FinanceHubError, message: Subscribe | Unsubscribe | Resume | None) -> None:
        if message is None:
            raise error
        self._feed.reply(error_frame(message.id, error))

    async def _reply_error(self, message_id: MessageId, error: FinanceHubError) -> None:
        if self._quota.is_abused:
            await self._violated(CLOSE_POLICY, error)
            return
        try:
            self._feed.reply(error_frame(message_id, error))
        except QuotaExceeded as full:
            await self._violated(CLOSE_POLICY, full)

    async def _violated(self, code: int, error: FinanceHubError) -> None:
        logger.warning("closed a socket: %s", error.message, extra=socket_facts(self.scope))
        await self.end(code, error.message)

    def _welcome(self) -> str:
        configuration = settings.CONFIGURATION
        is_replay = configuration.mode == "replayed"
        return welcome_frame(
            mode=str(configuration.mode),
            market_time=clock.now(),
            replay_speed=configuration.replay_speed if is_replay else None,
            epoch=self._fan_out.epoch,
            expires_at=self.claims.expires_at,
        )

    def _close_at_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        seconds = (self.claims.expires_at - clock.wall_now()).total_seconds()
        self._expiry = asyncio.get_running_loop().call_later(max(0.0, seconds), self._expire)

    def _expire(self) -> None:
        self._ending = asyncio.create_task(self.end(CLOSE_SIGNED_OUT, "the access token has expired"))

    def _stop(self) -> None:
        """Forget the socket: no topic, no writer, no timer, no place among its user's connections."""
        if not self._is_open:
            return
        self._is_open = False
        self._fan_out.leave(self._feed)
        current_connections().remove(self.claims.user_id, self)
        if self._expiry is not None:
            self._expiry.cancel()
        if self._writer is not None:
            self._writer.cancel()

    async def _send_text(self, frame: str) -> None:
        await self.send(text_data=frame)
