"""The gate before every socket: who, from where, and a clear refusal before anything is accepted."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import msgspec
from django.conf import settings

from financehub.consumers.websocket_auth import authenticate, check_host, check_origin, check_query, find_token
from financehub.errors import FinanceHubError, QuotaExceeded

logger = logging.getLogger(__name__)

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

_REFUSED_CODES = {401: 4401, 403: 4403, 404: 4404, 429: 4429}


class HandshakeGate:
    """Let only authenticated sockets through to `app`; `scope["claims"]` then says whose they are."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        try:
            check_query(scope)
            check_host(scope, settings.ALLOWED_HOSTS)
            check_origin(scope, settings.CONFIGURATION.allowed_origins, settings.ALLOWED_HOSTS)
            scope["claims"] = await authenticate(find_token(scope))
        except FinanceHubError as error:
            await receive()  # the opening message; only after it may a server answer
            await refuse(scope, send, error)
            return
        await self._app(scope, receive, send)


async def refuse(scope: MutableMapping[str, Any], send: Send, error: FinanceHubError) -> None:
    """Answer a handshake with the error as an HTTP response, or with a close where the server can do no better."""
    logger.warning("refused a socket: %s", error.message, extra=socket_facts(scope))
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": _REFUSED_CODES.get(error.status, 4400), "reason": error.message[:120]})
        return
    body = msgspec.json.encode({"code": error.code, "message": error.message, "facts": error.facts})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if isinstance(error, QuotaExceeded):
        headers.append((b"retry-after", str(max(1, round(error.retry_after))).encode()))
    if error.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "websocket.http.response.start", "status": error.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


def socket_facts(scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """Return what a log line says of a socket: who and from where, never a token or a payload."""
    claims = scope.get("claims")
    origin = next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key.lower() == b"origin"), "")
    client = scope.get("client") or ("",)
    return {"user_id": claims.user_id if claims else None, "ip": client[0], "origin": origin[:200], "path": scope.get("path", "")}
