"""Fire drills through the whole product: whatever a source does, people get an answer with its story, and the market recovers."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import websockets
from servers import product_server
from servers.product_server import BACKEND, ProductServer, free_port, serving

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("faults")]

PATIENCE_SECONDS = 12.0
BOOK = "orderbook:BTCUSDT"


class Drill:
    """The product, somebody who is signed in, and the desk where faults are ordered."""

    def __init__(self, server: ProductServer, client: httpx.Client, market: str) -> None:
        self.server = server
        self.client = client
        self.market = market
        self.token = client.headers["Authorization"].removeprefix("Bearer ")

    def order(self, **fault: Any) -> None:
        answer = httpx.post(f"{self.market}/_control/faults", json=fault)
        assert answer.status_code == 201, answer.text

    def clear(self) -> None:
        httpx.delete(f"{self.market}/_control/faults").raise_for_status()

    def quote(self, symbol: str = "BTCUSDT") -> httpx.Response:
        return self.client.get(f"/api/quotes/{symbol}")

    def wait_for_source(self, source: str, symbol: str = "BTCUSDT") -> dict[str, Any]:
        """Ask until `source` answers; every answer on the way must be one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = self.quote(symbol)
            assert answer.status_code == 200, answer.text
            if answer.json()["provenance"]["source"] == source:
                return answer.json()
            time.sleep(0.05)
        raise AssertionError(f"{source} did not come back: {answer.text}")


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    port = str(free_port())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(product_server, "COMMAND", [sys.executable, "-m", "servers.impatient_product"])
        paths = {"PYTHONPATH": f"{BACKEND}:{BACKEND / 'tests'}"}
        settings = paths | {"FINANCEHUB_SIMULATOR_PORT": port}
        patched.setattr(product_server, "clean_environment", _with(product_server.clean_environment, paths))
        with (
            serving(tmp_path_factory.mktemp("faults"), "demo", mode="simulated", **settings) as server,
            server.sign_in() as client,
        ):
            yield Drill(server, client, f"http://127.0.0.1:{port}")


def _with(make: Callable[..., dict[str, str]], always: dict[str, str]) -> Callable[..., dict[str, str]]:
    return lambda **settings: make(**(always | settings))


@pytest.fixture(autouse=True)
def no_fault_is_left(drill: Drill) -> Iterator[None]:
    yield
    drill.clear()


HTTP_FAULTS = [
    ({"kind": "rate_limited"}, "failed", "rate_limited"),
    ({"kind": "rate_limited", "retry_after": 1}, "failed", "rate_limited"),
    ({"kind": "banned", "retry_after": 1}, "failed", "rate_limited"),
    ({"kind": "forbidden"}, "failed", "rate_limited"),
    ({"kind": "server_error"}, "failed", "no_answer"),
    ({"kind": "server_error", "status": 503}, "failed", "no_answer"),
    ({"kind": "timeout"}, "failed", "no_answer"),
    ({"kind": "slow_drip", "bytes_per_second": 20}, "failed", "no_answer"),
    ({"kind": "truncated"}, "failed", "no_answer"),
    ({"kind": "html_page"}, "failed", "no_answer"),
    ({"kind": "success_with_error"}, "failed", "rate_limited"),
    ({"kind": "schema_drift"}, "failed", "bad_payload"),
    ({"kind": "nan_price"}, "failed", "bad_payload"),
    ({"kind": "wrong_price", "factor": 100.0}, "rejected", "implausible"),
]


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    HTTP_FAULTS,
    ids=lambda part: "-".join(map(str, part.values())) if isinstance(part, dict) else part,
)
def test_next_source_answers_and_the_first_comes_back(drill: Drill, fault: dict[str, Any], outcome: str, code: str) -> None:
    before = drill.wait_for_source("binance")["data"]["price"]
    drill.order(provider="binance", pattern="*ticker*", **fault)
    answer = drill.quote()
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["provenance"]["source"] in {"coingecko", "yahoo_finance"}
    assert body["data"]["price"] == pytest.approx(before, rel=0.05)
    steps = {step["source"]: step for step in body["provenance"]["trace"]}
    assert (steps["binance"]["outcome"], steps["binance"]["code"]) == (outcome, code), steps["binance"]
    assert steps["binance"]["reason"]
    assert steps[body["provenance"]["source"]]["outcome"] == "answered"
    drill.clear()
    drill.wait_for_source("binance")


