"""The OpenAPI document, as served and as the front end's types are made from."""

import json
from functools import cache

from financehub.api.application import api


@cache
def openapi_document() -> bytes:
    """Return the document as JSON, the same bytes for the same routes."""
    schema = api.get_openapi_schema(path_prefix="/api")
    return (json.dumps(schema, indent=2, sort_keys=False, ensure_ascii=False) + "\n").encode()
