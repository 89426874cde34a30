"""Who opens a socket: from a header or a subprotocol, never from the URL; and from which page."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from asgiref.sync import sync_to_async
from django.http.request import split_domain_port, validate_host

from financehub.accounts.queries import is_session_active
from financehub.accounts.tokens import AccessClaims, read_access_token
from financehub.errors import Denied, Unauthenticated

SUBPROTOCOL = "financehub.v1"
BEARER_SUBPROTOCOL = "bearer."

Scope: TypeAlias = Mapping[str, Any]

_TOKEN_NAMES = frozenset({"token", "access_token", "auth", "authorization", "bearer", "jwt"})
_LOOKS_LIKE_JWT = re.compile(r"^[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}$")


def check_query(scope: Scope) -> None:
    """Raise Unauthenticated for a token in the URL: logs and histories keep URLs."""
    query = scope.get("query_string", b"").decode("latin-1")
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.lower() in _TOKEN_NAMES or _LOOKS_LIKE_JWT.match(value):
            raise Unauthenticated(
                "a token does not belong in the URL; send it in the Authorization header or as a subprotocol",
                reason="token_in_url",
            )


def check_origin(scope: Scope, allowed_origins: Sequence[str], allowed_hosts: Sequence[str]) -> None:
    """Raise Denied unless the page that opens the socket is ours or on the list; programs that are no browser send no Origin."""
    origins = _header_values(scope, b"origin")
    if not origins:
        return
    if len(origins) > 1 or not (origins[0] in allowed_origins or _is_same_origin(origins[0], scope, allowed_hosts)):
        raise Denied(
            "this page may not open a socket here; add its origin to FINANCEHUB_ALLOWED_ORIGINS", origin=origins[0][:200]
        )


def check_host(scope: Scope, allowed_hosts: Sequence[str]) -> None:
    """Raise Denied for a Host that is not ours, which is how DNS rebinding looks."""
    hosts = _header_values(scope, b"host")
    domain = split_domain_port(hosts[0])[0] if len(hosts) == 1 else ""
    if not domain or not validate_host(domain, allowed_hosts):
        raise Denied("this host name is not served here; add it to FINANCEHUB_ALLOWED_HOSTS")


def _is_same_origin(origin: str, scope: Scope, allowed_hosts: Sequence[str]) -> bool:
    parts = urlsplit(origin)
    hosts = _header_values(scope, b"host")
    return (
        parts.scheme in ("http", "https")
        and origin == f"{parts.scheme}://{parts.netloc}"
        and len(hosts) == 1
        and parts.netloc.lower() == hosts[0].lower()
        and validate_host(split_domain_port(hosts[0])[0], allowed_hosts)
    )


def find_token(scope: Scope) -> str:
    """Return the access token of a handshake. Raises Unauthenticated where there is none, or more than one."""
    headers = _header_values(scope, b"authorization")
    bearers = [value[7:].strip() for value in headers if value[:7].lower() == "bearer "]
    offered = scope.get("subprotocols", ())
    tokens = [*bearers, *_bearer_subprotocols(offered)]
    if len(tokens) != 1 or len(headers) > 1:
        raise Unauthenticated(
            "send one access token: as `Authorization: Bearer …` or as the subprotocols `financehub.v1, bearer.…`",
            reason="missing",
        )
    return tokens[0]


def accepted_subprotocol(scope: Scope) -> str | None:
    """Return what to answer to the offered subprotocols: never the one with the token."""
    return SUBPROTOCOL if SUBPROTOCOL in scope.get("subprotocols", ()) else None


async def authenticate(token: str) -> AccessClaims:
    """Return what `token` says. Raises Unauthenticated for one that is wrong or over, or whose session has ended."""
    claims = read_access_token(token)
    if not await sync_to_async(is_session_active)(claims.session_id):
        raise Unauthenticated("this session has ended; sign in again", reason="session_ended")
    return claims


def _bearer_subprotocols(offered: Iterable[str]) -> list[str]:
    return [value.removeprefix(BEARER_SUBPROTOCOL) for value in offered if value.startswith(BEARER_SUBPROTOCOL)]


def _header_values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope.get("headers", ()) if key.lower() == name]
