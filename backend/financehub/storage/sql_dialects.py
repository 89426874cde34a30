"""What differs between the databases when bars are created, written and rescaled."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from django.db.backends.base.base import BaseDatabaseWrapper
from numpy.typing import NDArray

Rows = NDArray[np.int64]
"""Bars as integers, one row each, columns in the order of `COLUMNS`."""

COLUMNS = ("instrument_id", "bar_interval", "time", "open", "high", "low", "close", "volume", "is_final", "origin_id")
_KEY = COLUMNS[:3]
_VALUES = COLUMNS[3:]
_SQL_TYPES = ("integer", "integer", "bigint", "bigint", "bigint", "bigint", "bigint", "bigint", "smallint", "integer")


def _create_table(table: str, suffix: str) -> str:
    columns = ", ".join(f"{name} {kind} NOT NULL" for name, kind in zip(COLUMNS, _SQL_TYPES, strict=True))
    return f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({', '.join(_KEY)})){suffix}"


def _insert(table: str) -> str:
    return f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608 (our names)


def _on_conflict(table: str) -> str:
    changes = ", ".join(f"{name} = excluded.{name}" for name in _VALUES)
    return f"{_insert(table)} ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {changes}"


class Dialect(Protocol):
    """How one database stores bars. `new` rows are known to be absent: the caller holds the lock of their instrument."""

    def create_table(self, table: str) -> str: ...

    def write_rows(self, cursor: Any, table: str, new: Rows, changed: Rows) -> None: ...

    def divide(self, column: str, divisor: int) -> str:
        """Return SQL for `column` / `divisor`, rounded half up to an integer (the columns are never negative)."""
        ...


class SqliteDialect:
    """WITHOUT ROWID: the primary key is the table, so a series lies together on disk."""

    def create_table(self, table: str) -> str:
        return _create_table(table, " WITHOUT ROWID")

    def write_rows(self, cursor: Any, table: str, new: Rows, changed: Rows) -> None:
        _execute_many(cursor, _insert(table), new)
        _execute_many(cursor, _on_conflict(table), changed)

    def divide(self, column: str, divisor: int) -> str:
        return f"({column} + {divisor // 2}) / {divisor}"


class PostgresqlDialect:
    """New rows go by binary COPY, packed by numpy: several times faster than statements."""

    COPY_FROM = 200

    def create_table(self, table: str) -> str:
        return _create_table(table, "")

    def write_rows(self, cursor: Any, table: str, new: Rows, changed: Rows) -> None:
        if len(new) >= self.COPY_FROM:
            with cursor.cursor.copy(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(_binary_copy(new))
        else:
            _execute_many(cursor, _on_conflict(table), new)
        _execute_many(cursor, _on_conflict(table), changed)

    def divide(self, column: str, divisor: int) -> str:
        return f"({column} + {divisor // 2}) / {divisor}"


class MysqlDialect:
    """MySQL and MariaDB: InnoDB clusters by primary key too; `VALUES()` is spelled the way both understand."""

    def create_table(self, table: str) -> str:
        return _create_table(table, " ENGINE=InnoDB")

    def write_rows(self, cursor: Any, table: str, new: Rows, changed: Rows) -> None:
        changes = ", ".join(f"{name} = VALUES({name})" for name in _VALUES)
        _execute_many(cursor, _insert(table), new)
        _execute_many(cursor, f"{_insert(table)} ON DUPLICATE KEY UPDATE {changes}", changed)

    def divide(self, column: str, divisor: int) -> str:
        return f"({column} + {divisor // 2}) DIV {divisor}"


_DIALECTS: dict[str, Dialect] = {"sqlite": SqliteDialect(), "postgresql": PostgresqlDialect(), "mysql": MysqlDialect()}


def dialect_of(connection: BaseDatabaseWrapper) -> Dialect:
    return _DIALECTS[connection.vendor]


def _execute_many(cursor: Any, sql: str, rows: Rows) -> None:
    if len(rows):
        values: Iterable[Sequence[int]] = rows.tolist()
        cursor.executemany(sql, values)


_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_TRAILER = b"\xff\xff"
_COPY_TYPES = {"integer": ">i4", "bigint": ">i8", "smallint": ">i2"}


def _binary_copy(rows: Rows) -> bytes:
    """Return `rows` in PostgreSQL's binary COPY format: each field preceded by its length in bytes."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name, kind in zip(COLUMNS, _SQL_TYPES, strict=True):
        fields += [(f"{name}_length", ">i4"), (name, _COPY_TYPES[kind])]
    packed = np.empty(len(rows), dtype=fields)
    packed["count"] = len(COLUMNS)
    for index, name in enumerate(COLUMNS):
        packed[f"{name}_length"] = packed.dtype[name].itemsize
        packed[name] = rows[:, index]
    return _COPY_HEADER + packed.tobytes() + _COPY_TRAILER
