"""Tell the rest of the process that a session ended, so that its sockets close at once."""

from collections.abc import Callable
from typing import TypeAlias

from django.db import transaction

SessionListener: TypeAlias = Callable[[int, str | None], None]
"""Called with the user's id and the session's id (None: all of the user's sessions), from whichever thread ended it."""

_listener: SessionListener | None = None


def install_session_listener(listener: SessionListener | None) -> None:
    """Make `listener` hear of every ended session of this process, after the commit that ended it; None removes it.

    It is called in the thread that wrote, often one without an event loop: it must hand over, not wait.
    """
    global _listener  # one process has one composition
    _listener = listener


def announce_session_ended(user_id: int, session_id: str | None) -> None:
    """Tell the listener once the current transaction is committed."""
    transaction.on_commit(lambda: _tell(user_id, session_id))


def _tell(user_id: int, session_id: str | None) -> None:
    if _listener is not None:
        _listener(user_id, session_id)
