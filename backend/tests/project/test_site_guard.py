"""The terminal's files are served under our own names only, and HSTS is said only where TLS is used."""

from typing import Any

import pytest

from financehub.project.site_guard import SiteGuard
from financehub.project.static_site import Receive, Scope, Send

OURS = ("localhost", "127.0.0.1", "[::1]", ".hub.example")


async def page(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"page"})


async def nothing() -> dict[str, Any]:
    raise AssertionError("nobody reads the body of a page")


async def ask(
    *headers: tuple[bytes, bytes], peer: str = "192.0.2.1", scheme: str = "http", **settings: Any
) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    guard = SiteGuard(page, allowed_hosts=OURS, **settings)
    await guard({"type": "http", "path": "/", "headers": headers, "client": (peer, 1), "scheme": scheme}, nothing, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    "host", [b"localhost", b"LOCALHOST:8000", b"127.0.0.1:8000", b"[::1]:8000", b"a.hub.example", b"hub.example"]
)
async def test_own_host_is_served(host: bytes) -> None:
    assert await ask((b"host", host)) == (200, {b"content-type": b"text/html"}, b"page")


@pytest.mark.parametrize(
    "host", [b"evil.example", b"localhost.evil.example", b"127.0.0.2", b"", b"[::1", b"hub.example/x", b"\xff"]
)
async def test_foreign_host_is_refused(host: bytes) -> None:
    status, headers, body = await ask((b"host", host))
    assert (status, headers[b"content-length"]) == (400, str(len(body)).encode())
    assert b"FINANCEHUB_ALLOWED_HOSTS" in body


async def test_no_host_or_two_are_refused() -> None:
    assert (await ask())[0] == 400
    assert (await ask((b"host", b"localhost"), (b"host", b"localhost")))[0] == 400


@pytest.mark.parametrize(
    ("said", "peer", "scheme", "is_behind_tls", "has_hsts"),
    [
        (b"", "192.0.2.1", "http", False, False),
        (b"", "192.0.2.1", "http", True, True),
        (b"", "192.0.2.1", "https", False, True),
        (b"https", "192.0.2.1", "http", False, False),
        (b"https", "10.0.0.9", "http", False, True),
        (b"http", "10.0.0.9", "http", False, False),
    ],
)
async def test_hsts_only_behind_tls(said: bytes, peer: str, scheme: str, is_behind_tls: bool, has_hsts: bool) -> None:
    forwarded = [(b"x-forwarded-proto", said)] if said else []
    _, headers, _ = await ask(
        (b"host", b"localhost"), *forwarded, peer=peer, scheme=scheme, is_behind_tls=is_behind_tls, trusted_proxies=["10.0.0.0/8"]
    )
    assert (b"strict-transport-security" in headers) is has_hsts
