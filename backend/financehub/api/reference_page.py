"""/api/docs and /api/openapi.json: the reference of this interface, from our own files only, under a strict content policy."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from ninja import Router

from financehub.api.entity_tags import tagged_bytes

_FOLDER = Path(__file__).parent / "reference"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def _file(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


def _answer(request: HttpRequest, name: str, content_type: str) -> HttpResponse:
    response = tagged_bytes(request, _file(name), content_type)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def build_reference_router(read_document: Callable[[], bytes]) -> Router:
    """Return the routes of the reference; `read_document` gives the OpenAPI document, which exists only once all routes do."""
    router = Router()

    @router.get("/openapi.json", auth=None, include_in_schema=False)
    async def get_openapi(request: HttpRequest) -> HttpResponse:
        return tagged_bytes(request, read_document(), "application/json")

    @router.get("/docs", auth=None, include_in_schema=False)
    async def get_reference(request: HttpRequest) -> HttpResponse:
        return _answer(request, "reference.html", "text/html; charset=utf-8")

    @router.get("/docs/reference.js", auth=None, include_in_schema=False)
    async def get_reference_script(request: HttpRequest) -> HttpResponse:
        return _answer(request, "reference.js", "text/javascript; charset=utf-8")

    @router.get("/docs/reference.css", auth=None, include_in_schema=False)
    async def get_reference_style(request: HttpRequest) -> HttpResponse:
        return _answer(request, "reference.css", "text/css; charset=utf-8")

    @router.get("/docs/reference.svg", auth=None, include_in_schema=False)
    async def get_reference_icon(request: HttpRequest) -> HttpResponse:
        return _answer(request, "reference.svg", "image/svg+xml")

    return router
