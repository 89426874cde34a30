"""Signing in, staying signed in, seeing and ending sessions, through the door."""

from datetime import timedelta
from http.cookies import Morsel

import pytest
from accounts.people import PASSWORD, stop_time
from api.conftest import sign_in_quickly
from api.door import Door, assert_as_documented, body_of, refusal_of

from financehub.accounts import actions
from financehub.accounts.models import Session
from financehub.accounts.queries import Person, is_session_active
from financehub.accounts.sign_in_throttle import TRIES_PER_ADDRESS, TRIES_PER_NAME
from financehub.accounts.tokens import read_access_token

GUARD = {"X_FinanceHub_Request": "1"}
NEW_PASSWORD = "copper-meadow-harbour"


def cookie_of(door: Door) -> Morsel[str]:
    return door.client.cookies["financehub_refresh"]


def signed_in_by_password(name: str = "Ada") -> Door:
    door = Door()
    answer = door.post("/api/auth/sign-in", {"name": name, "password": PASSWORD})
    assert answer.status_code == 200
    door.token = body_of(answer)["access_token"]
    return door


def test_sign_in_by_password(ada: Person) -> None:
    door = Door()
    response = door.post("/api/auth/sign-in", {"name": "ada", "password": PASSWORD}, User_Agent="Laptop/1.0")
    assert response.status_code == 200
    body = assert_as_documented(response, "sign_in")
    assert body["user"] == {"id": ada.id, "name": "Ada", "is_owner": False, "has_password": True}
    assert set(body) == {"access_token", "expires_at", "user"}
    claims = read_access_token(body["access_token"])
    assert claims.expires_at.isoformat().replace("+00:00", "Z") == body["expires_at"]
    session = Session.objects.get()
    assert (session.id, session.ip, session.user_agent) == (claims.session_id, "127.0.0.1", "Laptop/1.0")
    assert response["Cache-Control"] == "no-store"


def test_refresh_cookie_is_out_of_reach(ada: Person) -> None:
    cookie = cookie_of(signed_in_by_password())
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Strict", "/api/auth", "")
    assert 0 < int(cookie["max-age"]) <= 30 * 86_400
    assert cookie["domain"] == ""


def test_wrong_password_and_unknown_name_are_answered_alike(ada: Person) -> None:
    answers = []
    for name in ("Ada", "Nobody"):
        response = Door().post("/api/auth/sign-in", {"name": name, "password": "wrong-password-here"})
        assert refusal_of(response) == (401, "unauthenticated")
        answers.append({key: value for key, value in body_of(response).items() if key != "request_id"})
        assert "financehub_refresh" not in response.cookies
    assert answers[0] == answers[1]


def test_guessing_is_throttled_alike_for_every_name(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_time(monkeypatch)
    for name in ("Ada", "Nobody"):
        for _ in range(TRIES_PER_NAME):
            assert Door().post("/api/auth/sign-in", {"name": name, "password": "x"}).status_code == 401
        response = Door().post("/api/auth/sign-in", {"name": name, "password": PASSWORD})
        assert refusal_of(response) == (429, "quota_exceeded")
        assert response["Retry-After"] == "900"
    assert not Session.objects.exists()


def test_links_cannot_be_guessed_for_ever(ada: Person) -> None:
    for _ in range(TRIES_PER_ADDRESS):
        assert Door().post("/api/auth/link", {"token": "wrong"}).status_code == 401
    assert refusal_of(Door().post("/api/auth/link", {"token": "wrong"})) == (429, "quota_exceeded")


def test_link_signs_in_once(olga: Person) -> None:
    token = actions.create_sign_in_link(olga.id)
    body = assert_as_documented(Door().post("/api/auth/link", {"token": token}), "sign_in_by_link")
    assert body["user"]["is_owner"] is True
    assert refusal_of(Door().post("/api/auth/link", {"token": token})) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("sign-in", {}, "name"),
        ("sign-in", {"name": "Ada"}, "password"),
        ("sign-in", {"name": "", "password": "x"}, "name"),
        ("sign-in", {"name": "Ada", "password": "x" * 1025}, "password"),
        ("sign-in", {"name": "Ada", "password": "x", "remember": True}, "remember"),
        ("sign-in", {"name": ["Ada"], "password": "x"}, "name"),
        ("sign-in", [], "body"),
        ("sign-in", None, "body"),
        ("link", {"token": "x" * 201}, "token"),
        ("link", {"token": None}, "token"),
    ],
)
def test_wrong_bodies_name_the_field(db: None, path: str, body: object, field: str) -> None:
    response = Door().post(f"/api/auth/{path}", body)
    assert refusal_of(response) == (422, "invalid")
    assert body_of(response)["facts"] == {"field": field}


