import struct

import numpy as np
import pytest
from django.db import connection

from financehub.storage.sql_dialects import COLUMNS, MysqlDialect, PostgresqlDialect, SqliteDialect, _binary_copy, dialect_of


def test_binary_copy_is_what_postgresql_documents() -> None:
    row = [7, 60, 1772461800, 1, 2, 3, -4, 2**53, 1, 9]
    packed = _binary_copy(np.array([row, row], dtype=np.int64))
    sizes = [4, 4, 8, 8, 8, 8, 8, 8, 2, 4]
    codes = {2: "h", 4: "i", 8: "q"}
    one = struct.pack(">h", 10) + b"".join(
        struct.pack(f">i{codes[size]}", size, value) for size, value in zip(sizes, row, strict=True)
    )
    assert packed == b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0) + one + one + struct.pack(">h", -1)


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 0), (4, 0), (5, 1), (14, 1), (15, 2), (123456789012345674, 12345678901234567)]
)
@pytest.mark.django_db
def test_division_rounds_half_up_exactly(value: int, expected: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {dialect_of(connection).divide(f'CAST({value} AS DECIMAL(20))', 10)}" if connection.vendor == "mysql"
                       else f"SELECT {dialect_of(connection).divide(str(value), 10)}")  # fmt: skip
        assert cursor.fetchone()[0] == expected


@pytest.mark.parametrize(
    ("dialect", "ending"),
    [(SqliteDialect(), ") WITHOUT ROWID"), (PostgresqlDialect(), "time))"), (MysqlDialect(), ") ENGINE=InnoDB")],
)
def test_table_has_its_key(dialect: SqliteDialect | PostgresqlDialect | MysqlDialect, ending: str) -> None:
    statement = dialect.create_table("bars")
    assert statement.startswith("CREATE TABLE bars (instrument_id integer NOT NULL, ")
    assert "PRIMARY KEY (instrument_id, bar_interval, time)" in statement
    assert statement.endswith(ending)
    assert statement.count("NOT NULL") == len(COLUMNS)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into SQLite's own schema")
def test_sqlite_keeps_bars_without_row_ids() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name IN ('storage_bar', 'storage_rollup')")
        statements = [row[0] for row in cursor.fetchall()]
    assert len(statements) == 2
    assert all(statement.endswith("WITHOUT ROWID") for statement in statements)
