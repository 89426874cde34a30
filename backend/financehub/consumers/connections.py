"""The open sockets of this process, by user: how many there are, and how to end those of a session."""

import asyncio
from collections import defaultdict
from typing import Protocol

from financehub.errors import QuotaExceeded

MAX_PER_USER = 10


class OpenSocket(Protocol):
    """What can be ended from outside."""

    @property
    def session_id(self) -> str: ...

    async def end(self, code: int, reason: str) -> None: ...


class Connections:
    """Sockets by user id."""

    def __init__(self, max_per_user: int = MAX_PER_USER) -> None:
        self._max_per_user = max_per_user
        self._sockets: defaultdict[int, set[OpenSocket]] = defaultdict(set)

    def count(self, user_id: int | None = None) -> int:
        """Return how many sockets are open, of one user where given."""
        if user_id is not None:
            return len(self._sockets.get(user_id, ()))
        return sum(len(sockets) for sockets in self._sockets.values())

    def add(self, user_id: int, socket: OpenSocket) -> None:
        """Count a socket in. Raises QuotaExceeded where its user has too many."""
        if self.count(user_id) >= self._max_per_user:
            raise QuotaExceeded(
                f"you have {self._max_per_user} live connections open already; close one first",
                retry_after=5.0,
                limit=self._max_per_user,
            )
        self._sockets[user_id].add(socket)

    def remove(self, user_id: int, socket: OpenSocket) -> None:
        self._sockets[user_id].discard(socket)
        if not self._sockets[user_id]:
            del self._sockets[user_id]

    async def end_session(self, user_id: int, session_id: str | None, code: int, reason: str) -> None:
        """End the sockets of one session, or of every session of the user."""
        ending = [s for s in self._sockets.get(user_id, ()) if session_id is None or s.session_id == session_id]
        await asyncio.gather(*(socket.end(code, reason) for socket in ending))

    async def end_all(self, code: int, reason: str) -> None:
        """End every socket: the process stops."""
        ending = [socket for sockets in self._sockets.values() for socket in sockets]
        await asyncio.gather(*(socket.end(code, reason) for socket in ending))


_connections = Connections()


def install_connections(connections: Connections) -> None:
    global _connections  # one process has one set of sockets
    _connections = connections


def current_connections() -> Connections:
    return _connections
