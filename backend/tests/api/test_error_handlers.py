"""Every exception becomes one body; what nobody foresaw says nothing but its id; a secret appears nowhere."""

import inspect
import logging
from collections.abc import Iterator

import pytest
from api.door import Door, body_of, refusal_of
from api.scripted_orchestrator import ScriptedOrchestrator
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404
from ninja.errors import HttpError

from financehub import errors
from financehub.api.error_handlers import translate
from financehub.errors import FinanceHubError, NotFound, RequestError, TooLarge

CANARY = "canary-7f3a9c1e"


def leaves() -> Iterator[type[FinanceHubError]]:
    for _, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, FinanceHubError):
            yield kind


@pytest.mark.parametrize("kind", list(leaves()), ids=lambda kind: kind.__name__)
def test_every_error_keeps_its_code_and_status(
    door: Door, orchestrator: ScriptedOrchestrator, catalogue: None, kind: type[FinanceHubError]
) -> None:
    needed = {"retry_after": 5.0} if kind is errors.QuotaExceeded else {}
    orchestrator.failures["AAPL"] = kind("what happened", source="binance", **needed)
    response = door.get("/api/quotes/AAPL")
    assert refusal_of(response) == (kind.status, kind.code)
    body = body_of(response)
    assert (body["message"], body["facts"]["source"]) == ("what happened", "binance")


def test_mistake_of_ours_says_nothing_but_its_id(
    door: Door, orchestrator: ScriptedOrchestrator, catalogue: None, caplog: pytest.LogCaptureFixture
) -> None:
    orchestrator.failures["AAPL"] = ZeroDivisionError("secret detail")
    response = door.get("/api/quotes/AAPL", X_Request_ID="a1b2c3d4")
    assert refusal_of(response) == (500, "internal")
    assert body_of(response) == {
        "code": "internal",
        "message": "something went wrong on our side; the log has the details under this request id",
        "facts": {},
        "request_id": "a1b2c3d4",
    }
    [record] = [record for record in caplog.records if record.name == "financehub.api"]
    assert record.getMessage() == "request a1b2c3d4 failed"
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_mistake_before_the_handler_is_answered_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(address: str) -> None:
        raise ZeroDivisionError(address)

    monkeypatch.setattr("financehub.api.request_context.take_address_turn", broken)
    assert refusal_of(Door().get("/api/health")) == (500, "internal")


def test_orchestrator_that_was_not_started(door: Door, catalogue: None) -> None:
    assert refusal_of(door.get("/api/quotes/AAPL")) == (500, "setup_error")


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (RequestDataTooBig("x"), TooLarge, 413),
        (SuspiciousOperation("x"), RequestError, 400),
        (Http404("x"), NotFound, 404),
        (HttpError(400, "x"), errors.Invalid, 422),
        (OperationalError("database is locked"), errors.StorageUnusable, 503),
    ],
)
def test_words_of_the_framework_are_translated(error: Exception, kind: type[FinanceHubError], status: int) -> None:
    known = translate(error)
    assert type(known) is kind
    assert known.status == status


@pytest.mark.parametrize("error", [KeyError("x"), HttpError(418, "x"), ValueError()])
def test_what_nobody_foresaw_is_not_translated(error: Exception) -> None:
    assert translate(error) is None


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"{", "Input data was truncated"),
        (b'{"name": ', "Input data was truncated"),
        (b"hello", "byte 0"),
        (b'{"name": NaN}', "byte 9"),
        (b"\xff\xfe", "byte 0"),
        (b"[" * 100_000, ""),
    ],
)
def test_body_that_is_not_json(db: None, raw: bytes, place: str) -> None:
    response = Door().ask("POST", "/api/auth/sign-in", raw=raw)
    assert refusal_of(response) == (422, "invalid")
    body = body_of(response)
    assert body["facts"] == {"field": "body"}
    assert body["message"].startswith("the body must be JSON")
    assert place in body["message"]


SECRETIVE = [
    {"raw": b'{"name": "Ada", "password": "%s"}' % CANARY.encode()},
    {"raw": b'{"name": 5, "password": "%s"}' % CANARY.encode()},
    {"raw": b'{"password": "%s"}' % CANARY.encode()},
    {"raw": b'{"name": "Ada", "password": ["%s"]}' % CANARY.encode()},
    {"raw": b'{"name": "Ada", "password": "x", "other": "%s"}' % CANARY.encode()},
    {"raw": b'{"name": "Ada", "password": "%s' % CANARY.encode()},
    {"raw": b'"%s"' % CANARY.encode()},
    {"raw": CANARY.encode() * 100_000},
]


@pytest.mark.parametrize("sent", SECRETIVE)
@pytest.mark.parametrize("path", ["sign-in", "link", "password"])
def test_secret_in_a_body_appears_nowhere(
    door: Door, caplog: pytest.LogCaptureFixture, path: str, sent: dict[str, bytes]
) -> None:
    hear_everything(caplog)
    response = door.ask("POST", f"/api/auth/{path}", raw=sent["raw"])
    assert response.status_code in {401, 403, 413, 422}
    assert_silent(response.serialize(), caplog)


def test_secret_in_a_header_or_an_address_appears_nowhere(
    db: None, door: Door, orchestrator: ScriptedOrchestrator, caplog: pytest.LogCaptureFixture
) -> None:
    hear_everything(caplog)
    anonymous = Door()
    anonymous.client.cookies["financehub_refresh"] = CANARY
    answers = [
        anonymous.get("/api/auth/me", Authorization=f"Bearer {CANARY}"),
        anonymous.post("/api/auth/refresh", X_FinanceHub_Request="1"),
        anonymous.post("/api/auth/refresh", X_FinanceHub_Request=CANARY),
        anonymous.get(f"/api/health?token={CANARY}"),
        door.get(f"/api/auth/me?token={CANARY}"),
    ]
    for answer in answers:
        assert_silent(answer.serialize(), caplog)


def hear_everything(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "financehub", "django"):
        caplog.set_level(logging.DEBUG, name)


def assert_silent(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert CANARY.encode() not in answer
    formatter = logging.Formatter("%(message)s %(args)s")
    assert CANARY not in "".join(formatter.format(record) for record in caplog.records)
