"""What a socket may subscribe to, by kind of instrument, as the enabled sources declare it."""

from enum import StrEnum
from functools import cache

from django.conf import settings

from financehub.market.instrument import AssetClass
from financehub.providers.provider import Dataset, Provider, StreamKind
from financehub.providers.registry import load_providers


class SocketStream(StrEnum):
    """The socket's names of its streams."""

    PRICE = "price"
    TRADES = "trades"
    BARS = "bars"
    ORDER_BOOK = "orderbook"


_BY_KIND = {
    StreamKind.TRADES: SocketStream.TRADES,
    StreamKind.BARS: SocketStream.BARS,
    StreamKind.ORDER_BOOK: SocketStream.ORDER_BOOK,
}


def _enabled_providers() -> list[Provider]:
    chosen = settings.CONFIGURATION.sources
    return [provider for provider in load_providers().values() if not provider.retired and (not chosen or provider.id in chosen)]


@cache
def streams_of(asset_class: AssetClass) -> list[SocketStream]:
    """Return the streams for instruments of `asset_class`: a price wherever quotes can be asked or streamed, the rest where streamed."""
    offered: set[SocketStream] = set()
    for provider in _enabled_providers():
        if provider.endpoints_for(Dataset.QUOTES, asset_class):
            offered.add(SocketStream.PRICE)
        if provider.stream is not None and asset_class in provider.stream.asset_classes:
            offered.add(SocketStream.PRICE)
            offered.update(_BY_KIND[kind] for kind in provider.stream.kinds if kind in _BY_KIND)
    return [stream for stream in SocketStream if stream in offered]
