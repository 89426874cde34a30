"""The access token at the door of every operation that is not public."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from financehub.accounts.queries import is_session_active
from financehub.accounts.session_liveness import live_sessions
from financehub.accounts.tokens import AccessClaims, read_access_token
from financehub.api.rate_limits import take_user_turn
from financehub.api.reader_threads import read
from financehub.errors import Unauthenticated


class AccessTokenBearer(HttpBearer):
    """Admit a valid access token of a session that still lives, and take one of its user's turns."""

    is_async = True

    async def authenticate(self, request: HttpRequest, token: str) -> AccessClaims:
        claims = read_access_token(token)
        await _require_live_session(claims.session_id)
        take_user_turn(claims.user_id)
        return claims


async def _require_live_session(session_id: str) -> None:
    """Raise Unauthenticated for a session that has ended; at most every two seconds the database is asked about it."""
    if live_sessions.is_known(session_id):
        return
    endings = live_sessions.endings
    if not await read(is_session_active, session_id):
        raise Unauthenticated("the session has ended; sign in again", reason="revoked")
    live_sessions.remember(session_id, endings)


def caller_of(request: HttpRequest) -> AccessClaims:
    """Return who asks; only for operations behind the bearer."""
    claims = getattr(request, "auth", None)
    if not isinstance(claims, AccessClaims):
        raise Unauthenticated("an access token is needed", reason="missing")
    return claims