def test_refresh_rotates_the_cookie(ada: Person) -> None:
    door = signed_in_by_password()
    before = cookie_of(door).value
    body = assert_as_documented(door.post("/api/auth/refresh", {}, **GUARD), "refresh")
    assert cookie_of(door).value != before
    assert read_access_token(body["access_token"]).session_id == Session.objects.get().id


def test_reused_cookie_ends_the_session(ada: Person) -> None:
    door = signed_in_by_password()
    stolen = cookie_of(door).value
    door.token = body_of(door.post("/api/auth/refresh", **GUARD))["access_token"]
    assert door.get("/api/auth/me").status_code == 200
    thief = Door()
    thief.client.cookies["financehub_refresh"] = stolen
    response = thief.post("/api/auth/refresh", **GUARD, User_Agent="Thief/1.0")
    assert refusal_of(response) == (401, "unauthenticated")
    assert body_of(response)["facts"] == {"reason": "reused"}
    assert refusal_of(door.get("/api/auth/me")) == (401, "unauthenticated")
    assert refusal_of(door.post("/api/auth/refresh", **GUARD)) == (401, "unauthenticated")


def test_thief_who_looks_like_the_owner_is_found_out_by_the_owner(ada: Person) -> None:
    door, thief = signed_in_by_password(), Door()
    thief.client.cookies["financehub_refresh"] = cookie_of(door).value
    assert door.post("/api/auth/refresh", **GUARD).status_code == 200
    taken = thief.post("/api/auth/refresh", **GUARD)
    assert taken.status_code == 200
    assert refusal_of(door.post("/api/auth/refresh", **GUARD)) == (401, "unauthenticated")
    thief.token = body_of(taken)["access_token"]
    assert refusal_of(thief.get("/api/auth/me")) == (401, "unauthenticated")
    assert refusal_of(thief.post("/api/auth/refresh", **GUARD)) == (401, "unauthenticated")


def test_refresh_without_a_cookie(db: None) -> None:
    response = Door().post("/api/auth/refresh", {}, **GUARD)
    assert refusal_of(response) == (401, "unauthenticated")
    assert body_of(response)["facts"] == {"reason": "missing"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X_FinanceHub_Request": "0"},
        {"X_FinanceHub_Request": "1", "Origin": "https://evil.example"},
        {"X_FinanceHub_Request": "1", "Origin": "null"},
        {"X_FinanceHub_Request": "1", "Origin": "https://testserver"},
        {"X_FinanceHub_Request": "1", "Origin": "http://testserver.evil.example"},
        {"X_FinanceHub_Request": "1", "Origin": "http://testserver/"},
        {"X_FinanceHub_Request": "1", "Origin": "http://user@testserver"},
    ],
)
@pytest.mark.parametrize("path", ["refresh", "sign-out"])
def test_another_site_cannot_use_the_cookie(ada: Person, path: str, headers: dict[str, str]) -> None:
    door = signed_in_by_password()
    before = cookie_of(door).value
    assert refusal_of(door.post(f"/api/auth/{path}", {}, **headers)) == (403, "denied")
    assert cookie_of(door).value == before
    assert door.post("/api/auth/refresh", {}, **GUARD, Origin="http://testserver").status_code == 200


def test_sign_out_ends_the_session_and_drops_the_cookie(ada: Person) -> None:
    door = signed_in_by_password()
    response = door.post("/api/auth/sign-out", **GUARD)
    assert (response.status_code, response.content) == (204, b"")
    assert (cookie_of(door).value, cookie_of(door)["max-age"], cookie_of(door)["path"]) == ("", 0, "/api/auth")
    assert refusal_of(door.get("/api/auth/me")) == (401, "unauthenticated")
    assert not is_session_active(Session.objects.get().id)


