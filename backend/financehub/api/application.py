"""The REST door: every prefix, one bearer, one handler of errors."""

import json
from functools import cache
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from financehub.api import assets, auth, bars, fx, health, quotes, sparklines
from financehub.api.bearer import AccessTokenBearer
from financehub.api.error_handlers import install_error_handlers
from financehub.api.invalid_requests import ExplainingAPI
from financehub.api.reference_page import build_reference_router

DESCRIPTION = """Every figure comes with its provenance: source, time, age, delay, and who else was asked.

Errors have one body everywhere: `code`, `message`, `facts` and the `request_id` that the log knows."""


class JsonRenderer(BaseRenderer):
    """JSON by msgspec: times end in Z, a number that is not one becomes null."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return msgspec.json.encode(data)


class JsonParser(Parser):
    """JSON by msgspec: strict, and it says at which byte a body stops being JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        return msgspec.json.decode(request.body)


@cache
def openapi_document() -> bytes:
    """Return the OpenAPI document, as served and as the front end's types are made from: the same bytes for the same routes."""
    schema = api.get_openapi_schema(path_prefix="/api")
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()


def build_api() -> NinjaAPI:
    """Return the whole REST interface; documents are served by `reference_page`, not by the framework."""
    interface = ExplainingAPI(
        title="FinanceHub",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        auth=AccessTokenBearer(),
        renderer=JsonRenderer(),
        parser=JsonParser(),
    )
    interface.add_router("/health", health.router)
    interface.add_router("/auth", auth.router)
    interface.add_router("/assets", assets.router)
    interface.add_router("/quotes", quotes.router)
    interface.add_router("/sparklines", sparklines.router)
    interface.add_router("/bars", bars.router)
    interface.add_router("/fx", fx.router)
    interface.add_router("", build_reference_router(openapi_document))
    install_error_handlers(interface)
    return interface


api = build_api()
