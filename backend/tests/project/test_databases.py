from pathlib import Path

import pytest

from financehub.errors import Invalid
from financehub.project.databases import database_settings


def test_default_is_sqlite_in_the_folder_of_the_mode() -> None:
    settings = database_settings("", Path("/data/live"))
    assert settings["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["NAME"] == "/data/live/financehub.sqlite3"
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_url_of_postgresql_is_taken_apart() -> None:
    settings = database_settings("postgresql://us%40er:p%3Ass@db.example:5433/hub", Path("/x"))
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert [settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "hub",
        "us@er",
        "p:ss",
        "db.example",
        "5433",
    ]


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_mysql_and_mariadb_speak_utf8mb4(scheme: str) -> None:
    settings = database_settings(f"{scheme}://root@localhost/hub", Path("/x"))
    assert settings["ENGINE"] == "django.db.backends.mysql"
    assert settings["OPTIONS"]["charset"] == "utf8mb4"


def test_unknown_scheme_is_refused_without_its_password() -> None:
    with pytest.raises(Invalid, match="was oracle://") as caught:
        database_settings("oracle://u:secret@h/d", Path("/x"))
    assert "secret" not in caught.value.message
