"""Turn a database URL into Django's settings: SQLite by default, PostgreSQL and MySQL/MariaDB by URL."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from financehub.errors import Invalid

_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY;"
_ENGINES = {
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
    "mariadb": "django.db.backends.mysql",
}


def database_settings(url: str, mode_dir: Path) -> dict[str, Any]:
    """Return one entry of Django's DATABASES for `url`; empty means SQLite in `mode_dir`.

    Raises Invalid for a scheme that no store speaks.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(mode_dir / "financehub.sqlite3"),
            "OPTIONS": {"init_command": _SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 5},
        }
    parts = urlsplit(url)
    if parts.scheme not in _ENGINES:
        raise Invalid(f"FINANCEHUB_DATABASE_URL must start with postgresql:// or mysql://, was {parts.scheme}://")
    return {
        "ENGINE": _ENGINES[parts.scheme],
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"charset": "utf8mb4"} if "mysql" in _ENGINES[parts.scheme] else {},
        "TEST": {"CHARSET": "utf8mb4"} if "mysql" in _ENGINES[parts.scheme] else {},
    }
