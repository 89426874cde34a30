"""The private servers answer, on loopback, below the ephemeral ports."""

from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest
import redis


def _assert_is_private(url: str) -> None:
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    assert parts.port is not None
    assert parts.port < 32_768


@pytest.mark.journey
def test_redis_answers(redis_url: str) -> None:
    _assert_is_private(redis_url)
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("a", "1") is True
        assert client.get("a") == b"1"


@pytest.mark.journey
def test_postgresql_answers(postgresql_url: str) -> None:
    _assert_is_private(postgresql_url)
    with psycopg.connect(postgresql_url) as connection:
        assert connection.execute("SELECT 6 * 7").fetchone() == (42,)


@pytest.mark.journey
def test_mariadb_answers(mariadb_url: str) -> None:
    _assert_is_private(mariadb_url)
    parts = urlsplit(mariadb_url)
    connection = pymysql.connect(host="127.0.0.1", port=parts.port or 0, user=parts.username, password=parts.password or "")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT 6 * 7")
        assert cursor.fetchone() == (42,)
