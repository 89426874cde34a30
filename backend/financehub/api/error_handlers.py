"""The one place where an exception becomes an answer."""

import logging
import math
from http import HTTPStatus
from typing import Any, TypeAlias, cast

import msgspec
from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from financehub.api.invalid_requests import invalid_field, invalid_json
from financehub.api.request_identity import request_id
from financehub.errors import (
    FactValue,
    FinanceHubError,
    MethodNotAllowed,
    NotFound,
    QuotaExceeded,
    RateLimited,
    RequestError,
    StorageUnusable,
    TooLarge,
    Unauthenticated,
)

logger = logging.getLogger("financehub.api")

FactBody: TypeAlias = str | int | float | bool | list[str] | None
_ERROR_STATUSES = (401, 403, 404, 410, 413, 422, 424, 429, 500, 502, 503)


class ErrorBody(BaseModel):
    """What every refusal looks like; `code` is the contract, `message` is for a person."""

    code: str
    message: str
    facts: dict[str, FactBody]
    request_id: str


class FailureBody(BaseModel):
    """One symbol of several that could not be answered; the others are not affected."""

    symbol: str
    code: str
    message: str
    facts: dict[str, FactBody]


def failure_of(symbol: str, error: FinanceHubError) -> dict[str, Any]:
    """Return the body of one failure among several answers; `symbol` is as it was asked."""
    return {"symbol": symbol, "code": error.code, "message": error.message, "facts": error.facts}


def responses(body: object, *, status: int = 200) -> dict[Any, Any]:
    """Return what an operation may answer: `body`, or an error."""
    return {status: body, _ERROR_STATUSES: ErrorBody}


def error_bytes(code: str, message: str, facts: dict[str, FactValue], identity: str) -> bytes:
    return msgspec.json.encode({"code": code, "message": message, "facts": facts, "request_id": identity})


def error_response(request: HttpRequest, error: FinanceHubError) -> HttpResponse:
    """Return `error` as its status and body, with `Retry-After` (whole seconds, rounded up) where it says when to come back."""
    body = error_bytes(error.code, error.message, error.facts, request_id(request))
    response = HttpResponse(body, status=error.status, content_type="application/json")
    if isinstance(error, QuotaExceeded | RateLimited) and error.retry_after is not None:
        response["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    return response


def internal_response(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """Log `error` under the request's id and return an answer that says no more than the id."""
    logger.error("request %s failed", request_id(request), exc_info=error)
    message = "something went wrong on our side; the log has the details under this request id"
    body = error_bytes("internal", message, {}, request_id(request))
    return HttpResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR, content_type="application/json")


_TRANSLATIONS: dict[type[Exception], FinanceHubError] = {
    AuthenticationError: Unauthenticated("an access token is needed: send it as «Authorization: Bearer …»", reason="missing"),
    RequestDataTooBig: TooLarge("the body of the request is larger than 1 MiB", limit_bytes=1_048_576),
    DisallowedHost: RequestError("this host name is not served here; the operator can allow it with FINANCEHUB_ALLOWED_HOSTS"),
    SuspiciousOperation: RequestError("the request is malformed"),
    OperationalError: StorageUnusable(
        "the database does not answer or is locked; try again, and see `financehub doctor` if it stays so"
    ),
    Http404: NotFound("there is nothing at this address"),
}


def translate(error: Exception) -> FinanceHubError | None:
    """Return what `error` means in our words; None for one that nobody foresaw."""
    if isinstance(error, FinanceHubError):
        return error
    if isinstance(error, ValidationError):
        return invalid_field(error)
    for kind in type(error).__mro__:
        if kind in _TRANSLATIONS:
            return _TRANSLATIONS[kind]
    return invalid_json(error) if isinstance(error, HttpError) and error.status_code == HTTPStatus.BAD_REQUEST else None


def respond_to(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Return the answer to a request that ended in `error`."""
    raised = cast("Exception", error)  # the framework's types admit the class as well; it hands over the instance
    known = translate(raised)
    return internal_response(request, raised) if known is None else error_response(request, known)


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """Return the answer to a method that the address does not know; `allowed` is the value of the Allow header."""
    refusal = MethodNotAllowed(f"{request.method} is not possible here, only {allowed}", allowed=allowed.split(", "))
    response = error_response(request, refusal)
    response["Allow"] = allowed
    return response


async def unknown_route(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Answer for every address that no operation has."""
    return error_response(request, NotFound(f"there is nothing at {request.path}", path=request.path))


def install_error_handlers(api: NinjaAPI) -> None:
    """Make `api` answer every exception through this module."""
    for kind in (Exception, ValidationError, HttpError, Http404):
        api.add_exception_handler(kind, respond_to)
