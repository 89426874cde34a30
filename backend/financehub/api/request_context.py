"""What every request passes first and every answer last: id, address, limits, and headers that keep a browser careful."""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware

from financehub import clock
from financehub.accounts.client_address import is_trusted_proxy, resolve_client_address
from financehub.api.error_handlers import method_not_allowed, respond_to
from financehub.api.rate_limits import take_address_turn
from financehub.api.request_identity import client_ip, identify, is_behind_tls, request_id
from financehub.errors import TooLarge

logger = logging.getLogger("financehub.api.access")

MAX_BODY_BYTES = 1_048_576
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}
_HSTS = "max-age=31536000; includeSubDomains"

AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def request_context(get_response: AsyncHandler) -> AsyncHandler:
    """Return the one middleware of the REST door; answers that set a header themselves keep theirs."""

    async def answer(request: HttpRequest) -> HttpResponseBase:
        started = clock.monotonic()
        _identify(request)
        response = await _checked_answer(request, get_response)
        _add_headers(request, response)
        _log(request, response, clock.monotonic() - started)
        return response

    return answer


def _identify(request: HttpRequest) -> None:
    trusted = settings.CONFIGURATION.trusted_proxies
    peer = str(request.META.get("REMOTE_ADDR", ""))
    says_tls = request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
    identify(
        request,
        address=resolve_client_address(peer, request.headers.get("X-Forwarded-For", ""), trusted),
        is_secure=(settings.CONFIGURATION.is_behind_tls or request.is_secure() or (says_tls and is_trusted_proxy(peer, trusted))),
    )


async def _checked_answer(request: HttpRequest, get_response: AsyncHandler) -> HttpResponseBase:
    try:
        request.get_host()  # refuses a host name that is not ours: DNS rebinding
        take_address_turn(client_ip(request))
        _require_small_body(request)
        response = await get_response(request)
    except Exception as error:  # noqa: BLE001 the door: whatever happens is answered, with an id
        return respond_to(request, error)
    if response.status_code == 405 and isinstance(response, HttpResponse) and "json" not in response["Content-Type"]:
        return method_not_allowed(request, response["Allow"])
    return response


def _require_small_body(request: HttpRequest) -> None:
    declared = request.headers.get("Content-Length", "")
    if declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise TooLarge("the body of the request is larger than 1 MiB", limit_bytes=MAX_BODY_BYTES)


def _add_headers(request: HttpRequest, response: HttpResponseBase) -> None:
    response["X-Request-ID"] = request_id(request)
    if (
        isinstance(response, HttpResponse)
        and not response.has_header("Content-Length")
        and response.status_code not in {204, 304}
    ):
        response["Content-Length"] = str(len(response.content))  # else the answer goes out in chunks, and HEAD says nothing
    for name, value in _HEADERS.items():
        response.setdefault(name, value)
    if is_behind_tls(request):
        response.setdefault("Strict-Transport-Security", _HSTS)


def _log(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Log the request without its query, its body and its headers: they may hold what is private."""
    message = "%s %s %s %d %.1f ms %s"
    logger.info(
        message,
        request_id(request),
        request.method,
        quote(request.path),
        response.status_code,
        seconds * 1000,
        client_ip(request),
    )
