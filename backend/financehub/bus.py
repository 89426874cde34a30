"""Publish and subscribe; the only place where a topic name is spelled.

A topic is `<kind>.<venue>.<symbol>`. A payload is bytes, encoded once by whoever publishes. A *retained* publish also becomes
the topic's latest value, stored **before** it is published, so that a reader who subscribes first and reads `latest` second misses nothing.
In one process the bus is memory; between processes it is Redis. Both keep one contract.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import TracebackType
from typing import Protocol, Self

import redis.asyncio
from msgspec import Struct

from financehub.errors import StorageUnusable

logger = logging.getLogger(__name__)

CAPACITY = 10_000
RECONNECT_SECONDS = 1.0


class Topic:
    """How each topic is spelled."""

    @staticmethod
    def quotes(venue: str, symbol: str) -> str:
        return f"quotes.{venue}.{symbol}"

    @staticmethod
    def trades(venue: str, symbol: str) -> str:
        return f"trades.{venue}.{symbol}"

    @staticmethod
    def bars(venue: str, symbol: str, interval: str) -> str:
        return f"bars.{venue}.{symbol}.{interval}"

    @staticmethod
    def order_book(venue: str, symbol: str) -> str:
        return f"order_book.{venue}.{symbol}"

    @staticmethod
    def interest(symbol: str) -> str:
        """Somebody watches `symbol`: renewed while they do, so that a lost goodbye does no harm."""
        return f"interest..{symbol}"

    @staticmethod
    def tape(venue: str, symbol: str) -> str:
        """The last trades whole, retained; `trades` carries only the new ones."""
        return f"tape.{venue}.{symbol}"

    @staticmethod
    def stream_state(venue: str, symbol: str = "") -> str:
        return f"stream_state.{venue}.{symbol}"

    @staticmethod
    def session_ended(user_id: int) -> str:
        """A session of this user was revoked: its sockets close."""
        return f"session_ended..{user_id}"


class Message(Struct, frozen=True):
    """One payload; `lost` counts what this subscriber missed just before it: it read too slowly, or a cut lost at least that."""

    topic: str
    payload: bytes
    lost: int = 0


class Subscription:
    """Read what arrives on some topics, oldest first; holds at most `capacity` unread messages and says how many it lost."""

    def __init__(self, patterns: tuple[str, ...], capacity: int = CAPACITY) -> None:
        self._exact = {pattern for pattern in patterns if not pattern.endswith("*")}
        self._prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
        self._unread: deque[tuple[str, bytes]] = deque()
        self._capacity = capacity
        self._lost = 0
        self._arrived = asyncio.Event()
        self._is_closed = False

    def matches(self, topic: str) -> bool:
        return topic in self._exact or topic.startswith(self._prefixes)

    def deliver(self, topic: str, payload: bytes) -> None:
        if len(self._unread) >= self._capacity:
            self._unread.popleft()
            self._lost += 1
        self._unread.append((topic, payload))
        self._arrived.set()

    def note_loss(self) -> None:
        """Say with the next message that at least one before it was missed."""
        self._lost += 1

    def close(self) -> None:
        self._is_closed = True
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._unread:
            if self._is_closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        topic, payload = self._unread.popleft()
        lost, self._lost = self._lost, 0
        return Message(topic, payload, lost)


class Bus(Protocol):
    """The contract of both buses. A pattern is a topic, or a prefix of topics followed by `*`."""

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None: ...

    async def latest(self, topic: str) -> bytes | None: ...

    def subscribe(self, *patterns: str, capacity: int = CAPACITY) -> "Subscribing": ...

    async def close(self) -> None: ...


class Subscribing(Protocol):
    """An `async with` block within which a subscription is open: whatever is published inside it arrives."""

    async def __aenter__(self) -> Subscription: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None: ...


class MemoryBus:
    """A bus within one event loop."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._latest: dict[str, bytes] = {}

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if retain:
            self._latest[topic] = payload
        for subscription in self._subscriptions:
            if subscription.matches(topic):
                subscription.deliver(topic, payload)

    async def latest(self, topic: str) -> bytes | None:
        return self._latest.get(topic)

    @asynccontextmanager
    async def subscribe(self, *patterns: str, capacity: int = CAPACITY) -> AsyncIterator[Subscription]:
        subscription = Subscription(patterns, capacity)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            subscription.close()

    async def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.close()


