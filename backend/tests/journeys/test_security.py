"""The safety promises of the whole process: who may open a socket, what ends it, and that no secret is ever said."""

# ruff: noqa: ASYNC210, ASYNC212 the server is another process: nobody else waits while this one asks it

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from servers.product_server import ProductServer, free_port, serving
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("security")]

KEY = "canary-" + "k3y" * 8
PASSWORD = "canary-lantern-meadow-83"
CLOSE_SIGNED_OUT = 4401
GUARD = {"X-FinanceHub-Request": "1"}
PAGE = b"<!doctype html><script>start()</script><script src='/a.js'></script>"


class Place:
    """A served product, where it keeps what, and every secret that was used with it."""

    def __init__(self, server: ProductServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.secrets = {KEY, PASSWORD}
        self.said: list[str] = []
        self.market = ""

    def learn(self, client: httpx.Client) -> str:
        """Return the client's access token; it and the refresh token are secrets from now on."""
        token = client.headers["Authorization"].removeprefix("Bearer ")
        self.secrets |= {token, *(cookie.value or "" for cookie in client.cookies.jar)}
        return token

    @asynccontextmanager
    async def socket(self, token: str, **options: Any) -> Any:
        offered = [websockets.Subprotocol("financehub.v1"), websockets.Subprotocol(f"bearer.{token}")]
        address = f"{self.server.websocket_address}/ws/market/BTCUSDT/price"
        async with websockets.connect(address, subprotocols=offered, **options) as socket:
            assert socket.subprotocol == "financehub.v1"
            yield socket


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("security")
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_bytes(PAGE)
    settings = {
        "FINANCEHUB_COINGECKO_KEY": KEY,
        "FINANCEHUB_SIMULATOR_PORT": str(free_port()),
        "FINANCEHUB_LOGS_JSON": "1",
        "FINANCEHUB_RECORD_DIR": str(folder / "recordings"),
        "FINANCEHUB_FRONTEND_DIR": str(site),
    }
    with serving(folder / "data", "demo", mode="simulated", **settings) as server:
        place = Place(server, folder)
        place.market = f"http://127.0.0.1:{settings['FINANCEHUB_SIMULATOR_PORT']}"
        yield place


@pytest.fixture
def client(place: Place) -> Iterator[httpx.Client]:
    with place.server.sign_in() as client:
        place.learn(client)
        yield client


async def closing_code(socket: Any) -> int | None:
    """Read to the end and return the code that the server closed with."""
    async with asyncio.timeout(5):
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()
    return closed.value.rcvd.code if closed.value.rcvd else None


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", "http://localhost"])
async def test_foreign_page_is_refused_before_the_socket_opens(place: Place, client: httpx.Client, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with place.socket(place.learn(client), origin=origin):
            pass
    assert refused.value.response.status_code == 403
    place.said.append(refused.value.response.body.decode())


async def test_foreign_host_gets_neither_socket_nor_page_nor_answer(place: Place, client: httpx.Client) -> None:
    headers = {"Host": "evil.example"}
    assert httpx.get(place.server.address, headers=headers).status_code == 400
    assert httpx.get(f"{place.server.address}/api/health", headers=headers).status_code == 400
    request = (
        "GET /ws/market-multi HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {base64.b64encode(b'0' * 16).decode()}\r\n"
        f"Authorization: Bearer {place.learn(client)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", int(place.server.address.rsplit(":", 1)[1]))
    writer.write(request.encode())
    assert b" 403 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_token_in_the_address_is_refused(place: Place, client: httpx.Client) -> None:
    token = place.learn(client)
    address = f"{place.server.websocket_address}/ws/market-multi"
    for query in (f"token={token}", f"x={token}"):
        with pytest.raises(InvalidStatus) as refused:
            await websockets.connect(f"{address}?{query}", additional_headers={"Authorization": f"Bearer {token}"})
        assert refused.value.response.status_code == 401
        place.said.append(refused.value.response.body.decode())
    assert httpx.get(f"{place.server.address}/api/auth/me?token={token}").status_code == 401


async def test_signing_out_closes_the_sockets_of_the_session_and_no_others(place: Place, client: httpx.Client) -> None:
    with place.server.sign_in() as other:
        async with place.socket(place.learn(client)) as mine, place.socket(place.learn(other)) as others:
            assert client.post("/api/auth/sign-out", headers=GUARD).status_code == 204
            assert await closing_code(mine) == CLOSE_SIGNED_OUT
            await others.send('{"action":"ping","id":"alive"}')
            async with asyncio.timeout(5):
                while '"pong"' not in (frame := await others.recv()):
                    place.said.append(frame)
        with pytest.raises(InvalidStatus) as refused:
            async with place.socket(place.learn(client)):
                pass
        assert refused.value.response.status_code == 401
    assert client.get("/api/auth/me").status_code == 401


async def test_revoking_a_session_and_a_new_password_close_sockets_at_once(place: Place, client: httpx.Client) -> None:
    with place.server.sign_in() as second, place.server.sign_in() as third:
        async with place.socket(place.learn(second)) as revoked:
            sessions = second.get("/api/auth/sessions").json()["data"]
            own = next(session["id"] for session in sessions if session["is_current"])
            assert client.delete(f"/api/auth/sessions/{own}").status_code == 204
            assert await closing_code(revoked) == CLOSE_SIGNED_OUT
        async with place.socket(place.learn(third)) as closed:
            body = {"current_password": None, "new_password": PASSWORD}
            assert client.post("/api/auth/password", json=body).status_code == 204
            assert await closing_code(closed) == CLOSE_SIGNED_OUT
        assert third.get("/api/auth/me").status_code == 401
        assert client.get("/api/auth/me").status_code == 200


async def test_reused_refresh_token_closes_the_sockets_of_its_family(place: Place, client: httpx.Client) -> None:
    stolen = client.cookies["financehub_refresh"]
    async with place.socket(place.learn(client)) as socket:
        assert client.post("/api/auth/refresh", headers=GUARD).status_code == 200
        thief = {"Cookie": f"financehub_refresh={stolen}", "User-Agent": "Thief/1.0"} | GUARD
        answer = httpx.post(f"{place.server.address}/api/auth/refresh", headers=thief)
        assert (answer.status_code, answer.json()["facts"]["reason"]) == (401, "reused")
        place.said.append(answer.text)
        assert await closing_code(socket) == CLOSE_SIGNED_OUT


def test_reload_while_a_refresh_is_on_its_way_signs_nobody_out(place: Place, client: httpx.Client) -> None:
    before = {"Cookie": f"financehub_refresh={client.cookies['financehub_refresh']}"} | GUARD
    lost, again = (httpx.post(f"{place.server.address}/api/auth/refresh", headers=before) for _ in range(2))
    assert (lost.status_code, again.status_code) == (200, 200)
    token = again.json()["access_token"]
    assert httpx.get(f"{place.server.address}/api/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


async def test_large_message_ends_the_socket(place: Place, client: httpx.Client) -> None:
    async with place.socket(place.learn(client)) as socket:
        await socket.send("x" * 70_000)
        assert await closing_code(socket) == 1009


def test_cookie_is_out_of_reach(place: Place) -> None:
    with place.server.sign_in() as client:
        place.learn(client)
        answer = client.post("/api/auth/refresh", headers=GUARD)
    flags = {part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/api/auth"} <= flags
    assert "secure" not in flags  # this connection is plain HTTP on loopback
    assert httpx.post(f"{place.server.address}/api/auth/refresh").json()["code"] == "denied"
    evil = httpx.post(f"{place.server.address}/api/auth/refresh", headers=GUARD | {"Origin": "http://evil.example"})
    assert (evil.status_code, evil.json()["code"]) == (403, "denied")


def test_pages_run_no_script_but_ours(place: Place) -> None:
    answer = httpx.get(place.server.address)
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert re.fullmatch(r"'self' 'sha256-[A-Za-z0-9+/=]{44}'", policy["script-src"])
    assert (policy["default-src"], policy["frame-ancestors"], policy["object-src"]) == ("'self'", "'none'", "'none'")
    assert "unsafe-eval" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in answer.headers


def test_too_many_tries_to_sign_in_are_told_when_to_come_back(place: Place) -> None:
    tries = [
        httpx.post(f"{place.server.address}/api/auth/sign-in", json={"name": "nobody", "password": PASSWORD}) for _ in range(11)
    ]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    assert 0 < int(tries[-1].headers["Retry-After"]) <= 900
    place.said += [answer.text for answer in tries]


async def test_no_secret_was_said_anywhere(place: Place, client: httpx.Client) -> None:
    """Make every door speak once more, then look for every secret in what was written, answered and sent."""
    token = place.learn(client)
    for fault in ({"provider": "binance", "kind": "banned"}, {"provider": "yahoo_finance", "kind": "html_page"}):
        assert httpx.post(f"{place.market}/_control/faults", json=fault).status_code == 201
    assert client.get("/api/quotes/ADAUSDT").json()["provenance"]["source"] == "coingecko"  # by the key that nobody may see
    for path in ("/api/quotes/BTCUSDT", "/api/quotes?symbols=BTCUSDT,ETHUSDT,AAPL", "/api/assets/BTCUSDT", "/api/nothing"):
        place.said.append(client.get(path).text)
    place.said.append(client.post("/api/auth/password", content=f'{{"new_password": "{PASSWORD}", '.encode()).text)
    place.said.append(client.post("/api/auth/link", json={"token": token}).text)
    place.said.append(client.post("/api/auth/sign-in", json={"name": token[:150], "password": {"x": PASSWORD}}).text)
    async with place.socket(token) as socket:
        for message in (
            f'{{"action":"refresh","token":"{token}"',
            json.dumps({"action": "refresh", "token": [token], "id": "1"}),
        ):
            await socket.send(message)
        await socket.send('{"action":"ping","id":"last"}')
        async with asyncio.timeout(5):
            while '"pong"' not in (frame := await socket.recv()):
                place.said.append(frame)
    log = (place.folder / "data" / "server.log").read_text()
    recordings = [path for path in (place.folder / "recordings").rglob("*") if path.is_file()]
    assert '"level"' in log
    assert any("coingecko" in str(path) for path in recordings)
    secrets = {secret.encode() for secret in place.secrets if secret}
    assert len(secrets) > 6
    spoken = {"log": log.encode(), "answers": "\n".join(place.said).encode()} | {
        str(path): path.name.encode() + path.read_bytes() for path in recordings
    }
    for where, content in spoken.items():
        assert not [secret for secret in secrets if secret in content], where
    for path in (place.folder / "data").rglob("*"):
        if path.is_file() and path.suffix.startswith(".sqlite3"):
            assert not [secret for secret in secrets if secret in path.read_bytes()], path
