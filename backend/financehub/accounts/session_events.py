"""Tell the rest of the process that a session ended, so that its sockets close at once."""

from collections.abc import Callable
from typing import TypeAlias

from django.db import transaction

from financehub.accounts.session_liveness import live_sessions

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
    """Forget that the session lives, and tell the listener once the current transaction is committed."""
    live_sessions.forget(session_id)  # for readers within this transaction; after its commit again, for all others
    transaction.on_commit(lambda: _tell(user_id, session_id))


def _tell(user_id: int, session_id: str | None) -> None:
    live_sessions.forget(session_id)
    if _listener is not None:
        _listener(user_id, session_id)
