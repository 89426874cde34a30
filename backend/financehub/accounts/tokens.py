"""Access tokens: short-lived, signed, and good for nothing but what they say."""

import secrets
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import jwt
import msgspec
from django.conf import settings
from msgspec import Meta, Struct

from financehub import clock
from financehub.accounts.secret_file import read_or_create_secret
from financehub.errors import SetupError, Unauthenticated

ALGORITHM = "HS256"
AUDIENCE = "financehub"
ACCESS_LIFETIME = timedelta(minutes=10)
_MIN_SECRET_LENGTH = 32
_REQUIRED_CLAIMS = ["exp", "nbf", "aud", "typ", "jti", "sid", "sub"]


class AccessClaims(Struct, frozen=True, kw_only=True):
    """What a valid access token says."""

    user_id: int
    session_id: str
    expires_at: datetime
    jti: str


class _Claims(Struct, frozen=True):
    """The shape that the claims of an access token must have, whoever signed it."""

    typ: Literal["access"]
    sub: Annotated[str, Meta(pattern="^[0-9]{1,18}$")]
    sid: Annotated[str, Meta(min_length=1, max_length=64)]
    jti: Annotated[str, Meta(min_length=1, max_length=64)]
    exp: int


@cache
def _signing_key(folder: Path) -> str:
    secret = read_or_create_secret(folder / "jwt_secret", "FINANCEHUB_JWT_SECRET")
    if len(secret) < _MIN_SECRET_LENGTH:
        raise SetupError(
            f"the secret for access tokens must have at least {_MIN_SECRET_LENGTH} characters; "
            "set a longer FINANCEHUB_JWT_SECRET or remove the file jwt_secret",
            setting="FINANCEHUB_JWT_SECRET",
        )
    return secret


def signing_key() -> str:
    """Return the key of this installation, made on first use; raises SetupError for one that is too short to be safe."""
    return _signing_key(settings.CONFIGURATION.data_dir)


def mint_access_token(user_id: int, session_id: str) -> tuple[str, datetime]:
    """Return a new token for the session and when it expires."""
    now = clock.wall_now().replace(microsecond=0)
    expires_at = now + ACCESS_LIFETIME
    claims = {
        "sub": str(user_id),
        "sid": session_id,
        "typ": "access",
        "aud": AUDIENCE,
        "jti": secrets.token_hex(16),
        "nbf": now,
        "exp": expires_at,
    }
    return jwt.encode(claims, signing_key(), algorithm=ALGORITHM), expires_at


def read_access_token(token: str) -> AccessClaims:
    """Return what `token` says. Raises Unauthenticated for any that is not ours, not an access token, or not valid now.

    Whether its session still lives is another question: ask `queries.is_session_active`.
    """
    claims = _verify(token, signing_key())
    if claims.expires_at <= clock.wall_now():
        raise _expired()
    return claims


def _expired() -> Unauthenticated:
    return Unauthenticated("the access token has expired; refresh it or sign in again", reason="expired")


@lru_cache(maxsize=1024)
def _verify(token: str, key: str) -> AccessClaims:
    """Return what `token` says; one whose signature held once is not computed again, but whoever reads it looks at its end each time."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"require": _REQUIRED_CLAIMS, "strict_aud": True},
        )
    except jwt.ExpiredSignatureError:
        raise _expired() from None
    except jwt.InvalidTokenError:
        raise Unauthenticated("the access token is not valid; sign in again", reason="invalid") from None
    return _claims_of(claims)


def _claims_of(claims: dict[str, object]) -> AccessClaims:
    try:
        read = msgspec.convert(claims, _Claims)
    except msgspec.ValidationError:
        raise Unauthenticated("the access token is not valid; sign in again", reason="invalid") from None
    return AccessClaims(
        user_id=int(read.sub), session_id=read.sid, expires_at=datetime.fromtimestamp(read.exp, UTC), jti=read.jti
    )
