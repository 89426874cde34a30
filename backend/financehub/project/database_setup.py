"""Open the data folder and bring the database up to date, with errors an operator can act on."""

import os
from pathlib import Path
from typing import IO

from financehub.errors import StorageUnusable

MARKET_APPS = ("assets", "storage", "tasks")


def open_data_dir(folder: Path) -> None:
    """Create `folder` and see that it can be written to.

    Raises StorageUnusable, naming the folder and the reason.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StorageUnusable(
            f"cannot write to the data folder {folder}: {error.strerror}; set DATA_DIR to a folder you can write to",
            path=str(folder),
        ) from error


def hold_data_dir(folder: Path) -> IO[str]:
    """Claim `folder` for this process until the returned file is closed: two servers on one SQLite file would fight over jobs.

    Raises StorageUnusable, naming the other process.
    """
    file = (folder / "in-use").open("a+")
    if not _lock(file):
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise StorageUnusable(
            f"another FinanceHub (process {holder}) is using {folder}: stop it, or set DATA_DIR to another folder",
            path=str(folder),
        )
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _lock(file: IO[str]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no advisory locks of this kind; SQLite's own still hold
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def prepare_database() -> None:
    """Apply the migrations that are not applied yet.

    Raises StorageUnusable when the database does not answer, is locked, or is not ours.
    """
    from django.core.management import call_command
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        name = connection.settings_dict["NAME"]
        raise StorageUnusable(f"cannot use the database {name}: {error}; see `financehub doctor`", path=str(name)) from error


def forget_market() -> None:
    """Empty every table of the market, keeping accounts: a recording starts from nothing, or it would show its own future."""
    from django.apps import apps
    from django.db import connection, transaction

    tables = [model._meta.db_table for label in MARKET_APPS for model in apps.get_app_config(label).get_models()]
    with transaction.atomic(), connection.cursor() as cursor, connection.constraint_checks_disabled():
        for table in reversed(tables):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own names
