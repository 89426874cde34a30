"""Web, stream, worker and scheduler as processes of their own, with real PostgreSQL and Redis between them."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import websockets
from servers.product_server import BACKEND, ProductServer, clean_environment, end, free_port, serving

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("separate")]

PATIENCE_SECONDS = 60.0
SECRETS = {"FINANCEHUB_SECRET_KEY": "s" * 64, "FINANCEHUB_JWT_SECRET": "j" * 64}


@contextmanager
def process(log: Path, *command: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of ours until the block ends."""
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, *command], cwd=BACKEND, env=clean_environment(**settings), stdout=output, stderr=output
        )
    try:
        yield child
    finally:
        end(child)


def wait_for(what: str, is_there: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if is_there():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come within {PATIENCE_SECONDS:.0f} s")


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str, redis_url: str) -> Iterator[ProductServer]:
    """Serve a whole installation that takes a simulator for the world."""
    folder = tmp_path_factory.mktemp("separate")
    port = free_port()
    world = f"http://127.0.0.1:{port}"
    settings = SECRETS | {
        "FINANCEHUB_DATA_DIR": str(folder),
        "FINANCEHUB_DATABASE_URL": postgresql_url,
        "FINANCEHUB_REDIS_URL": redis_url,
        "FINANCEHUB_SOURCES": "binance,yahoo_finance",
        "FINANCEHUB_BINANCE_REST_URL": f"{world}/binance",
        "FINANCEHUB_BINANCE_STREAM_URL": f"ws://127.0.0.1:{port}/binance",
        "FINANCEHUB_YAHOO_FINANCE_REST_URL": f"{world}/yahoo",
        "FINANCEHUB_YAHOO_FINANCE_LIMIT_FACTOR": "1000",
    }
    with ExitStack() as running:
        running.enter_context(process(folder / "simulator.log", "-m", "financehub.simulator", "--port", str(port)))
        wait_for("the simulator", lambda: answers(f"{world}/binance/api/v3/ping"))
        web = running.enter_context(serving(folder, "up", "--live", mode="live", **settings, FINANCEHUB_ROLE="web"))
        for role in ("start_realtime_streams", "start_worker", "start_scheduler"):
            running.enter_context(process(folder / f"{role}.log", "manage.py", role, **settings))
        yield web


async def first_frames(server: ProductServer, token: str, streams: list[str]) -> dict[str, Any]:
    """Return the first data frame of each stream of BTCUSDT."""
    protocols = [websockets.Subprotocol("financehub.v1"), websockets.Subprotocol(f"bearer.{token}")]
    address = f"{server.websocket_address}/ws/market-multi"
    found: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE_SECONDS), websockets.connect(address, subprotocols=protocols, max_size=None) as socket:
        await socket.send(json.dumps({"action": "subscribe", "symbols": ["BTCUSDT"], "streams": streams, "id": "1"}))
        while len(found) < len(streams):
            frame = json.loads(await socket.recv())
            if frame["type"] in {"snapshot", "update"}:
                found.setdefault(frame["topic"], frame)
    return found


async def test_what_the_stream_process_hears_reaches_a_socket_of_the_web_process(installation: ProductServer) -> None:
    with installation.sign_in() as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
        frames = await first_frames(installation, token, ["price", "trades", "orderbook", "bars:1m"])
        quote = client.get("/api/quotes/BTCUSDT").json()
    assert set(frames) == {"price:BTCUSDT", "trades:BTCUSDT", "orderbook:BTCUSDT", "bars:1m:BTCUSDT"}
    assert {frame["provenance"]["source"] for frame in frames.values()} == {"binance"}
    book = frames["orderbook:BTCUSDT"]["data"]
    assert book["bids"][0][0] < book["asks"][0][0]
    assert abs(quote["data"]["price"] / frames["price:BTCUSDT"]["data"]["price"] - 1) < 0.02


def test_the_scheduler_has_the_worker_fill_the_catalogue(installation: ProductServer, postgresql_url: str) -> None:
    def finished_runs() -> list[tuple[int, str]]:
        with psycopg.connect(postgresql_url, autocommit=True) as connection:
            return connection.execute(
                "SELECT written, error FROM tasks_job_run WHERE job = 'refresh_catalogue' AND ended_at IS NOT NULL"
            ).fetchall()

    wait_for("a run of refresh_catalogue", finished_runs)
    assert [error for _, error in finished_runs()] == [""]
    with installation.sign_in() as client:
        assert client.get("/api/assets/BTCUSDT").json()["data"]["names"]["binance"] == "BTCUSDT"


async def test_a_revoked_session_loses_its_socket(installation: ProductServer) -> None:
    with installation.sign_in() as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
        protocols = [websockets.Subprotocol("financehub.v1"), websockets.Subprotocol(f"bearer.{token}")]
        address = f"{installation.websocket_address}/ws/market-multi"
        async with asyncio.timeout(PATIENCE_SECONDS), websockets.connect(address, subprotocols=protocols) as socket:
            assert json.loads(await socket.recv())["type"] == "welcome"
            answer = await asyncio.to_thread(client.post, "/api/auth/sign-out", headers={"X-FinanceHub-Request": "1"})
            assert answer.status_code == 204
            with pytest.raises(websockets.ConnectionClosed) as closed:
                while True:
                    await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
