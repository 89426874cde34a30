"""Remember for a moment that a session lives, so that not every request asks the database.

A session that ends in this process is forgotten before whoever ended it hears that it is done; one that ends in another process is
forgotten when the bus says so, and in any case after two seconds.
"""

from threading import Lock

from financehub import clock

REMEMBERED_SECONDS = 2.0
_CAPACITY = 10_000


class LiveSessions:
    """Session ids that were seen alive; only good news is remembered, and only for `REMEMBERED_SECONDS`."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}
        self._endings = 0
        self._lock = Lock()

    @property
    def endings(self) -> int:
        """How many endings were heard of: read it before the database, and hand it to `remember`."""
        return self._endings

    def is_known(self, session_id: str) -> bool:
        """Return whether the session was seen alive within the last two seconds and did not end since, as far as we heard."""
        seen = self._seen.get(session_id)
        return seen is not None and clock.monotonic() - seen < REMEMBERED_SECONDS

    def remember(self, session_id: str, endings: int) -> None:
        """Note that the database says the session lives, unless any session ended since `endings` was read: it may be this one."""
        with self._lock:
            if endings != self._endings:
                return
            if len(self._seen) >= _CAPACITY:
                self._seen.clear()
            self._seen[session_id] = clock.monotonic()

    def forget(self, session_id: str | None) -> None:
        """Ask the database again about this session, or about every one where None."""
        with self._lock:
            self._endings += 1
            if session_id is None:
                self._seen.clear()
            else:
                self._seen.pop(session_id, None)


live_sessions = LiveSessions()
