"""Misbehaviour of a WebSocket, connection by connection."""

from collections.abc import Callable

from financehub.simulator.venue_source import StreamFrame
from financehub.simulator.wire_server import WireSocket

Wrap = Callable[[StreamFrame], bytes]


class ConnectionSender:
    """Send the frames of one connection."""

    async def send(self, socket: WireSocket, frames: list[StreamFrame], wrap: Wrap) -> bool:
        """Send `frames`; return whether the connection goes on."""
        for frame in frames:
            await socket.send(wrap(frame))
        return True


class StreamFaults:
    """Decide how the frames of a provider reach its clients."""

    def open_connection(self, provider: str) -> ConnectionSender:
        """Return the sender of a new connection."""
        return ConnectionSender()
