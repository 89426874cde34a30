import itertools
from typing import Any

import msgspec
import pytest
import websockets
from served_market import Served

DEPTH = "btcusdt@depth@100ms"


async def spoilt(
    simulator: Served, wanted: int, *, seconds: float = 0.5, stream: str = DEPTH, **order: Any
) -> list[dict[str, Any]]:
    async with simulator.socket(stream) as socket:
        await simulator.fault(**order)
        return [each["data"] for each in await simulator.hear(socket, seconds, wanted=wanted)]


def links(heard: list[dict[str, Any]]) -> list[bool]:
    return [second["U"] == first["u"] + 1 for first, second in itertools.pairwise(heard)]


async def test_without_faults_the_chain_holds(simulator: Served) -> None:
    async with simulator.socket(DEPTH) as socket:
        assert links([each["data"] for each in await simulator.hear(socket, 0.5, wanted=5)]) == [True] * 4


async def test_a_gap_breaks_the_chain(simulator: Served) -> None:
    async with simulator.socket(DEPTH) as socket:
        heard = await simulator.hear(socket, 0.2, wanted=2)
        await simulator.fault(kind="sequence_gap")
        heard += await simulator.hear(socket, 0.3, wanted=2)
    assert links([each["data"] for each in heard]) == [True, False, True]


async def test_a_duplicate_comes_twice(simulator: Served) -> None:
    heard = await spoilt(simulator, 6, kind="duplicate")
    assert heard[0] == heard[1]
    assert links(heard[1:]) == [True] * 4


async def test_two_frames_change_places(simulator: Served) -> None:
    heard = await spoilt(simulator, 5, kind="reorder")
    assert heard[0]["U"] == heard[1]["u"] + 1
    assert [each["u"] for each in heard[2:]] == sorted(each["u"] for each in heard[2:])


@pytest.mark.parametrize("kind", ["nan_price", "wrong_price", "clock_skew", "schema_drift", "crossed_book"])
async def test_frames_lie(simulator: Served, kind: str) -> None:
    (heard,) = await spoilt(
        simulator,
        1,
        seconds=1.0,
        stream="btcusdt@bookTicker" if kind == "crossed_book" else "btcusdt@ticker",
        kind=kind,
        pattern="*@*",
    )
    fair = (await simulator.json("/binance/api/v3/ticker/24hr?symbol=BTCUSDT"))["lastPrice"]
    match kind:
        case "nan_price":
            assert heard["c"] == "NaN"
        case "wrong_price":
            assert float(heard["c"]) == pytest.approx(float(fair) * 100)
        case "clock_skew":
            assert heard["E"] == simulator.clock.now_ns() // 1_000_000 // 1000 * 1000 + 3_600_000
        case "schema_drift":
            assert "c_v2" in heard
        case _:
            assert float(heard["b"]) > float(heard["a"])


async def test_a_frame_may_stop_half_way(simulator: Served) -> None:
    async with simulator.socket(DEPTH) as socket:
        await simulator.fault(kind="truncated", count=1)
        await simulator.clock.advance(0.1)
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(await socket.recv())


async def test_a_socket_falls_silent_and_speaks_again(simulator: Served) -> None:
    async with simulator.socket(DEPTH) as socket:
        await simulator.fault(kind="silent_socket", seconds=5)
        await simulator.clock.advance(4.9)
        await (await socket.ping())
        (heard,) = await simulator.hear(socket, 0.5, wanted=1)
    assert heard["data"]["E"] >= simulator.clock.now_ns() // 1_000_000 - 500


@pytest.mark.parametrize(("kind", "code"), [("day_close", 1001), ("server_shutdown", 1001), ("cut", None)])
async def test_connections_end(simulator: Served, kind: str, code: int | None) -> None:
    async with simulator.socket("btcusdt@trade") as socket:
        await simulator.fault(kind=kind)
        await simulator.clock.advance(0.1)
        if kind == "server_shutdown":
            notice = msgspec.json.decode(await socket.recv())
            assert (notice["e"], notice["E"] > 0) == ("serverShutdown", True)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
        assert (closed.value.rcvd.code if closed.value.rcvd else None) == code
    async with simulator.socket(DEPTH) as socket:
        assert await simulator.hear(socket, 0.2, wanted=1)


async def test_other_streams_are_spared(simulator: Served) -> None:
    async with simulator.socket("ethusdt@depth@100ms") as socket:
        await simulator.fault(kind="cut", pattern="btcusdt@*")
        assert await simulator.hear(socket, 0.2, wanted=1)