def test_me(door: Door, ada: Person) -> None:
    body = assert_as_documented(door.get("/api/auth/me"), "get_me")
    assert body == {"data": {"id": ada.id, "name": "Ada", "is_owner": False, "has_password": True}}


def test_sessions_are_listed_and_the_current_one_marked(ada: Person, door: Door) -> None:
    elsewhere = signed_in_by_password()
    body = assert_as_documented(door.get("/api/auth/sessions"), "list_sessions")
    here, there = (read_access_token(one.token).session_id for one in (door, elsewhere))
    assert [(session["id"], session["is_current"]) for session in body["data"]] == [(there, False), (here, True)]
    assert set(body["data"][0]) == {"id", "created_at", "last_used_at", "ip", "user_agent", "is_current"}


def test_own_session_is_ended(ada: Person, door: Door) -> None:
    elsewhere = signed_in_by_password()
    session_id = read_access_token(elsewhere.token).session_id
    assert door.ask("DELETE", f"/api/auth/sessions/{session_id}").status_code == 204
    response = elsewhere.get("/api/auth/me")
    assert refusal_of(response) == (401, "unauthenticated")
    assert body_of(response)["facts"] == {"reason": "revoked"}
    assert refusal_of(door.ask("DELETE", f"/api/auth/sessions/{session_id}")) == (404, "not_found")


def test_session_of_another_is_not_there(ada: Person, bob: Person, door: Door) -> None:
    theirs = sign_in_quickly(bob)
    for session_id in (theirs.session_id, "f" * 32, "x" * 500, "%00"):
        assert refusal_of(door.ask("DELETE", f"/api/auth/sessions/{session_id}")) == (404, "not_found")
    assert refusal_of(door.get(f"/api/auth/sessions?user_id={bob.id}")) == (404, "not_found")
    assert is_session_active(theirs.session_id)


def test_owner_sees_and_ends_sessions_of_others(ada: Person, olga: Person) -> None:
    theirs = sign_in_quickly(ada)
    owner = Door(sign_in_quickly(olga).access_token)
    listed = body_of(owner.get(f"/api/auth/sessions?user_id={ada.id}"))["data"]
    assert [(session["id"], session["is_current"]) for session in listed] == [(theirs.session_id, False)]
    assert owner.ask("DELETE", f"/api/auth/sessions/{theirs.session_id}").status_code == 204
    assert not is_session_active(theirs.session_id)


def test_password_is_changed_and_other_sessions_end(ada: Person, door: Door) -> None:
    elsewhere = signed_in_by_password()
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert door.post("/api/auth/password", body).status_code == 204
    assert door.get("/api/auth/me").status_code == 200
    assert refusal_of(elsewhere.get("/api/auth/me")) == (401, "unauthenticated")
    assert Door().post("/api/auth/sign-in", {"name": "Ada", "password": NEW_PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"current_password": "wrong-password-here", "new_password": NEW_PASSWORD}, 403, "denied"),
        ({"current_password": None, "new_password": NEW_PASSWORD}, 403, "denied"),
        ({"current_password": PASSWORD, "new_password": "short"}, 422, "invalid"),
        ({"new_password": NEW_PASSWORD}, 422, "invalid"),
    ],
)
def test_password_that_cannot_be_changed(ada: Person, door: Door, body: object, status: int, code: str) -> None:
    assert refusal_of(door.post("/api/auth/password", body)) == (status, code)
    assert Door().post("/api/auth/sign-in", {"name": "Ada", "password": PASSWORD}).status_code == 200


def test_expired_token_is_refused(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    pass_time(-timedelta(minutes=11))
    signed_in = sign_in_quickly(ada)
    response = Door(signed_in.access_token).get("/api/auth/me")
    assert refusal_of(response) == (401, "unauthenticated")
    assert body_of(response)["facts"] == {"reason": "expired"}
    assert response["WWW-Authenticate"] == "Bearer"
