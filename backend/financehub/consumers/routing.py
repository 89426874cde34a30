"""Which socket path leads where."""

from collections.abc import MutableMapping
from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from financehub.consumers.handshake import HandshakeGate, Receive, Send, refuse
from financehub.consumers.market_data import MarketDataConsumer
from financehub.errors import NotFound


async def no_such_socket(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    await receive()
    await refuse(
        scope, send, NotFound("there is no socket at this path", paths=["/ws/market-multi", "/ws/market/{symbol}/{stream}"])
    )


websocket_application = HandshakeGate(
    URLRouter(
        [
            path("ws/market-multi", MarketDataConsumer.as_asgi()),
            path("ws/market/<str:symbol>/<str:stream>", MarketDataConsumer.as_asgi()),
            re_path(r"", no_such_socket),  # type: ignore[arg-type]  # Django knows views, channels takes ASGI
        ]
    )
)
"""The ASGI application for every scope of type "websocket"."""
