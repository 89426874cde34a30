"""The simulator's own door: /_control/state, /_control/faults. JSON in, JSON out, and nothing for pages of a browser."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from financehub.errors import Denied, FinanceHubError, Invalid, NotFound
from financehub.simulator.fault_desk import FaultDesk, FaultKind, FaultOrder
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response

CONTROL = "_control"


class ControlApi:
    """Answer what is asked of the simulator itself."""

    def __init__(self, desk: FaultDesk, describe: Callable[[], dict[str, Any]]) -> None:
        self._desk = desk
        self._describe = describe

    def answer(self, request: WireRequest) -> WireResponse:
        """Return the answer; refusals have a code and a sentence, as everywhere in FinanceHub."""
        try:
            _require_program(request)
            return self._route(request)
        except FinanceHubError as error:
            return json_response({"code": error.code, "message": error.message, "facts": error.facts}, status=error.status)

    def _route(self, request: WireRequest) -> WireResponse:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["state"]:
                return json_response(self._describe())
            case "GET", ["faults"]:
                return json_response({"data": [fault.describe() for fault in self._desk.active()]})
            case "POST", ["faults"]:
                return json_response(self._desk.add(parse_order(request.body)).describe(), status=201)
            case "DELETE", ["faults"]:
                self._desk.clear()
                return WireResponse(status=204, content_type="")
            case "DELETE", ["faults", number]:
                self._desk.remove(int(number) if number.isdigit() else -1)
                return WireResponse(status=204, content_type="")
            case method, _:
                raise NotFound(f"the control API has no {method} {request.path}")


def _require_program(request: WireRequest) -> None:
    """Raise Denied for what a page in somebody's browser can send: an Origin, a form, or a name that was rebound to this machine."""
    if "origin" in request.headers or request.headers.get("sec-fetch-site", "none") != "none":
        raise Denied("the control API does not take orders from web pages")
    if not _is_own_name(request.headers.get("host", "")):
        raise Denied("ask the control API by address or as localhost")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.body and kind != "application/json":
        raise Denied("an order is sent as application/json")


def _is_own_name(host: str) -> bool:
    """Return whether `host` is an address or a name without a dot, which no stranger's name server answers for."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    try:
        ip_address(name)
    except ValueError:
        return bool(name) and "." not in name
    return True


def parse_order(body: bytes) -> FaultOrder:
    """Return the fault that `body` orders; raises Invalid with what is wrong."""
    try:
        return msgspec.json.decode(body, type=FaultOrder)
    except msgspec.ValidationError as error:
        known = ", ".join(FaultKind)
        raise Invalid(f"the fault cannot be used: {error}; known kinds: {known}") from error
    except msgspec.DecodeError as error:
        raise Invalid(f"the fault is not JSON: {error}") from error
