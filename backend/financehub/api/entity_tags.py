"""Answers that need not be sent twice."""

from hashlib import blake2b
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse


def entity_tag(identity: object) -> str:
    """Return a weak tag: equal for equal `identity`, whatever the age of the answer that carries it."""
    return f'W/"{blake2b(msgspec.json.encode(identity), digest_size=12).hexdigest()}"'


def tagged_response(request: HttpRequest, body: dict[str, Any], *, identity: object) -> HttpResponse:
    """Return `body` with the tag of `identity`, or 304 without a body where the caller already has it."""
    tag = entity_tag(identity)
    offered = {part.strip() for part in request.headers.get("If-None-Match", "").split(",")}
    if tag in offered or "*" in offered:
        response = HttpResponse(status=304)
        del response["Content-Type"]
    else:
        response = HttpResponse(msgspec.json.encode(body), content_type="application/json")
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response
