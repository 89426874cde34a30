"""What the door knows of a request besides its content: its id and whence it came."""

import re
import secrets

from django.http import HttpRequest

_ID_KEY = "financehub.request_id"
_IP_KEY = "financehub.client_ip"
_TLS_KEY = "financehub.is_behind_tls"
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def acceptable_id(offered: str) -> str:
    """Return the id that the caller offered where it is harmless to log and to repeat, else a new one."""
    return offered if _ACCEPTABLE_ID.fullmatch(offered) else secrets.token_hex(8)


def identify(request: HttpRequest, *, address: str, is_secure: bool) -> None:
    """Give the request its id and note the address it came from and whether TLS protects it."""
    request.META[_ID_KEY] = acceptable_id(request.headers.get("X-Request-ID", ""))
    request.META[_IP_KEY] = address
    request.META[_TLS_KEY] = is_secure


def request_id(request: HttpRequest) -> str:
    return str(request.META.get(_ID_KEY, ""))


def client_ip(request: HttpRequest) -> str:
    return str(request.META.get(_IP_KEY, ""))


def is_behind_tls(request: HttpRequest) -> bool:
    """Return whether the caller reached us over TLS, here or at a trusted proxy."""
    return bool(request.META.get(_TLS_KEY, False))
