"""A source that streams over WebSocket as its script says, and a listener that notes what the client tells."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
from made_up_source import FakeTime
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from financehub.market.trade import Trade
from financehub.providers.base_stream_client import BaseStreamClient
from financehub.providers.provider import Provider, StreamEvent, StreamKind, StreamTopic
from financehub.providers.registry import load_providers
from financehub.providers.source_settings import SourceSettings
from financehub.providers.stream_connection import StreamPolicy
from financehub.providers.stream_status import StreamStatus

LONG = 10.0


def make_topic(symbol: str) -> StreamTopic:
    return StreamTopic(kind=StreamKind.TRADES, symbol=symbol)


BTC, ETH, BNB = make_topic("BTCUSDT"), make_topic("ETHUSDT"), make_topic("BNBUSDT")


def trade_frame(number: int, symbol: str = "BTCUSDT") -> str:
    data = f'{{"e":"trade","E":1,"s":"{symbol}","t":{number},"p":"5.0","q":"1","T":1767614400000,"m":true}}'
    return f'{{"stream":"{symbol.lower()}@trade","data":{data}}}'


class Source:
    """A server that acknowledges subscriptions and otherwise does what its script says, one step per connection."""

    def __init__(self, *script: Callable[["Talk"], Awaitable[None]]) -> None:
        self.script = list(script)
        self.talks: list[Talk] = []
        self.third = asyncio.Event()
        self.url = ""

    async def converse(self, socket: ServerConnection) -> None:
        talk = Talk(socket)
        self.talks.append(talk)
        if len(self.talks) == 3:
            self.third.set()
        step = self.script.pop(0) if self.script else Talk.stay
        try:
            await step(talk)
        except ConnectionClosed:
            pass
        finally:
            talk.ended.set()

    @property
    def open_talks(self) -> int:
        return sum(not talk.ended.is_set() for talk in self.talks)


class Talk:
    """One connection, seen from the source."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.requests: list[tuple[str, tuple[str, ...]]] = []
        self.ended = asyncio.Event()

    async def hear(self) -> None:
        """Take and acknowledge one request."""
        message = msgspec.json.decode(await self.socket.recv())
        self.requests.append((message["method"], tuple(message["params"])))
        await self.socket.send(f'{{"result":null,"id":{message["id"]}}}')

    async def stay(self) -> None:
        while True:
            await self.hear()


class Listener:
    """What the client told; `until` waits for something to have been told."""

    def __init__(self) -> None:
        self.trades: list[str] = []
        self.received: list[int] = []
        self.statuses: list[StreamStatus] = []
        self._news = asyncio.Event()

    def on_event(self, event: StreamEvent, received_ns: int) -> None:
        assert isinstance(event, Trade)
        self.trades.append(event.trade_id)
        self.received.append(received_ns)
        self._news.set()

    async def on_state(self, status: StreamStatus) -> None:
        self.statuses.append(status)
        self._news.set()

    @property
    def states(self) -> list[str]:
        return [status.state.value for status in self.statuses]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LONG):
            while not condition():
                self._news.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.01):
                        await self._news.wait()


@asynccontextmanager
async def open_client(source: Source, listener: Listener, **options: Any) -> AsyncIterator[BaseStreamClient]:
    changes = options.pop("stream", {})
    policy = options.pop("policy", StreamPolicy(overlap_seconds=0.0))
    on_event = options.pop("on_event", listener.on_event)
    time = FakeTime()
    settings = {"sleep": time.sleep, "monotonic": time.monotonic, "jitter": lambda: 0.5} | options
    async with serve(source.converse, "127.0.0.1", 0) as server:
        source.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        provider = binance_with(**changes)
        client = BaseStreamClient(
            provider, SourceSettings(hosts={"stream": source.url}), on_event, listener.on_state, policy=policy, **settings
        )
        client.fake_time = time  # type: ignore[attr-defined]
        try:
            yield client
        finally:
            await client.stop()


def binance_with(**changes: Any) -> Provider:
    binance = load_providers()["binance"]
    assert binance.stream is not None
    return msgspec.structs.replace(binance, stream=msgspec.structs.replace(binance.stream, **changes))
