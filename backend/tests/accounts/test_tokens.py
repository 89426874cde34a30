"""Access tokens: what is read back, and every forgery that is refused."""

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.conf import settings

from financehub.accounts import tokens
from financehub.accounts.tokens import ACCESS_LIFETIME, mint_access_token, read_access_token, signing_key
from financehub.errors import SetupError, Unauthenticated


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    good = {
        "sub": "7",
        "sid": "a" * 32,
        "typ": "access",
        "aud": "financehub",
        "jti": "b" * 32,
        "nbf": now,
        "exp": now + timedelta(minutes=5),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(payload: dict[str, Any], *, algorithm: str = "HS256", key: str | None = None) -> str:
    return jwt.encode(payload, key or signing_key(), algorithm=algorithm)


def test_minted_token_is_read_back() -> None:
    token, expires_at = mint_access_token(7, "c" * 32)
    read = read_access_token(token)
    assert (read.user_id, read.session_id, read.expires_at) == (7, "c" * 32, expires_at)
    assert timedelta(0) < expires_at - datetime.now(UTC) <= ACCESS_LIFETIME <= timedelta(minutes=15)
    assert jwt.get_unverified_header(token)["alg"] == "HS256"


def test_every_token_has_an_id_of_its_own() -> None:
    first, second = (read_access_token(mint_access_token(7, "c" * 32)[0]) for _ in range(2))
    assert first.jti != second.jti


def test_the_test_itself_makes_good_tokens() -> None:
    assert read_access_token(signed(claims())).user_id == 7


EARLIER, LATER = datetime.now(UTC) - timedelta(seconds=2), datetime.now(UTC) + timedelta(hours=1)
FORGERIES = {
    "wrong audience": claims(aud="another"),
    "audience in a list": claims(aud=["financehub"]),
    "not yet valid": claims(nbf=LATER),
    "wrong kind": claims(typ="refresh"),
    "no kind": claims(typ=None),
    "no expiry": claims(exp=None),
    "no start": claims(nbf=None),
    "no audience": claims(aud=None),
    "no id": claims(jti=None),
    "no session": claims(sid=None),
    "no user": claims(sub=None),
    "user is not a number": claims(sub="7; drop"),
    "user is not a text": claims(sub=7),
    "user in other digits": claims(sub="٧"),
    "session is not a text": claims(sid=["a"]),
    "empty session": claims(sid=""),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_wrong_claims_are_refused(name: str) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        read_access_token(signed(FORGERIES[name]))
    assert refusal.value.facts == {"reason": "invalid"}


def test_expired_token_is_refused_and_says_so() -> None:
    with pytest.raises(Unauthenticated) as refusal:
        read_access_token(signed(claims(exp=EARLIER)))
    assert refusal.value.facts == {"reason": "expired"}


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_other_algorithms_are_refused(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(signed(claims(), algorithm=algorithm))


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
def test_unsigned_token_is_refused(name: str) -> None:
    def part(value: dict[str, Any]) -> str:
        return (
            base64.urlsafe_b64encode(json.dumps(value, default=lambda moment: moment.timestamp()).encode()).decode().rstrip("=")
        )

    for signature in ("", signed(claims()).rsplit(".", 1)[1]):
        with pytest.raises(Unauthenticated):
            read_access_token(f"{part({'alg': name, 'typ': 'JWT'})}.{part(claims())}.{signature}")


def test_token_of_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(signed(claims(), key="k" * 64))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "bearer", "é.ü.ß", "\x00", "a" * 10_000])
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        read_access_token(token)


def test_changed_payload_is_refused() -> None:
    header, _, signature = signed(claims()).split(".")
    payload = signed(claims(sub="1")).split(".")[1]
    with pytest.raises(Unauthenticated):
        read_access_token(f"{header}.{payload}.{signature}")


def test_key_is_made_once_and_kept_where_only_its_owner_reads() -> None:
    signing_key()
    file = settings.CONFIGURATION.data_dir / "jwt_secret"
    assert file.read_text() == signing_key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(signing_key()) >= 64


def test_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FINANCEHUB_JWT_SECRET", "s" * 31)
    with pytest.raises(SetupError) as refusal:
        tokens._signing_key(tmp_path)
    assert "FINANCEHUB_JWT_SECRET" in refusal.value.message
    assert "sss" not in refusal.value.message
