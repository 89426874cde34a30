"""Bodies are counted as they come, whatever was declared."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from financehub.api.body_limit import DRAINED_BYTES, BodyLimit
from financehub.api.request_context import MAX_BODY_BYTES


class Exchange:
    """One request in pieces, what the inner application read of it, and what was answered."""

    def __init__(self, pieces: Iterable[bytes], *, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        self._pieces = list(pieces)
        self.received = 0
        self.read: bytes | None = None
        self.sent: list[Any] = []
        self.scope: dict[str, Any] = {"type": "http", "headers": headers}

    async def receive(self) -> dict[str, Any]:
        if self.received == len(self._pieces):
            return {"type": "http.disconnect"}
        self.received += 1
        return {"type": "http.request", "body": self._pieces[self.received - 1], "more_body": self.received < len(self._pieces)}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def inner(self, scope: Any, receive: Any, send: Any) -> None:
        self.read, has_more = b"", True
        while has_more:
            message = await receive()
            self.read += message["body"]
            has_more = message["more_body"]
        assert (await receive())["type"] == "http.disconnect"

    async def run(self) -> "Exchange":
        await BodyLimit(self.inner)(self.scope, self.receive, self.send)
        return self


HALF = b"x" * (MAX_BODY_BYTES // 2)


@pytest.mark.parametrize("pieces", [[b""], [b"a"], [b"a", b"", b"bc"], [HALF, HALF]])
async def test_small_body_arrives_whole(pieces: list[bytes]) -> None:
    exchange = await Exchange(pieces).run()
    assert exchange.read == b"".join(pieces)
    assert exchange.sent == []


@pytest.mark.parametrize("pieces", [[HALF, HALF, b"x"], [HALF + HALF + b"x"], [HALF] * 20])
async def test_large_body_is_read_to_its_end_and_refused(pieces: list[bytes]) -> None:
    exchange = await Exchange(pieces, headers=((b"x-request-id", b"a1b2c3d4"),)).run()
    assert exchange.read is None
    assert exchange.received == len(pieces)
    start, body = exchange.sent
    assert start["status"] == 413
    headers = dict(start["headers"])
    assert headers[b"content-length"] == str(len(body["body"])).encode()
    assert headers[b"x-request-id"] == b"a1b2c3d4"
    assert json.loads(body["body"]) == {
        "code": "too_large",
        "message": "the body of the request is larger than 1 MiB",
        "facts": {"limit_bytes": 1_048_576},
        "request_id": "a1b2c3d4",
    }


async def test_endless_body_is_not_read_for_ever() -> None:
    mebibyte = b"x" * MAX_BODY_BYTES
    exchange = await Exchange([mebibyte] * 1000).run()
    assert exchange.received == DRAINED_BYTES // MAX_BODY_BYTES + 1
    assert exchange.sent[0]["status"] == 413


async def test_caller_who_leaves_is_the_frameworks_business() -> None:
    seen = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append((await receive())["type"])

    exchange = Exchange([])
    await BodyLimit(inner)(exchange.scope, exchange.receive, exchange.send)
    assert seen == ["http.disconnect"]


async def test_other_protocols_pass() -> None:
    seen = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    exchange = Exchange([])
    await BodyLimit(inner)({"type": "websocket"}, exchange.receive, exchange.send)
    assert seen == ["websocket"]
    assert exchange.received == 0
