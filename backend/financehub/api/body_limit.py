"""Refuse large bodies before they are read into anything; the framework would spool them to disk first."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from financehub.api.error_handlers import error_bytes
from financehub.api.request_context import MAX_BODY_BYTES
from financehub.api.request_identity import acceptable_id
from financehub.errors import TooLarge

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

DRAINED_BYTES = 64 * MAX_BODY_BYTES


class BodyLimit:
    """An ASGI application that hands `inner` only requests whose body, declared or not, has at most 1 MiB.

    What is too large is read and dropped, so that the caller, still sending, hears the answer instead of a reset; past 64 MiB they
    are answered at once.
    """

    def __init__(self, inner: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            size += len(message.get("body", b""))
            if size <= MAX_BODY_BYTES:
                messages.append(message)
            if message["type"] != "http.request" or not message.get("more_body", False) or size > DRAINED_BYTES:
                break
        if size > MAX_BODY_BYTES:
            await _refuse(scope, send)
        else:
            await self._inner(scope, _replay(messages, receive), send)


def _replay(messages: list[Message], receive: Receive) -> Receive:
    """Return a receive that gives what was read already, then what comes."""
    waiting = iter(messages)

    async def next_message() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return next_message


async def _refuse(scope: Scope, send: Send) -> None:
    error = TooLarge("the body of the request is larger than 1 MiB", limit_bytes=MAX_BODY_BYTES)
    offered = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    identity = acceptable_id(offered)
    body = error_bytes(error.code, error.message, error.facts, identity)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-request-id", identity.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
