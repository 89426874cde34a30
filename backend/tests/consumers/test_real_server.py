"""The door as a real server opens it: refusals are HTTP answers, and a reader that stops reading costs next to nothing."""

import asyncio
import json
import socket

import pytest
import uvicorn
from consumers.socket_market import payload
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus


@pytest.fixture
async def address(browser, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            browser._application,
            ws_max_size=65_536,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with asyncio.timeout(5):
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
        yield f"127.0.0.1:{port}"
        server.should_exit = True
        await serving


def protocols(token: str) -> list[str]:
    return ["financehub.v1", f"bearer.{token}"]


async def test_a_refusal_is_an_http_answer_with_its_reason(address, browser):
    url = f"ws://{address}/ws/market-multi"
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, subprotocols=protocols("nonsense"), origin=f"http://{address}")
    assert refused.value.response.status_code == 401
    assert json.loads(refused.value.response.body)["code"] == "unauthenticated"
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, subprotocols=protocols(browser.accounts.token()), origin="http://evil.example")
    assert refused.value.response.status_code == 403


async def test_a_browser_of_ours_is_served_and_a_huge_message_ends_it(address, browser, bus):
    token = browser.accounts.token()
    async with connect(
        f"ws://{address}/ws/market/BTCUSDT/price", subprotocols=protocols(token), origin=f"http://{address}"
    ) as page:
        assert page.subprotocol == "financehub.v1"
        assert json.loads(await page.recv())["type"] == "welcome"
        await bus.publish("quotes.VENUE.BTCUSDT", payload({"price": 1.0}))
        assert json.loads(await page.recv())["data"] == {"price": 1.0}
        await page.send("x" * 70_000)
        with pytest.raises(ConnectionClosed) as closed:
            await page.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_a_reader_that_stops_reading_delays_nobody_and_catches_up_in_one_frame(address, browser, bus, fan_out):
    url = f"ws://{address}/ws/market/BTCUSDT/price"
    slow = await connect(url, subprotocols=protocols(browser.accounts.token()), max_queue=1)
    async with connect(url, subprotocols=protocols(browser.accounts.token())) as fast:
        for page in (slow, fast):
            assert json.loads(await page.recv())["type"] == "welcome"
        count, filler = 1_500, "x" * 20_000
        for number in range(1, count + 1):
            await bus.publish("quotes.VENUE.BTCUSDT", payload({"price": number, "filler": filler}))
            while (frame := json.loads(await fast.recv()))["seq"] < number:
                pass
            assert frame["data"]["price"] == number
        seqs, last = [], 0
        while last < count:
            frame = json.loads(await slow.recv())
            assert frame.get("from_seq", frame["seq"]) == last + 1
            last = frame["seq"]
            seqs.append(last)
        assert len(seqs) < count
    await slow.close()
