import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError, connection

from financehub.errors import StorageUnusable
from financehub.market.bar import Bar, Interval
from financehub.storage import storage_rim as storage_rim_module
from financehub.storage.bar_store import BarStore
from financehub.storage.document_store import DocumentStore
from financehub.storage.models import StoredBar
from financehub.storage.storage_rim import database_place, storage_rim

MOMENT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
BACKEND = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OperationalError("database is locked"), "is locked by another process"),
        (OperationalError("attempt to write a readonly database"), "cannot be written"),
        (OperationalError("unable to open database file"), "cannot be opened"),
        (OperationalError("database or disk is full"), "has no room left"),
        (OperationalError("no such table: storage_bar"), "has no tables yet: run the migrations"),
        (ProgrammingError('relation "storage_bar" does not exist'), "has no tables yet: run the migrations"),
        (OperationalError("connection refused"), "does not answer: connection refused"),
        (InterfaceError("connection already closed"), "closed the connection"),
    ],
)
def test_unusable_database_says_where_it_is_and_what_to_do(error: Exception, advice: str) -> None:
    with pytest.raises(StorageUnusable) as caught, storage_rim():
        raise error
    assert advice in caught.value.message
    assert database_place() in caught.value.message
    assert caught.value.facts == {"database": database_place()}
    assert caught.value.__cause__ is error


def test_our_own_mistakes_pass() -> None:
    with pytest.raises(DataError), storage_rim():
        raise DataError("value out of range")


def test_place_of_a_server_names_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"NAME": "hub", "HOST": "db", "PORT": "5432", "USER": "u", "PASSWORD": "secret"}
    monkeypatch.setattr(storage_rim_module, "connection", SimpleNamespace(vendor="postgresql", settings_dict=settings))
    assert database_place() == "postgresql hub at db:5432"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite to refuse writes")
def test_database_that_cannot_be_written_is_an_error_and_nothing_changes() -> None:
    bar = Bar(symbol="A", interval=Interval.M1, time=MOMENT, open=1.0, high=1.0, low=1.0, close=1.0, volume=0.0)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            with pytest.raises(StorageUnusable, match="cannot be written"):
                BarStore().save_bars("A", Interval.M1, [bar], source="s", fetched_at=MOMENT)
            with pytest.raises(StorageUnusable, match="cannot be written"):
                DocumentStore().save_document("k", "k", b"", source="s", as_of=MOMENT, fetched_at=MOMENT)
        finally:
            cursor.execute("PRAGMA query_only = 0")
    assert StoredBar.objects.count() == 0


_WRITE = """
import django; django.setup()
from datetime import datetime, UTC
from financehub.errors import StorageUnusable
from financehub.storage.document_store import DocumentStore
now = datetime(2026, 3, 2, tzinfo=UTC)
try:
    DocumentStore().save_document("k", "k", b"", source="s", as_of=now, fetched_at=now)
except StorageUnusable as error:
    print(error.code, error.message)
"""


def _write_elsewhere(folder: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "financehub.project.settings", "FINANCEHUB_DATA_DIR": str(folder),
        "FINANCEHUB_SECRET_KEY": "x" * 60, "PYTHONPATH": str(BACKEND),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _WRITE], env=environment, capture_output=True, text=True, check=True, cwd=BACKEND
    )
    return done.stdout


def test_locked_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "live" / "financehub.sqlite3"
    file.parent.mkdir()
    holder = sqlite3.connect(file)
    holder.execute("BEGIN EXCLUSIVE")
    assert _write_elsewhere(tmp_path).startswith(f"storage_unusable The database {file} is locked by another process")
    holder.close()


def test_foreign_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "live" / "financehub.sqlite3"
    file.parent.mkdir()
    file.write_bytes(b"letters to a friend" * 100)
    assert _write_elsewhere(tmp_path).startswith(f"storage_unusable The database {file} is not a FinanceHub database")
    assert file.read_bytes() == b"letters to a friend" * 100
