"""What each provider says when it refuses, and how a fault changes an answer on its way out."""

from msgspec import structs

from financehub.simulator.fault_desk import FaultKind, FaultOrder
from financehub.simulator.fault_mutations import mutate
from financehub.simulator.wire_messages import Delivery, WireResponse

_HTML = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>We will be right back</h1></body></html>"
_FORBIDDEN = b"<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>"
_TOO_MANY = {
    "binance": b'{"code":-1003,"msg":"Too many requests queued."}',
    "coingecko": b'{"status":{"error_code":429,"error_message":"You\'ve exceeded the Rate Limit."}}',
    "frankfurter": b'{"message":"rate limit exceeded"}',
}
_AS_SUCCESS = {
    "binance": b'{"code":-1003,"msg":"Too many requests; current limit is 6000 request weight per 1 MINUTE."}',
    "yahoo_finance": b'{"chart":{"result":null,"error":{"code":"Internal Server Error","description":"Too Many Requests"}}}',
    "coingecko": b'{"status":{"error_code":429,"error_message":"You\'ve exceeded the Rate Limit."}}',
    "frankfurter": b'{"message":"not available"}',
    "sec_edgar": b'{"message":"Request Rate Threshold Exceeded"}',
}
_STATUSES = {
    FaultKind.RATE_LIMITED: 429,
    FaultKind.BANNED: 418,
    FaultKind.FORBIDDEN: 403,
    FaultKind.SERVER_ERROR: 500,
    FaultKind.HTML_PAGE: 200,
    FaultKind.SUCCESS_WITH_ERROR: 200,
}
_REFUSED = {FaultKind.RATE_LIMITED, FaultKind.BANNED}


def faulty_answer(provider: str, order: FaultOrder, answer: WireResponse) -> WireResponse:
    """Return what goes out instead of `answer`."""
    if order.kind in _STATUSES:
        return _refusal(provider, order)
    match order.kind:
        case FaultKind.TIMEOUT:
            return structs.replace(answer, delivery=Delivery(is_silent=True))
        case FaultKind.SLOW_DRIP:
            return structs.replace(answer, delivery=Delivery(bytes_per_second=order.bytes_per_second))
        case FaultKind.TRUNCATED:
            return structs.replace(answer, delivery=Delivery(cut_after=len(answer.body) // 2))
        case _:
            return structs.replace(answer, body=mutate(answer.body, order))


def _refusal(provider: str, order: FaultOrder) -> WireResponse:
    status = (
        order.status if order.status and order.kind in {FaultKind.SERVER_ERROR, FaultKind.HTML_PAGE} else _STATUSES[order.kind]
    )
    wait = (("Retry-After", f"{order.retry_after:g}"),) if order.retry_after is not None else ()
    if order.kind is FaultKind.SUCCESS_WITH_ERROR:
        return WireResponse(status=status, body=_AS_SUCCESS[provider], headers=wait)
    if order.kind in _REFUSED and provider in _TOO_MANY:
        return WireResponse(status=status, body=_TOO_MANY[provider], headers=wait)
    if order.kind in _REFUSED:
        return WireResponse(status=status, body=b"Too Many Requests\r\n", content_type="text/plain", headers=wait)
    page = _FORBIDDEN if order.kind is FaultKind.FORBIDDEN else _HTML
    return WireResponse(status=status, body=page, content_type="text/html", headers=wait)
