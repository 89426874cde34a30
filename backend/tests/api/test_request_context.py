"""What every request passes: id, host, address, size, method; and the headers of every answer."""

import logging
from typing import Any

import pytest
from api.door import Door, body_of, refusal_of
from django.conf import settings
from msgspec import structs

from financehub.accounts.models import Session
from financehub.accounts.queries import Person
from financehub.api import rate_limits

pytestmark = pytest.mark.django_db


def configure(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setattr(settings, "CONFIGURATION", structs.replace(settings.CONFIGURATION, **changes))


@pytest.mark.parametrize("path", ["/api/health", "/api/nothing", "/api/auth/me", "/api/docs"])
def test_every_answer_keeps_the_browser_careful(path: str) -> None:
    response = Door().get(path)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "camera=()" in response["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response
    assert response["Cache-Control"] in {"no-store", "private, no-cache"}


@pytest.mark.parametrize("offered", ["a1b2c3d4", "trace-00.A_b" * 5])
def test_id_of_the_caller_is_kept(offered: str) -> None:
    response = Door().get("/api/nothing", X_Request_ID=offered)
    assert (response["X-Request-ID"], body_of(response)["request_id"]) == (offered, offered)


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "eight chars", "<script>", "12345678\u00e9", "%0d%0aSet-Cookie"])
def test_id_that_could_do_harm_is_replaced(offered: str) -> None:
    response = Door().get("/api/health", X_Request_ID=offered)
    assert response["X-Request-ID"] != offered
    assert len(response["X-Request-ID"]) == 16


def test_every_request_has_an_id_of_its_own() -> None:
    assert Door().get("/api/health")["X-Request-ID"] != Door().get("/api/health")["X-Request-ID"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "a b", ""])
def test_foreign_host_is_refused(host: str) -> None:
    response = Door().get("/api/health", Host=host)
    assert refusal_of(response) == (400, "request_error")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "testserver"])
def test_own_host_is_served(host: str) -> None:
    assert Door().get("/api/health", Host=host).status_code == 200


@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api", "/api/auth", "/api/assets/a/b", "/elsewhere"])
def test_unknown_address(path: str) -> None:
    response = Door().get(path)
    assert refusal_of(response) == (404, "not_found")
    assert body_of(response)["facts"] == {"path": path}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "/api/health", ["GET"]), ("GET", "/api/auth/sign-in", ["POST"]), ("PATCH", "/api/auth/sessions/x", ["DELETE"])],
)
def test_method_that_is_not_possible(method: str, path: str, allowed: list[str]) -> None:
    response = Door().ask(method, path)
    assert refusal_of(response) == (405, "method_not_allowed")
    assert body_of(response)["facts"] == {"allowed": allowed}
    assert response["Allow"] == ", ".join(allowed)


def test_large_body_is_refused_and_the_largest_is_not() -> None:
    response = Door().ask("POST", "/api/auth/sign-in", raw=b"x" * 1_048_577)
    assert refusal_of(response) == (413, "too_large")
    assert body_of(response)["facts"] == {"limit_bytes": 1_048_576}
    assert refusal_of(Door().ask("POST", "/api/auth/sign-in", raw=b"x" * 1_048_576)) == (422, "invalid")


def test_address_has_so_many_calls_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "_addresses", rate_limits.SlidingWindow(2, 60.0))
    assert [Door().get("/api/health").status_code for _ in range(3)] == [200, 200, 429]


def sign_in_from(ada: Person, **headers: str) -> tuple[str, Any]:
    door = Door()
    response = door.post("/api/auth/sign-in", {"name": "Ada", "password": "rhubarb-lantern-47"}, **headers)
    assert response.status_code == 200
    return Session.objects.get().ip, response


def test_forwarded_address_is_not_believed(ada: Person) -> None:
    address, response = sign_in_from(ada, X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="https")
    assert address == "127.0.0.1"
    assert response.cookies["financehub_refresh"]["secure"] == ""
    assert "Strict-Transport-Security" not in response


def test_trusted_proxy_is_believed(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, trusted_proxies=("127.0.0.0/8",))
    address, response = sign_in_from(ada, X_Forwarded_For="6.6.6.6, 198.51.100.4", X_Forwarded_Proto="https")
    assert address == "198.51.100.4"
    assert response.cookies["financehub_refresh"]["secure"] is True
    assert response["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_operator_says_that_tls_is_used(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, is_behind_tls=True)
    _, response = sign_in_from(ada)
    assert response.cookies["financehub_refresh"]["secure"] is True
    assert "Strict-Transport-Security" in response


def test_log_has_what_happened_but_not_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "financehub")
    Door().get("/api/nothing%0Aforged?q=private", X_Request_ID="a1b2c3d4", Authorization="Bearer private")
    [line] = [record.getMessage() for record in caplog.records if record.name == "financehub.api.access"]
    assert line.startswith("a1b2c3d4 GET /api/nothing%0Aforged 404 ")
    assert "private" not in line
