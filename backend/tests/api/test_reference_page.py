"""The reference comes from our own files, works under its content policy, and knows every route."""

import json
import re

import pytest
from api.door import DOCUMENT, Door

pytestmark = pytest.mark.django_db

PAGES = {
    "/api/docs": "text/html; charset=utf-8",
    "/api/docs/reference.js": "text/javascript; charset=utf-8",
    "/api/docs/reference.css": "text/css; charset=utf-8",
    "/api/docs/reference.svg": "image/svg+xml",
    "/api/openapi.json": "application/json",
}


@pytest.mark.parametrize("path", PAGES)
def test_page_is_public_and_not_sent_twice(path: str) -> None:
    first = Door().get(path)
    assert (first.status_code, first["Content-Type"]) == (200, PAGES[path])
    again = Door().get(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_page_needs_nothing_foreign_and_nothing_inline() -> None:
    response = Door().get("/api/docs")
    html = response.content.decode()
    assert response["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    )
    assert "unsafe" not in response["Content-Security-Policy"]
    assert re.findall(r'(?:src|href)="([^"]+)"', html) == [
        "/api/docs/reference.svg",
        "/api/docs/reference.css",
        "/api/docs/reference.js",
        "#operations",
        "/api/openapi.json",
    ]
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", html)
    script = Door().get("/api/docs/reference.js").content.decode()
    assert not re.search(r"innerHTML|eval\(|new Function|https?://|localStorage|sessionStorage", script)


def test_document_is_what_the_routes_say() -> None:
    assert json.loads(Door().get("/api/openapi.json").content) == DOCUMENT
    assert DOCUMENT["openapi"] == "3.1.0"
    assert set(DOCUMENT["paths"]) == {
        "/api/health",
        "/api/auth/sign-in",
        "/api/auth/link",
        "/api/auth/refresh",
        "/api/auth/sign-out",
        "/api/auth/me",
        "/api/auth/sessions",
        "/api/auth/sessions/{id}",
        "/api/auth/password",
        "/api/assets",
        "/api/assets/search",
        "/api/assets/{symbol}",
        "/api/quotes",
        "/api/quotes/{symbol}",
        "/api/sparklines",
        "/api/bars/{symbol}",
        "/api/fx/{base}",
    }
