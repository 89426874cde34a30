"""A migrated SQLite file for tests in which several threads use the database: SQLite in memory does not wait for a lock, a file does."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.core.management import call_command
from django.db import connections

Result = TypeVar("Result")


@contextmanager
def pointed_at(path: Path) -> Iterator[None]:
    """Have every connection opened within the block use the file at `path`."""
    settings = connections.settings["default"]
    before, wrapper = dict(settings), connections["default"]
    settings["NAME"] = str(path)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        settings.update(before)
        connections["default"] = wrapper


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Path:
    path = tmp_path_factory.mktemp("database") / "migrated.sqlite3"
    with django_db_blocker.unblock(), pointed_at(path):
        call_command("migrate", verbosity=0)
        connections["default"].cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def file_database(migrated_file: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """Use a copy of the migrated file for one test."""
    path = tmp_path / "financehub.sqlite3"
    shutil.copy(migrated_file, path)
    with django_db_blocker.unblock(), pointed_at(path):
        yield path


async def in_thread(call: Callable[[], Result]) -> Result:
    """Return what `call` returns in a thread that leaves no connection behind for the next test."""

    def run() -> Result:
        try:
            return call()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)
