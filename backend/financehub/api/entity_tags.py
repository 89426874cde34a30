"""Answers that need not be sent twice."""

from hashlib import blake2b
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse


def entity_tag(content: bytes) -> str:
    """Return a weak tag: equal for equal content, however it is compressed on the way."""
    return f'W/"{blake2b(content, digest_size=12).hexdigest()}"'


def tagged_json(request: HttpRequest, body: dict[str, Any], *, identity: object) -> HttpResponse:
    """Return `body` with a tag of `identity`, which leaves out what only tells the age of the answer; 304 where the caller has it."""
    tag = entity_tag(msgspec.json.encode(identity))
    if _has(request, tag):
        return _not_modified(tag)
    return _tagged(HttpResponse(msgspec.json.encode(body), content_type="application/json"), tag)


def tagged_bytes(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """Return `content` with its tag, or 304 where the caller has it."""
    tag = entity_tag(content)
    return _not_modified(tag) if _has(request, tag) else _tagged(HttpResponse(content, content_type=content_type), tag)


def _has(request: HttpRequest, tag: str) -> bool:
    offered = {part.strip() for part in request.headers.get("If-None-Match", "").split(",")}
    return tag in offered or "*" in offered


def _not_modified(tag: str) -> HttpResponse:
    response = HttpResponse(status=304)
    del response["Content-Type"]
    return _tagged(response, tag)


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