def test_with_every_source_down_what_was_never_seen_is_a_typed_refusal(drill: Drill) -> None:
    drill.order(provider="*", kind="server_error", status=503)
    answer = drill.quote("DOTUSDT")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (503, "no_answer"), body
    assert {line.split(":")[0] for line in body["facts"]["trace"]} >= {"binance", "coingecko", "yahoo_finance"}
    assert body["request_id"] == answer.headers["X-Request-ID"]
    drill.clear()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while drill.quote("DOTUSDT").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    "kind", ["server_error", "timeout", "html_page", "schema_drift", "nan_price", "rate_limited", "truncated"]
)
def test_with_every_source_down_what_was_seen_is_shown_with_its_age(drill: Drill, kind: str) -> None:
    seen = drill.wait_for_source("binance", "ETHUSDT")
    drill.order(provider="*", kind=kind)
    answer = drill.quote("ETHUSDT")
    body = answer.json()
    assert answer.status_code == 200, body
    assert body["data"]["price"] == pytest.approx(seen["data"]["price"], rel=0.05)
    assert (body["provenance"]["cached"], body["provenance"]["age_seconds"] > 0) == ("L3", True)
    assert {step["source"] for step in body["provenance"]["trace"] if step["outcome"] == "failed"} >= {"binance", "coingecko"}


class Watcher:
    """A client that believes what the protocol says: its books by number, and whether every number was accounted for."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.books: dict[int, tuple[Any, Any]] = {}
        self.states: list[str] = []
        self.is_live = False
        self._last: int | None = None
        self.unannounced: list[dict[str, Any]] = []

    async def hear(self) -> None:
        frame = json.loads(await self._socket.recv())
        if frame.get("topic") != BOOK:
            return
        kind = frame["type"]
        if kind == "status":
            self.states.append(frame["state"])
        elif kind == "gap":
            self._last = frame["to_seq"] if frame["from_seq"] == (self._last or 0) + 1 else self._last
        elif kind in {"snapshot", "update"}:
            if kind == "update" and frame.get("from_seq", frame["seq"]) != (self._last or 0) + 1:
                self.unannounced.append(frame)
            self._last = frame["seq"]
            data = frame["data"]
            self.is_live = data["state"] == "live"
            if self.is_live:
                self.books[data["update_id"]] = (data["bids"], data["asks"])

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                await self.hear()


@asynccontextmanager
async def watching(drill: Drill) -> Any:
    protocols = [websockets.Subprotocol("financehub.v1"), websockets.Subprotocol(f"bearer.{drill.token}")]
    address = f"{drill.server.websocket_address}/ws/market/BTCUSDT/orderbook"
    async with websockets.connect(address, subprotocols=protocols, max_size=None) as socket:
        yield Watcher(socket)


async def assert_equals_the_market(drill: Drill, watcher: Watcher) -> None:
    """Compare the book with the venue's own answer of the same update id, as soon as both have seen the same one."""
    truth: dict[int, tuple[Any, Any]] = {}
    fresh_from = max(watcher.books, default=0)
    async with httpx.AsyncClient() as venue, asyncio.timeout(PATIENCE_SECONDS):
        while not (both := {id_ for id_ in truth.keys() & watcher.books.keys() if id_ > fresh_from}):
            answer = (await venue.get(f"{drill.market}/binance/api/v3/depth?symbol=BTCUSDT&limit=20")).json()
            sides = ([[float(price), float(quantity)] for price, quantity in answer[side]] for side in ("bids", "asks"))
            truth[answer["lastUpdateId"]] = (next(sides), next(sides))
            await watcher.hear()
    for id_ in both:
        assert watcher.books[id_] == truth[id_], id_


STREAM_FAULTS = [
    ({"kind": "silent_socket", "seconds": 2.5}, "stale"),
    ({"kind": "cut"}, "stale"),
    ({"kind": "sequence_gap", "pattern": "*@depth*"}, "syncing"),
    ({"kind": "duplicate", "pattern": "*@depth*"}, None),
    ({"kind": "reorder", "pattern": "*@depth*"}, "syncing"),
    ({"kind": "day_close"}, "stale"),
    ({"kind": "server_shutdown"}, None),
    ({"kind": "crossed_book", "pattern": "*@depth*", "count": 1}, "crossed"),
    ({"kind": "nan_price", "pattern": "*@depth*", "count": 1}, None),
    ({"kind": "truncated", "pattern": "*@depth*", "count": 1}, None),
    ({"kind": "schema_drift", "pattern": "*@depth*", "count": 1}, None),
]


@pytest.mark.parametrize(("fault", "state"), STREAM_FAULTS, ids=[fault["kind"] for fault, _ in STREAM_FAULTS])
async def test_book_ends_as_the_market_has_it_and_nothing_is_hidden(
    drill: Drill, fault: dict[str, Any], state: str | None
) -> None:
    async with watching(drill) as watcher:
        await watcher.until(lambda: watcher.is_live)
        watcher.states.clear()
        drill.order(provider="binance", **fault)
        if state is not None:
            await watcher.until(lambda: state in watcher.states)
            await watcher.until(lambda: watcher.states[-1] == "live" and watcher.is_live)
        else:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not _has_struck(drill):
                    await watcher.hear()
        await assert_equals_the_market(drill, watcher)
        assert watcher.unannounced == []


def _has_struck(drill: Drill) -> bool:
    return not [fault for fault in httpx.get(f"{drill.market}/_control/faults").json()["data"] if not fault["struck"]]
