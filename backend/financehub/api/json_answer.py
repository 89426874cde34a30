"""JSON that is written once: the declared body describes it and the tests hold it to that, but no request pays for a second look."""

from typing import Any

import msgspec
from django.http import HttpResponse

_encoder = msgspec.json.Encoder()


def json_answer(body: dict[str, Any]) -> HttpResponse:
    """Return `body` as it stands; times end in Z, a number that is not one becomes null."""
    return HttpResponse(_encoder.encode(body), content_type="application/json")
