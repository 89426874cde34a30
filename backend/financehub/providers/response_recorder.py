"""Keep what sources answered, body and circumstances, with every secret left out."""

import hashlib
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from financehub import clock
from financehub.providers.provider import Provider, Request

_KEPT_HEADERS = ("content-type", "cache-control", "date", "etag", "retry-after")
_KEPT_PREFIXES = ("x-mbx-used-weight", "x-ratelimit", "ratelimit")


class Reply(Struct, frozen=True):
    """What came back over HTTP; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Recorder(Protocol):
    """Whoever keeps answers."""

    def record_response(self, provider: Provider, endpoint: str, request: Request, reply: Reply) -> None:
        """Keep one answer. `request` is the adapter's, before a key was added."""
        ...


class ResponseRecorder:
    """Write `<folder>/<provider>/<endpoint>/<time>.json` and its `.meta.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def record_response(self, provider: Provider, endpoint: str, request: Request, reply: Reply) -> None:
        """Keep one answer; only headers known to be harmless are written."""
        folder = self._folder / provider.id / endpoint
        folder.mkdir(parents=True, exist_ok=True)
        now = clock.wall_now()
        stem = now.strftime("%Y%m%dT%H%M%S.%fZ")
        meta = {
            "request": {"method": "GET", "url": provider.hosts[request.host] + request.path, "params": dict(request.params)},
            "status": reply.status,
            "recorded_on": now.date().isoformat(),
            "kind": "recording",
            "response_headers": {name: value for name, value in reply.headers.items() if _is_kept(name)},
            "bytes": len(reply.body),
            "sha256": hashlib.sha256(reply.body).hexdigest(),
        }
        (folder / f"{stem}.json").write_bytes(reply.body)
        (folder / f"{stem}.meta.json").write_bytes(msgspec.json.format(msgspec.json.encode(meta), indent=2))


def _is_kept(name: str) -> bool:
    return name in _KEPT_HEADERS or name.startswith(_KEPT_PREFIXES)
