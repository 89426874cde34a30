"""Nobody gets in who should not, and whoever is refused is refused before the socket opens and told why."""

from datetime import timedelta

import jwt
import pytest
from msgspec.structs import replace

from financehub import clock
from financehub.accounts.tokens import ALGORITHM, AUDIENCE, mint_access_token, signing_key
from financehub.consumers import websocket_auth
from financehub.consumers.routing import websocket_application
from financehub.consumers.websocket_auth import authenticate
from financehub.errors import Unauthenticated


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://testserver.evil.example",
        "http://testserver@evil.example",
        "http://testserver:81",
        "http://testserver/",
        "ftp://testserver",
        "null",
        "http://app.example.evil.example",
        "https://APP.example/",
    ],
)
async def test_a_foreign_page_is_refused(browser, settings, monkeypatch, origin, connections):
    allow(monkeypatch, settings, "https://app.example")
    status, body, _ = await browser.page(token=browser.accounts.token(), origin=origin).refusal()
    assert (status, body["code"], body["facts"]) == (403, "denied", {"origin": origin})
    assert connections.count() == 0


@pytest.mark.parametrize("origin", ["http://testserver", "https://testserver", "https://app.example", None])
async def test_our_own_page_a_listed_one_and_a_program_are_let_in(browser, settings, monkeypatch, origin):
    allow(monkeypatch, settings, "https://app.example")
    page = browser.page(token=browser.accounts.token(), origin=origin)
    assert (await page.connect())["type"] == "websocket.accept"
    await page.disconnect()


def allow(monkeypatch, settings, *origins) -> None:
    settings.CONFIGURATION = replace(settings.CONFIGURATION, allowed_origins=origins)


async def test_two_origins_are_one_too_many(browser):
    page = browser.page(token=browser.accounts.token(), headers=[(b"origin", b"http://evil.example")])
    assert (await page.refusal())[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example"])
async def test_a_host_that_is_not_ours_is_refused_even_with_a_matching_origin(browser, host):
    page = browser.page(token=browser.accounts.token(), host=host, origin=f"http://{host}")
    assert (await page.refusal())[0] == 403


@pytest.mark.parametrize("name", ["token", "access_token", "Authorization", "jwt", "anything"])
async def test_a_token_in_the_url_is_refused_even_beside_a_good_one(browser, name):
    value = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWhlcmU"
    page = browser.page(f"/ws/market-multi?{name}={value}", token=browser.accounts.token())
    status, body, _ = await page.refusal()
    assert (status, body["facts"]) == (401, {"reason": "token_in_url"})
    assert value not in str(body)


async def test_no_token_is_refused(browser):
    status, body, headers = await browser.page().refusal()
    assert (status, body["code"], body["facts"]) == (401, "unauthenticated", {"reason": "missing"})
    assert headers["www-authenticate"] == "Bearer"


async def test_an_unknown_token_is_refused(browser):
    status, body, _ = await browser.page(token="nonsense").refusal()
    assert (status, body["facts"]) == (401, {"reason": "invalid"})
    assert "nonsense" not in str(body)


async def test_two_tokens_are_one_too_many(browser):
    headers = [(b"authorization", b"Bearer " + browser.accounts.token().encode())]
    assert (await browser.page(token=browser.accounts.token(), headers=headers).refusal())[0] == 401


async def test_a_program_may_use_the_header(browser):
    page = browser.page(
        origin=None, subprotocols=[], headers=[(b"authorization", b"bearer " + browser.accounts.token().encode())]
    )
    answer = await page.connect()
    assert (answer["type"], answer["subprotocol"]) == ("websocket.accept", None)
    await page.disconnect()


async def test_the_token_is_never_the_answered_subprotocol(browser):
    page = browser.page(subprotocols=[f"bearer.{browser.accounts.token()}"])
    assert (await page.connect())["subprotocol"] is None
    await page.disconnect()


async def test_a_server_that_cannot_answer_in_http_closes_with_a_code(browser):
    page = browser.page(token="nonsense")
    page.scope["extensions"] = {}
    answer = await page.connect()
    assert (answer["type"], answer["code"]) == ("websocket.close", 4401)


@pytest.mark.parametrize("path", ["/ws/elsewhere", "/ws/market/BTCUSDT", "/"])
async def test_an_unknown_path_is_not_found(browser, path):
    assert (await browser.page(path, token=browser.accounts.token()).refusal())[0] == 404


async def test_an_unknown_path_tells_a_stranger_nothing(browser):
    assert (await browser.page("/ws/elsewhere").refusal())[0] == 401


@pytest.fixture
def active(monkeypatch):
    sessions = {"s1"}
    monkeypatch.setattr(websocket_auth, "is_session_active", lambda session_id: session_id in sessions)
    return sessions


async def test_a_minted_token_says_whose_it_is(active):
    token, expires_at = mint_access_token(7, "s1")
    claims = await authenticate(token)
    assert (claims.user_id, claims.session_id, claims.expires_at) == (7, "s1", expires_at)


async def test_a_revoked_session_is_refused_while_its_token_lives(active):
    token, _ = mint_access_token(7, "s1")
    active.clear()
    with pytest.raises(Unauthenticated) as refused:
        await authenticate(token)
    assert refused.value.facts == {"reason": "session_ended"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"exp": -1}, None),
        ({"nbf": 3600}, None),
        ({"aud": "elsewhere"}, None),
        ({"typ": "refresh"}, None),
        ({"sid": None}, None),
        ({}, "a key of somebody else that is long enough"),
    ],
)
async def test_a_forged_or_wrong_token_is_refused(active, changes, key):
    now = clock.wall_now()
    claims = {"sub": "7", "sid": "s1", "typ": "access", "aud": AUDIENCE, "jti": "j", "nbf": now, "exp": now + timedelta(60)}
    for name, value in changes.items():
        claims[name] = now + timedelta(seconds=value) if isinstance(value, int) else value
    with pytest.raises(Unauthenticated):
        await authenticate(jwt.encode(claims, key or signing_key(), algorithm=ALGORITHM))


async def test_an_unsigned_token_is_refused(active):
    claims = {"sub": "7", "sid": "s1", "typ": "access", "aud": AUDIENCE, "jti": "j"}
    with pytest.raises(Unauthenticated):
        await authenticate(jwt.encode(claims, "", algorithm="none"))


def test_the_gate_stands_before_every_socket():
    assert type(websocket_application).__name__ == "HandshakeGate"
