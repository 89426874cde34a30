"""A caller of the REST door, through Django's asynchronous client, from a test that is not asynchronous itself.

That way the database work of a request happens in the test's own thread and transaction.
"""

import json
from typing import Any

import msgspec
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient
from jsonschema import Draft202012Validator

from financehub.api.application import openapi_document

DOCUMENT: dict[str, Any] = json.loads(openapi_document())
PUBLIC = {"get_health", "sign_in", "sign_in_by_link", "refresh"}


class Browser(AsyncClient):
    """Django's client, which can also be told the host: its own stands before ours otherwise, and both are refused."""

    def _base_scope(self, **request: Any) -> dict[str, Any]:
        scope = super()._base_scope(**request)
        hosts = [header for header in scope["headers"] if header[0] == b"host"]
        scope["headers"] = [header for header in scope["headers"] if header[0] != b"host"] + hosts[-1:]
        return scope


class Door:
    """Ask with a token, or without; cookies are kept as a browser keeps them."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.client = Browser(raise_request_exception=False)

    def ask(self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str) -> HttpResponse:
        """Return the answer; `headers` are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        content = raw if raw is not None else b"" if body is None else msgspec.json.encode(body)

        async def send() -> HttpResponse:
            return await self.client.generic(method, path, content, content_type="application/json", headers=sent)

        return async_to_sync(send)()

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, body, **headers)


def body_of(response: HttpResponse) -> Any:
    return json.loads(response.content)


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return every documented operation as method, path and description."""
    return [(method.upper(), path, entry) for path, item in DOCUMENT["paths"].items() for method, entry in item.items()]


def assert_as_documented(response: HttpResponse, operation_id: str) -> Any:
    """Return the body after checking it against the document's schema for this operation and status."""
    [entry] = [entry for _, _, entry in operations() if entry["operationId"] == operation_id]
    schema = entry["responses"][str(response.status_code)]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(body_of(response))
    return body_of(response)


def refusal_of(response: HttpResponse) -> tuple[int, str]:
    """Return status and code after checking that the body is an error's and carries the id in the header."""
    body = body_of(response)
    assert set(body) == {"code", "message", "facts", "request_id"}
    assert body["request_id"] == response["X-Request-ID"]
    assert response["Content-Type"] == "application/json"
    return response.status_code, body["code"]
