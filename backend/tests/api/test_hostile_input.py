"""Whatever anybody sends to any route: a clear answer, never a 5xx, never a hang."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from api.door import DOCUMENT, Door
from api.scripted_orchestrator import ScriptedOrchestrator
from django.http import HttpResponse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from financehub.api import rate_limits

HOSTILE = [
    "", " ", "\x00", "a\x00b", "\r\nX-Evil: 1", "../../etc/passwd", "%2e%2e%2f", "'; DROP TABLE accounts_user;--", "${jndi:ldap://x}",
    "{{7*7}}", "<script>alert(1)</script>", "null", "NaN", "inf", "-1", "0", "1e400", "9" * 40, "-" + "9" * 20, "a" * 5_000, "\ud7ff",
    "\u202e", "\uffff", "💥" * 50, "ﷺ" * 20, "İ", "BTCUSDT", "btcusdt,ETHUSDT", "AAPL," * 150, "1m", "2024-01-01", "0000-00-00",
    "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00-14:00", "2024-02-30", "true", "[]", "[1,2]", '{"$gt":""}', "EUR", "€",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
BROKEN = [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"name": "\\ud800"}', b"null", b"0", b'"x"', b"NaN", b"{}" * 3]
OPERATIONS = [
    (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    if operation["operationId"] != "sign_in"  # hashes a password each time: its body is attacked below, by itself
]


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every question through to the operation; that there are limits is tested elsewhere."""
    monkeypatch.setattr(rate_limits, "_users", rate_limits.SlidingWindow(10**9, 60))
    monkeypatch.setattr(rate_limits, "_addresses", rate_limits.SlidingWindow(10**9, 60))
    yield


def body_of(operation: dict[str, Any]) -> st.SearchStrategy[bytes]:
    """Return bodies that are nearly right, quite wrong, or none at all."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return st.sampled_from([b"", b"{}", b"{"])
    fields = DOCUMENT["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]["properties"]
    nearly = st.fixed_dictionaries({}, optional={name: st.one_of(TEXTS, VALUES) for name in [*fields, "extra"]})
    return st.one_of(
        nearly.map(lambda value: json.dumps(value).encode()),
        VALUES.map(lambda value: json.dumps(value).encode()),
        st.sampled_from(BROKEN),
    )


@st.composite
def requests(draw: st.DrawFn, path: str, operation: dict[str, Any]) -> tuple[str, bytes]:
    query: list[tuple[str, str]] = []
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", quote(draw(TEXTS), safe="", errors="replace"))
        elif draw(st.booleans()):
            query += [(parameter["name"], draw(TEXTS)) for _ in range(draw(st.integers(1, 2)))]
    query += draw(st.lists(st.tuples(TEXTS, TEXTS), max_size=1))
    return path + ("?" + urlencode(query, errors="replace") if query else ""), draw(body_of(operation))


def assert_clear(answer: HttpResponse, asked: object) -> None:
    assert answer.status_code < 500, (asked, answer.content[:500])
    assert answer["X-Request-ID"]
    if answer.status_code >= 400:
        body = json.loads(answer.content)
        assert set(body) == {"code", "message", "facts", "request_id"}, asked
        assert body["message"]


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[operation["operationId"] for _, _, operation in OPERATIONS]
)
@settings(max_examples=40, deadline=5_000, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_route_gives_a_clear_answer(
    door: Door, orchestrator: ScriptedOrchestrator, data: st.DataObject, method: str, path: str, operation: dict[str, Any]
) -> None:
    address, body = data.draw(requests(path, operation))
    headers = {"X_FinanceHub_Request": "1", "Cookie": "financehub_refresh=" + quote(data.draw(TEXTS), safe="", errors="replace")}
    assert_clear(door.ask(method, address, raw=body, **headers), (method, address, body[:200]))


@settings(max_examples=30, deadline=5_000, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_signing_in_gives_a_clear_answer(db: None, data: st.DataObject) -> None:
    operation = DOCUMENT["paths"]["/api/auth/sign-in"]["post"]
    body = data.draw(body_of(operation))
    assert_clear(Door().ask("POST", "/api/auth/sign-in", raw=body), body[:200])


HEADERS = [
    "Authorization",
    "Cookie",
    "Origin",
    "X_Request_ID",
    "X_Forwarded_For",
    "If_None_Match",
    "Accept",
    "Content_Length",
    "Range",
]


@settings(max_examples=60, deadline=5_000, suppress_health_check=list(HealthCheck), derandomize=True)
@given(name=st.sampled_from(HEADERS), value=TEXTS, path=st.sampled_from(["/api/auth/me", "/api/assets", "/api/auth/refresh"]))
def test_header_gives_a_clear_answer(door: Door, name: str, value: str, path: str) -> None:
    sendable = value.encode("latin-1", "replace").decode("latin-1")
    method = "POST" if path.endswith("refresh") else "GET"
    assert_clear(door.ask(method, path, **{name: sendable}), (name, sendable))
