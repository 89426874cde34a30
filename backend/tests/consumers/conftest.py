from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from consumers.socket_market import Browser, PlayedNaming

from financehub import clock
from financehub.accounts.tokens import AccessClaims
from financehub.bus import MemoryBus
from financehub.consumers import handshake, market_data
from financehub.consumers.connections import Connections, install_connections
from financehub.consumers.fan_out import FanOut, install_fan_out
from financehub.consumers.market_data import CLOSE_SIGNED_OUT
from financehub.consumers.routing import websocket_application
from financehub.errors import Unauthenticated


class PlayedAccounts:
    """Tokens that are their own claims; a session ends when a test says so."""

    def __init__(self) -> None:
        self.claims: dict[str, AccessClaims] = {}
        self.ended: set[str] = set()

    def token(self, user_id: int = 1, session_id: str = "s1", seconds: float = 600.0) -> str:
        token = f"token-{len(self.claims)}"
        expires_at = clock.wall_now() + timedelta(seconds=seconds)
        self.claims[token] = AccessClaims(user_id=user_id, session_id=session_id, expires_at=expires_at, jti=token)
        return token

    async def authenticate(self, token: str) -> AccessClaims:
        claims = self.claims.get(token)
        if claims is None or claims.session_id in self.ended or claims.expires_at <= clock.wall_now():
            raise Unauthenticated("the access token is not valid; sign in again", reason="invalid")
        return claims


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> PlayedAccounts:
    accounts = PlayedAccounts()
    monkeypatch.setattr(handshake, "authenticate", accounts.authenticate)
    monkeypatch.setattr(market_data, "authenticate", accounts.authenticate)
    return accounts


@pytest.fixture
def connections() -> Iterator[Connections]:
    connections = Connections()
    install_connections(connections)
    yield connections
    install_connections(Connections())


@pytest.fixture
async def fan_out(bus: MemoryBus, connections: Connections) -> AsyncIterator[FanOut]:
    async def end(user_id: int, session_id: str | None) -> None:
        await connections.end_session(user_id, session_id, CLOSE_SIGNED_OUT, "the session has ended")

    fan_out = FanOut(bus, end)
    await fan_out.start()
    install_fan_out(fan_out)
    yield fan_out
    await fan_out.stop()
    install_fan_out(None)


@pytest.fixture
def browser(fan_out: FanOut, accounts: PlayedAccounts, monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[Browser]:
    class Orchestrator:
        naming = PlayedNaming()

    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    monkeypatch.setattr(market_data, "current_orchestrator", Orchestrator)
    return Browser(websocket_application, accounts)
