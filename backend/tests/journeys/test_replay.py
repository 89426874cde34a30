"""A recorded market through the whole product: what a socket shows at the end equals what the frames say."""

import asyncio
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets
from servers.product_server import ProductServer, serving

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("replay")]

ROOT = Path(__file__).resolve().parents[3]
RECORDINGS = Path(os.environ.get("FINANCEHUB_RECORDINGS") or ROOT.parent / "shared" / "recordings")
REAL = RECORDINGS / "binance" / "frames" / "spot_btcusdt_20240808.txt.gz"
SPEED = 40
PATIENCE_SECONDS = 60


def frames_of(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (nanoseconds, body) of each line; written for this test, sharing nothing with the product."""
    with gzip.open(file, "rt") as lines:
        for line in lines:
            moment, body = line.split(" ", 1)
            yield int(moment), json.loads(body)


class Oracle:
    """The book, the last price and the minute bars that the frames of a recording imply, by the plainest means."""

    def __init__(self, file: Path) -> None:
        self.bids: dict[float, float] = {}
        self.asks: dict[float, float] = {}
        self.update_id = 0
        self.bars: dict[int, list[float]] = {}
        self.last_price = 0.0
        self.end_ns = 0
        diffs = []
        for moment, body in frames_of(file):
            self.end_ns = moment
            data = body.get("data", body)
            if "lastUpdateId" in data:
                self.update_id = data["lastUpdateId"]
                self.bids = {float(price): float(quantity) for price, quantity in data["bids"]}
                self.asks = {float(price): float(quantity) for price, quantity in data["asks"]}
            elif data.get("e") == "depthUpdate":
                diffs.append(data)
            elif data.get("e") == "trade":
                self.add_trade(data["T"] // 60_000 * 60, float(data["p"]), float(data["q"]))
        for diff in diffs:
            if diff["u"] > self.update_id:
                self.apply(diff)

    def apply(self, diff: dict[str, Any]) -> None:
        for side, changes in ((self.bids, diff["b"]), (self.asks, diff["a"])):
            for price, quantity in changes:
                side.pop(float(price), None)
                if float(quantity):
                    side[float(price)] = float(quantity)
        self.update_id = diff["u"]

    def add_trade(self, minute: int, price: float, quantity: float) -> None:
        bar = self.bars.setdefault(minute, [price, price, price, price, 0.0])
        bar[1], bar[2], bar[3] = max(bar[1], price), min(bar[2], price), price
        bar[4] += quantity
        self.last_price = price

    def top(self, levels: int) -> tuple[list[list[float]], list[list[float]]]:
        bids = [[price, self.bids[price]] for price in sorted(self.bids, reverse=True)[:levels]]
        return bids, [[price, self.asks[price]] for price in sorted(self.asks)[:levels]]


async def watch(server: ProductServer, token: str, end_ns: int) -> tuple[dict[str, Any], dict[int, dict[str, Any]], int]:
    """Watch until the book stands where the recording ends; return the last data by topic, the bars seen, the gaps announced."""
    latest: dict[str, Any] = {}
    bars: dict[int, dict[str, Any]] = {}
    sequence: dict[str, int] = {}
    gaps = 0
    protocols = [websockets.Subprotocol("financehub.v1"), websockets.Subprotocol(f"bearer.{token}")]
    async with websockets.connect(f"{server.websocket_address}/ws/market-multi", subprotocols=protocols, max_size=None) as socket:
        streams = ["price", "trades", "orderbook", "bars:1m"]
        await socket.send(json.dumps({"action": "subscribe", "symbols": ["BTCUSDT"], "streams": streams, "id": "1"}))
        last_change = asyncio.get_running_loop().time()
        while True:
            try:
                frame = json.loads(await asyncio.wait_for(socket.recv(), 3))
            except TimeoutError:
                if latest and asyncio.get_running_loop().time() - last_change > 2:
                    return latest, bars, gaps
                continue
            if frame["type"] == "gap":
                gaps += 1
            if frame["type"] not in {"snapshot", "update"}:
                continue
            topic = frame["topic"]
            if frame["type"] == "update":
                assert frame.get("from_seq", frame["seq"]) == sequence[topic] + 1, frame
            sequence[topic] = frame["seq"]
            assert frame["provenance"]["delay_class"] == "replayed"
            if latest.get(topic) != frame["data"]:
                last_change = asyncio.get_running_loop().time()
            latest[topic] = frame["data"]
            if topic.startswith("bars:"):
                bars[frame["data"]["time"]] = frame["data"]


@pytest.mark.skipif(not REAL.exists(), reason=f"no recording at {REAL}: the replay of a real market day did not run")
async def test_real_recording_ends_where_its_frames_end(tmp_path: Path) -> None:
    oracle = Oracle(REAL)
    with serving(tmp_path, "replay", str(REAL), "--speed", str(SPEED), mode="replayed") as server, server.sign_in() as client:
        token = client.headers["Authorization"].removeprefix("Bearer ")
        latest, bars, gaps = await asyncio.wait_for(watch(server, token, oracle.end_ns), PATIENCE_SECONDS)
        assert client.get("/api/health").json()["mode"] == "replayed"
    book = latest["orderbook:BTCUSDT"]
    assert (book["update_id"], gaps) == (oracle.update_id, 0)
    assert (book["bids"], book["asks"]) == oracle.top(20)
    assert latest["price:BTCUSDT"]["price"] == oracle.last_price
    whole = [minute for minute in sorted(oracle.bars) if minute in bars][1:]
    assert len(whole) >= 3
    for minute in whole:
        seen = bars[minute]
        shown = [seen["open"], seen["high"], seen["low"], seen["close"]]
        assert (minute, shown) == (minute, oracle.bars[minute][:4]), seen
        assert seen["volume"] == pytest.approx(oracle.bars[minute][4], rel=1e-9)
