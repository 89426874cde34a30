"""Say which field of a request is wrong, what stood there and what may stand there."""

import re
from typing import Any

from msgspec import DecodeError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext

from financehub.errors import Invalid

_SHOWN = frozenset({"query", "path"})
_LONGEST_SHOWN = 100
_QUOTED = re.compile(r"'([^']*)'")


class ExplainingAPI(NinjaAPI):
    """The framework's interface, whose validation errors keep what stood in the address.

    What stood in a body is never repeated: it may be a password.
    """

    def validation_error_from_error_contexts(self, error_contexts: list[ValidationErrorContext[Any]]) -> ValidationError:
        explained = super().validation_error_from_error_contexts(error_contexts)
        first = error_contexts[0].pydantic_validation_error.errors(include_url=False)[0]
        if explained.errors[0]["loc"][0] in _SHOWN:
            explained.errors[0]["input"] = first["input"]
        return explained


def invalid_field(error: ValidationError) -> Invalid:
    """Return the first thing that is wrong as a sentence that names the field, with field, value and the allowed ones as facts."""
    first = error.errors[0]
    field = _field_of(first["loc"])
    facts: dict[str, Any] = {"field": field}
    was = ""
    if isinstance(first.get("input"), str):
        facts["value"] = first["input"][:_LONGEST_SHOWN]
        was = f", was {facts['value']!r}"
    if first["type"] in {"enum", "literal_error"}:
        facts["allowed"] = _QUOTED.findall(first["ctx"]["expected"])
        return Invalid(f"{field} must be one of {', '.join(facts['allowed'])}{was}", **facts)
    if first["type"] == "missing":
        return Invalid(f"{field} is required", **facts)
    return Invalid(f"{field}: {first['msg'].removeprefix('Input ')}{was}", **facts)


def _field_of(location: tuple[Any, ...]) -> str:
    """Return the field's path; a body stands under the name of the handler's argument, which is no concern of the caller's."""
    source, *path = location
    if source == "body" and len(path) > 1:
        path = path[1:]
    return ".".join(str(part) for part in path) or "body"


def invalid_json(error: HttpError) -> Invalid:
    """Return what is wrong with a body that could not be read, with the place where known."""
    cause = error.__cause__
    detail = f": {cause}" if isinstance(cause, DecodeError) else ""
    return Invalid(f"the body must be JSON{detail}", field="body")
