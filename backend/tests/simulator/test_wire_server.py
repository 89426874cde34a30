import asyncio
import contextlib

import pytest
from served_market import Served

from financehub.errors import PortInUse
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulator_server import SimulatorServer
from financehub.simulator.wire_messages import parse_request_head


async def exchange(simulator: Served, request: bytes) -> bytes:
    """Send raw bytes and return all that comes back until the server hangs up."""
    port = int(simulator.root.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    try:
        return await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_connection_serves_many_requests(simulator: Served) -> None:
    ping = b"GET /binance/api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = await exchange(simulator, ping * 3)
    assert answer.count(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n") == 3


async def test_a_connection_ends_when_asked_to(simulator: Served) -> None:
    ping = b"GET /binance/api/v3/ping HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert (await exchange(simulator, ping * 3)).count(b"HTTP/1.1 200 OK") == 1


async def test_a_head_has_no_body(simulator: Served) -> None:
    answer = await exchange(simulator, b"HEAD /binance/api/v3/ping HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 2" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"HELLO\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /_control/faults HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused(simulator: Served, request_bytes: bytes) -> None:
    assert (await exchange(simulator, request_bytes)).startswith(b"HTTP/1.1 400 Bad Request")


@pytest.mark.parametrize("request_bytes", [b"", b"GET / HT", b"x" * 200_000])
async def test_half_a_request_gets_nothing(simulator: Served, request_bytes: bytes) -> None:
    with contextlib.suppress(ConnectionError):
        assert await exchange(simulator, request_bytes) == b""
    assert await simulator.json("/binance/api/v3/ping") == {}


async def test_an_occupied_port_is_named(simulator: Served) -> None:
    port = int(simulator.root.rpartition(":")[2])
    second = SimulatorServer(SeededMarket(7), simulator.clock, port=port)
    with pytest.raises(PortInUse, match=f"cannot listen on 127.0.0.1:{port}"):
        await second.start()
    await second.stop()


def test_a_head_is_read() -> None:
    request = parse_request_head(b"GET /a%5Eb?x=1&y=%22z%22&empty= HTTP/1.1\r\nX-Name: Value \r\nUpgrade: WebSocket\r\n\r\n")
    assert (request.method, request.path, request.query) == ("GET", "/a^b", {"x": "1", "y": '"z"', "empty": ""})
    assert request.headers == {"x-name": "Value", "upgrade": "WebSocket"}
    assert request.is_upgrade
