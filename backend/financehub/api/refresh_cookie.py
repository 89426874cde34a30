"""The refresh token's cookie, and the guard of what it alone authenticates."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from financehub import clock
from financehub.api.request_identity import is_behind_tls
from financehub.errors import Denied, Unauthenticated

COOKIE = "financehub_refresh"
COOKIE_PATH = "/api/auth"
GUARD_HEADER = "X-FinanceHub-Request"


def set_refresh_cookie(request: HttpRequest, response: HttpResponse, token: str, expires_at: datetime) -> None:
    """Give the browser the refresh token: out of reach of scripts and of other sites, and of plain HTTP where TLS is used."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=max(0, int((expires_at - clock.wall_now()).total_seconds())),
        path=COOKIE_PATH,
        secure=is_behind_tls(request),
        httponly=True,
        samesite="Strict",
    )


def clear_refresh_cookie(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Strict")


def guarded_refresh_token(request: HttpRequest, *, is_needed: bool = True) -> str:
    """Return the refresh token of a request that another site cannot have caused.

    Raises Denied without the guard header (a form cannot send it, a script elsewhere may not) or with an Origin that is not ours;
    Unauthenticated where the cookie is needed and missing.
    """
    if request.headers.get(GUARD_HEADER) != "1":
        raise Denied(f"this needs the header {GUARD_HEADER}: 1", header=GUARD_HEADER)
    origin = request.headers.get("Origin")
    if origin is not None and not is_allowed_origin(request, origin):
        raise Denied("requests from this origin are not accepted; the operator can allow it with FINANCEHUB_ALLOWED_ORIGINS")
    token = request.COOKIES.get(COOKIE, "")
    if not token and is_needed:
        raise Unauthenticated("there is no refresh cookie; sign in", reason="missing")
    return token


def is_allowed_origin(request: HttpRequest, origin: str) -> bool:
    """Return whether `origin` is where this request was sent to, or is on the operator's list; compared whole."""
    if origin in settings.CONFIGURATION.allowed_origins:
        return True
    scheme = "https" if is_behind_tls(request) else "http"
    return origin == f"{scheme}://{request.get_host()}"
