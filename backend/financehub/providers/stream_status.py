"""What a live feed says of itself."""

from enum import StrEnum

from msgspec import Struct

from financehub.providers.provider import StreamTopic


class StreamState(StrEnum):
    """Where one connection of a feed stands."""

    CONNECTING = "connecting"
    LIVE = "live"
    SILENT = "silent"
    RECONNECTING = "reconnecting"
    STOPPED = "stopped"


class StreamStatus(Struct, frozen=True, kw_only=True):
    """A change of state of the connection that carries `topics`; `shard` numbers the connections of one provider from 0.

    `unreadable` counts the frames that could not be parsed since the start.
    """

    provider: str
    shard: int
    state: StreamState
    topics: tuple[StreamTopic, ...]
    reason: str = ""
    unreadable: int = 0
