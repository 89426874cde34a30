"""kill -9 at any moment: what was acknowledged is there after the next start, and the database is sound."""

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from servers.product_server import COMMAND, clean_environment, run_command, serving

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("killed")]

PASSWORD = "copper-meadow-harbour-61"
BACKFILL = ("backfill", "BTCUSDT", "--interval", "1m", "--from", "2024-03-01", "--to", "2024-03-22", "--mode", "simulated")
PATIENCE_SECONDS = 60.0


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "simulated" / "financehub.sqlite3", timeout=10)) as connection:
        yield connection


def bars(folder: Path) -> list[tuple[object, ...]]:
    """Return every stored bar, without by which call it came; nothing where there is no table yet."""
    with database(folder) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(storage_bar)") if row[1] != "origin_id"]
        return sorted(connection.execute(f"SELECT {', '.join(columns)} FROM storage_bar")) if columns else []


def assert_sound(folder: Path) -> None:
    with database(folder) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def kill_amid_writes(folder: Path, times: int) -> list[list[tuple[object, ...]]]:
    """Kill a backfill `times` times, each once it has written more; return what had been committed just before each."""
    seen: list[list[tuple[object, ...]]] = []
    for _ in range(times):
        before = len(seen[-1]) if seen else 0
        log = (folder / "killed.log").open("ab")
        process = subprocess.Popen(
            [*COMMAND, "--data-dir", str(folder), *BACKFILL], env=clean_environment(), stdout=log, stderr=log
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and len(committed := bars(folder)) <= before:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
        process.wait()
        log.close()
        seen.append(committed)
    return seen


def test_backfill_that_is_killed_loses_nothing_and_goes_on(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    assert run_command(whole, *BACKFILL).returncode == 0
    killed.mkdir()
    run_command(killed, "link", "--mode", "simulated", "--address", "http://hub.example")
    for committed in kill_amid_writes(killed, times=2):
        assert committed
        assert set(committed) <= set(bars(killed))
    assert_sound(killed)
    assert run_command(killed, *BACKFILL).returncode == 0
    assert bars(killed) == bars(whole)
    assert len(bars(killed)) == 21 * 1_440
    assert_sound(killed)


def test_server_that_is_killed_keeps_what_it_said_was_done(tmp_path: Path) -> None:
    with serving(tmp_path, "demo", mode="simulated") as server, server.sign_in() as client, server.sign_in() as other:
        user = client.get("/api/auth/me").json()["data"]
        change = {"current_password": None, "new_password": PASSWORD}
        kept_bars = client.get("/api/bars/AAPL?interval=1d&from=2024-01-02&to=2024-02-01").json()["data"]
        assert client.post("/api/auth/password", json=change).status_code == 204
        refreshed = client.post("/api/auth/refresh", headers={"X-FinanceHub-Request": "1"})
        assert refreshed.status_code == 200
        server.process.kill()
        server.process.wait()
        revoked, cookies = other.headers["Authorization"], client.cookies
    assert_sound(tmp_path)
    with serving(tmp_path, "demo", mode="simulated") as server, httpx.Client(base_url=server.address, timeout=30) as client:
        answer = client.post("/api/auth/sign-in", json={"name": user["name"], "password": PASSWORD})
        assert answer.status_code == 200
        assert client.get("/api/auth/me", headers={"Authorization": revoked}).status_code == 401
        signed_in = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        again = client.get("/api/bars/AAPL?interval=1d&from=2024-01-02&to=2024-02-01", headers=signed_in).json()["data"]
        assert again == kept_bars
        client.cookies = cookies
        assert client.post("/api/auth/refresh", headers={"X-FinanceHub-Request": "1"}).status_code == 200
    assert "Traceback" not in (tmp_path / "server.log").read_text()
