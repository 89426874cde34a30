"""Every documented route wants a token, and says so in the same way."""

import pytest
from api.conftest import sign_in_quickly
from api.door import DOCUMENT, PUBLIC, Door, body_of, operations, refusal_of

from financehub import clock
from financehub.accounts import actions
from financehub.accounts.models import User
from financehub.accounts.queries import Person
from financehub.api import rate_limits

SAMPLES = {"{symbol}": "AAPL", "{base}": "EUR", "{id}": "f" * 32}
BAD_HEADERS = ["", "Bearer", "Bearer ", "Basic b2xnYTp4", "Bearer a.b.c", "bearer  a.b.c", "Token abc"]


def address(path: str) -> str:
    for name, value in SAMPLES.items():
        path = path.replace(name, value)
    assert "{" not in path
    return path


def test_the_list_of_public_routes_is_this_and_no_other() -> None:
    assert {entry["operationId"] for _, _, entry in operations() if "security" not in entry} == PUBLIC


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, entry in operations() if entry["operationId"] not in PUBLIC]
)
def test_no_route_answers_without_a_token(db: None, method: str, path: str) -> None:
    for header in [None, *BAD_HEADERS]:
        headers = {} if header is None else {"Authorization": header}
        response = Door().ask(method, address(path), **headers)
        assert refusal_of(response) == (401, "unauthenticated"), header
        assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, entry in operations() if entry["operationId"] not in PUBLIC]
)
def test_no_route_answers_an_ended_session(ada: Person, method: str, path: str) -> None:
    signed_in = sign_in_quickly(ada)
    actions.sign_out(signed_in.session_id)
    response = Door(signed_in.access_token).ask(method, address(path))
    assert refusal_of(response) == (401, "unauthenticated")
    assert body_of(response)["facts"] == {"reason": "revoked"}


def test_token_in_the_address_is_not_looked_at(ada: Person) -> None:
    token = sign_in_quickly(ada).access_token
    for name in ("token", "access_token", "authorization"):
        assert refusal_of(Door().get(f"/api/auth/me?{name}={token}")) == (401, "unauthenticated")


def test_what_ends_without_a_word_is_out_after_two_seconds(ada: Person, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    started = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: started)
    assert door.get("/api/assets").status_code == 200
    User.objects.filter(pk=ada.id).update(is_active=False)
    monkeypatch.setattr(clock, "monotonic", lambda: started + 2.0)
    assert refusal_of(door.get("/api/assets")) == (401, "unauthenticated")


def test_a_session_that_was_just_used_is_out_at_once_when_it_ends(ada: Person) -> None:
    signed_in, other = sign_in_quickly(ada), sign_in_quickly(ada)
    doors = [Door(signed_in.access_token), Door(other.access_token)]
    assert [door.get("/api/assets").status_code for door in doors] == [200, 200]
    actions.sign_out(signed_in.session_id)
    assert [door.get("/api/assets").status_code for door in doors] == [401, 200]


def test_user_has_so_many_calls_a_minute_and_others_are_not_disturbed(
    ada: Person, bob: Person, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "_users", rate_limits.SlidingWindow(2, 60.0))
    assert [door.get("/api/auth/me").status_code for _ in range(2)] == [200, 200]
    response = door.get("/api/auth/me")
    assert refusal_of(response) == (429, "quota_exceeded")
    assert 58 <= int(response["Retry-After"]) <= 60
    assert Door(sign_in_quickly(bob).access_token).get("/api/auth/me").status_code == 200


def test_document_says_how_to_sign_in() -> None:
    assert DOCUMENT["components"]["securitySchemes"] == {"AccessTokenBearer": {"type": "http", "scheme": "bearer"}}
