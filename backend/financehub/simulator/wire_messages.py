"""What crosses the simulator's loopback wire: a request, a response, and how the response is delivered."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

JSON = "application/json;charset=utf-8"


class WireRequest(Struct, frozen=True, kw_only=True):
    """One HTTP request; header names are lower case, `raw_head` are the bytes of its first lines."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""
    raw_head: bytes = b""

    @property
    def is_upgrade(self) -> bool:
        return self.headers.get("upgrade", "").lower() == "websocket"


class Delivery(Struct, frozen=True, kw_only=True):
    """How a response goes out: slowly, cut short, or not at all."""

    bytes_per_second: float | None = None
    cut_after: int | None = None
    is_silent: bool = False


class WireResponse(Struct, frozen=True, kw_only=True):
    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery()


def json_response(value: Any, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> WireResponse:
    """Return `value` as a JSON answer."""
    return WireResponse(status=status, body=msgspec.json.encode(value), headers=headers)


def parse_request_head(head: bytes) -> WireRequest:
    """Return the request that `head` (everything up to the blank line) begins; raises ValueError when it is not HTTP."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ")
    parts = urlsplit(target)
    pairs = (line.partition(":") for line in lines)
    return WireRequest(
        method=method,
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
        headers={name.strip().lower(): value.strip() for name, _, value in pairs},
        raw_head=head,
    )
