"""Serve the exported terminal: exact files first, then pages of any id, pre-compressed, with the policy of each page.

A file whose path has a `_` segment answers for every id in that place (`assets/_.html` for `/assets/AAPL`); all ids share the same
bytes. Everything is read once at start: the export is small and never changes while we run.
"""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

from financehub.project.content_security_policy import content_security_policy

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_ENCODINGS = ((".br", b"br"), (".gz", b"gzip"))
_FOREVER = b"public, max-age=31536000, immutable"
_CHECK_EACH_TIME = b"no-cache"
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=()"),
)


class Page(Struct, frozen=True):
    """One file with its compressed forms by encoding, and the headers that go with each."""

    body: bytes
    compressed: dict[bytes, bytes]
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...]


class StaticSite:
    """Hold an export in memory and answer GET and HEAD for it."""

    def __init__(self, folder: Path) -> None:
        self._pages: dict[str, Page] = {}
        self._patterns: list[tuple[list[str], Page]] = []
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix not in {".br", ".gz"}:
                self._add(file, file.relative_to(folder).as_posix())

    @property
    def is_built(self) -> bool:
        return "index.html" in self._pages

    def _add(self, file: Path, path: str) -> None:
        page = _read_page(file, path)
        self._pages[path] = page
        segments = path.split("/")
        if any(segment == "_" or segment.startswith("_.") for segment in segments):
            self._patterns.append((segments, page))

    def find(self, path: str) -> Page | None:
        """Return the page for a URL path, or None."""
        name = unquote(path).strip("/")
        for candidate in (name, f"{name}.html" if name else "index.html", f"{name}/index.html"):
            if (page := self._pages.get(candidate)) is not None:
                return page
        return self._find_by_pattern(name)

    def _find_by_pattern(self, name: str) -> Page | None:
        for candidate in (name, f"{name}.html"):
            wanted = candidate.split("/")
            for segments, page in self._patterns:
                if len(segments) == len(wanted) and all(map(_segment_matches, segments, wanted)):
                    return page
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = self.find(scope["path"])
        status = 200
        if page is None:
            page, status = self._pages.get("404.html"), 404
        if page is None:
            await _respond(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"not found", is_head=False)
            return
        request_headers = dict(scope["headers"])
        if status == 200 and page.etag in request_headers.get(b"if-none-match", b""):
            await _respond(send, 304, [(b"etag", page.etag), *page.headers], b"", is_head=True)
            return
        body, headers = _negotiate(page, request_headers.get(b"accept-encoding", b""))
        await _respond(send, status, headers, body, is_head=scope["method"] == "HEAD")


def _segment_matches(pattern: str, segment: str) -> bool:
    """Match one path segment: `_` stands for any id, `_.html` for any id with that ending; ids never hold a suffix of ours."""
    if pattern == "_":
        return bool(segment)
    if pattern.startswith("_."):
        suffix = pattern[1:]
        return segment.endswith(suffix) and len(segment) > len(suffix)
    return pattern == segment


def _read_page(file: Path, path: str) -> Page:
    body = file.read_bytes()
    is_immutable = path.startswith("_next/static/")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in {"application/javascript", "application/json"}:
        kind += "; charset=utf-8"
    headers = [
        (b"content-type", kind.encode()),
        (b"cache-control", _FOREVER if is_immutable else _CHECK_EACH_TIME),
        (b"vary", b"accept-encoding"),
        *_SECURITY,
    ]
    if file.suffix == ".html":
        headers.append((b"content-security-policy", content_security_policy(body).encode()))
    compressed = {
        encoding: sibling.read_bytes()
        for suffix, encoding in _ENCODINGS
        if (sibling := file.with_name(file.name + suffix)).is_file()
    }
    digest = hashlib.sha256(body).hexdigest()[:20]
    return Page(body, compressed, f'W/"{digest}"'.encode(), tuple(headers))


def _negotiate(page: Page, accepted: bytes) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the smallest form the client accepts, with its headers; the ETag is weak, so it holds for each form."""
    for _, encoding in _ENCODINGS:
        if encoding in accepted and encoding in page.compressed:
            return page.compressed[encoding], [*page.headers, (b"etag", page.etag), (b"content-encoding", encoding)]
    return page.body, [*page.headers, (b"etag", page.etag)]


async def _respond(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, is_head: bool) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers] if status == 304 else [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
