"""The one place where an exception becomes an answer."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from django.core.exceptions import DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from financehub.api.request_identity import request_id
from financehub.errors import FinanceHubError, Invalid, MethodNotAllowed, NotFound, RequestError, TooLarge, Unauthenticated

logger = logging.getLogger("financehub.api")

FactValueBody = str | int | float | bool | None | list[str]


class ErrorBody(BaseModel):
    """What every refusal looks like; `code` is the contract, `message` is for a person."""

    code: str
    message: str
    facts: dict[str, FactValueBody]
    request_id: str


class FailureBody(BaseModel):
    """One symbol of several that could not be answered; the others are not affected."""

    symbol: str
    code: str
    message: str
    facts: dict[str, FactValueBody]


def failure_of(symbol: str, error: FinanceHubError) -> dict[str, Any]:
    """Return the body of one failure among several answers; `symbol` is as it was asked."""
    return {"symbol": symbol, "code": error.code, "message": error.message, "facts": error.facts}


def responses(body: object, *, status: int = 200) -> dict[Any, Any]:
    """Return what an operation may answer: `body`, or an error."""
    return {status: body, (401, 403, 404, 413, 422, 429, 500, 502, 503): ErrorBody}


def error_response(request: HttpRequest, error: FinanceHubError) -> HttpResponse:
    """Return `error` as its status and body, with `Retry-After` (whole seconds, rounded up) where it says when to come back."""
    response = _json(error.status, error.code, error.message, error.facts, request)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(max(1, -(-retry_after // 1)).__int__())
    if isinstance(error, Unauthenticated):
        response["WWW-Authenticate"] = "Bearer"
    return response


def internal_response(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Log `error` under the request's id and return an answer that says no more than the id."""
    logger.error("request %s failed: %s", request_id(request), type(error).__name__, exc_info=error)
    message = "something went wrong on our side; the log has the details under this request id"
    return _json(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", message, {}, request)


def _json(status: int, code: str, message: str, facts: Mapping[str, Any], request: HttpRequest) -> HttpResponse:
    body = {"code": code, "message": message, "facts": facts, "request_id": request_id(request)}
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")


def translate(error: Exception) -> FinanceHubError | None:
    """Return what a framework's exception means in our words; None for one that nobody foresaw."""
    match error:
        case FinanceHubError():
            return error
        case ValidationError():
            return _invalid(error)
        case AuthenticationError():
            return Unauthenticated("an access token is needed: send it as «Authorization: Bearer …»", reason="missing")
        case RequestDataTooBig():
            return TooLarge("the body of the request is larger than 1 MiB", limit_bytes=1_048_576)
        case HttpError(status_code=status) if status == HTTPStatus.BAD_REQUEST:
            return Invalid("the body is not valid JSON", field="body")
        case DisallowedHost():
            return RequestError("this host name is not served here; the operator can allow it with FINANCEHUB_ALLOWED_HOSTS")
        case SuspiciousOperation():
            return RequestError("the request was refused because it is malformed")
        case Http404():
            return NotFound("there is nothing at this address")
    return None


def _invalid(error: ValidationError) -> Invalid:
    """Name the first offending field, its value and what would be allowed."""
    first = error.errors[0]
    field = ".".join(str(part) for part in first["loc"][1:] if part != "body") or "body"
    return Invalid(f"{field}: {first['msg']}", field=field)


def respond_to(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer to a request that ended in `error`."""
    known = translate(error)
    return internal_response(request, error) if known is None else error_response(request, known)


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """Return the answer to a method that the address does not know; `allowed` is the value of the Allow header."""
    refusal = MethodNotAllowed(f"{request.method} is not possible here, only {allowed}", allowed=allowed.split(", "))
    response = error_response(request, refusal)
    response["Allow"] = allowed
    return response


async def unknown_route(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """Answer for every address below /api that no operation has."""
    return error_response(request, NotFound(f"there is nothing at {request.path}", path=request.path))


def install_error_handlers(api: NinjaAPI) -> None:
    """Make `api` answer every exception through this module."""
    for kind in (Exception, ValidationError, HttpError, Http404):
        api.add_exception_handler(kind, respond_to)