class RedisBus:
    """A bus between processes over one Redis server; keys live under `prefix`.

    A subscription outlives a cut: it connects again for ever, and the first message afterwards says that others may be missing.
    Publishing and reading raise StorageUnusable while the server cannot be reached.
    """

    def __init__(self, url: str, prefix: str = "financehub:") -> None:
        self._client = redis.asyncio.Redis.from_url(url, socket_timeout=None)
        self._prefix = prefix
        self._subscriptions: set[Subscription] = set()

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        with _reaching_redis():
            if retain:
                await self._client.set(f"{self._prefix}latest:{topic}", payload)
            await self._client.publish(self._prefix + topic, payload)

    async def latest(self, topic: str) -> bytes | None:
        with _reaching_redis():
            value = await self._client.get(f"{self._prefix}latest:{topic}")
        return value if isinstance(value, bytes) else None

    @asynccontextmanager
    async def subscribe(self, *patterns: str, capacity: int = CAPACITY) -> AsyncIterator[Subscription]:
        subscription = Subscription(patterns, capacity)
        pubsub = self._client.pubsub(ignore_subscribe_messages=False)
        try:
            with _reaching_redis():
                await pubsub.psubscribe(*(_redis_glob(self._prefix + pattern) for pattern in patterns))
                for _ in patterns:  # the server confirms each: only then is nothing missed
                    await pubsub.get_message(timeout=None)
            reader = asyncio.create_task(self._read_for_ever(pubsub, subscription))
            self._subscriptions.add(subscription)
            try:
                yield subscription
            finally:
                self._subscriptions.discard(subscription)
                subscription.close()
                reader.cancel()
                with suppress(asyncio.CancelledError):
                    await reader
        finally:
            await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _read_for_ever(self, pubsub: "redis.asyncio.client.PubSub", subscription: Subscription) -> None:
        while True:
            try:
                await self._read(pubsub, subscription)
            except redis.RedisError as error:
                logger.warning("the bus cannot be heard, trying again: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _read(self, pubsub: "redis.asyncio.client.PubSub", subscription: Subscription) -> None:
        async for message in pubsub.listen():
            if message["type"] == "pmessage":
                subscription.deliver(message["channel"].decode().removeprefix(self._prefix), message["data"])
            elif (
                message["type"] == "psubscribe"
            ):  # confirmed once more: the connection was made anew, and nobody heard in between
                subscription.note_loss()

    async def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.close()
        await self._client.aclose()


@contextmanager
def _reaching_redis() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as error:
        raise StorageUnusable(f"the bus on Redis cannot be reached: {error}", setting="FINANCEHUB_REDIS_URL") from error


def _redis_glob(pattern: str) -> str:
    """Return `pattern` as a Redis glob in which only a last `*` is special."""
    is_prefix = pattern.endswith("*")
    literal = pattern[:-1] if is_prefix else pattern
    escaped = "".join(f"\\{character}" if character in "*?[]^\\" else character for character in literal)
    return escaped + ("*" if is_prefix else "")


def open_bus(redis_url: str | None) -> Bus:
    """Return the bus of this installation: Redis where a URL is set, memory otherwise."""
    return RedisBus(redis_url) if redis_url else MemoryBus()


_bus: Bus = MemoryBus()


def install_bus(bus: Bus) -> None:
    """Make `bus` the bus of this process; called once, at start."""
    global _bus  # one process has one bus, whichever door asks
    _bus = bus


def current_bus() -> Bus:
    return _bus
