"""The rim of the store: what the database says when it cannot be used becomes an error that says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from financehub.errors import StorageUnusable

_ADVICE = (
    ("locked", "is locked by another process: end it, or wait until its write is done"),
    ("readonly", "cannot be written: make the file and its folder writable, or choose another FINANCEHUB_DATA_DIR"),
    ("read-only", "cannot be written: make it writable, or choose another FINANCEHUB_DATABASE_URL"),
    ("unable to open", "cannot be opened: the folder must exist and be writable; check FINANCEHUB_DATA_DIR"),
    ("full", "has no room left: free space on its disk"),
    ("no space", "has no room left: free space on its disk"),
    ("not a database", "is not a FinanceHub database: move the file away, or choose another FINANCEHUB_DATA_DIR"),
    ("malformed", "is damaged: restore a copy, or move the file away to begin anew"),
    ("disk i/o", "cannot be read or written: check the disk"),
    ("no such table", "has no tables yet: run the migrations"),
    ("does not exist", "has no tables yet: run the migrations"),
    ("doesn't exist", "has no tables yet: run the migrations"),
)


def database_place() -> str:
    """Return where the data is: the file of SQLite, host and name of a server; never a password."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(Path(str(settings["NAME"])))
    return f"{connection.vendor} {settings['NAME']} at {settings['HOST'] or 'localhost'}:{settings['PORT'] or 'default port'}"


@contextmanager
def storage_rim() -> Iterator[None]:
    """Turn "this database cannot be used" into StorageUnusable with its place and what to do; let our own mistakes pass."""
    try:
        yield
    except DatabaseError as error:
        reason = str(error).lower()
        advice = next((text for mark, text in _ADVICE if mark in reason), "")
        if not advice and not isinstance(error, OperationalError):
            raise
        raise _unusable(advice or f"does not answer: {error}") from error
    except InterfaceError as error:
        raise _unusable("closed the connection: it is opened again with the next request") from error


def _unusable(advice: str) -> StorageUnusable:
    place = database_place()
    return StorageUnusable(f"The database {place} {advice}.", database=place)
