"""The connections to streaming sources, opened when the first instrument is watched there."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeAlias

from financehub.market.instrument import AssetClass
from financehub.orchestration.naming import Known
from financehub.providers.base_stream_client import BaseStreamClient
from financehub.providers.provider import Provider, StreamEvent, StreamTopic
from financehub.providers.source_settings import SourceSettings
from financehub.providers.stream_status import StreamStatus
from financehub.streaming.source_feed import SourceFeed


class StreamClient(Protocol):
    """The part of BaseStreamClient that is needed here."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def subscribe(self, topics: Iterable[StreamTopic]) -> None: ...

    async def unsubscribe(self, topics: Iterable[StreamTopic]) -> None: ...


MakeClient: TypeAlias = Callable[
    [Provider, SourceSettings, Callable[[StreamEvent, int], None], Callable[[StreamStatus], None]], StreamClient
]


class SourceConnections:
    """One client and one feed per streaming source that is in use."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        settings: Mapping[str, SourceSettings],
        make_feed: Callable[[Provider], SourceFeed],
        make_client: MakeClient = BaseStreamClient,
    ) -> None:
        self._providers = providers
        self._settings = settings
        self._make_feed = make_feed
        self._make_client = make_client
        self._open: dict[str, tuple[SourceFeed, StreamClient]] = {}

    @property
    def feeds(self) -> list[SourceFeed]:
        return [feed for feed, _ in self._open.values()]

    async def feed_for(self, known: Known) -> SourceFeed | None:
        """Return the feed of the first source that streams the instrument, opening it; None where none does."""
        asset_class = known.instrument.asset_class
        provider = next((p for p in self._providers.values() if _streams(p, asset_class) and p.id in known.names), None)
        if provider is None:
            return None
        if provider.id not in self._open:
            feed = self._make_feed(provider)
            client = self._make_client(provider, self._settings[provider.id], feed.on_event, feed.on_state)
            self._open[provider.id] = (feed, client)
            await client.start()
        return self._open[provider.id][0]

    async def subscribe(self, feed: SourceFeed, topics: list[StreamTopic]) -> None:
        if topics:
            await self._open[feed.provider.id][1].subscribe(topics)

    async def unsubscribe(self, feed: SourceFeed, topics: list[StreamTopic]) -> None:
        if topics:
            await self._open[feed.provider.id][1].unsubscribe(topics)

    async def stop(self) -> None:
        """Close every connection at once."""
        pairs, self._open = list(self._open.values()), {}
        await asyncio.gather(*(client.stop() for _, client in pairs), *(feed.stop_books() for feed, _ in pairs))


def _streams(provider: Provider, asset_class: AssetClass) -> bool:
    return provider.stream is not None and not provider.retired and asset_class in provider.stream.asset_classes
