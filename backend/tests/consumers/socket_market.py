"""A browser that opens sockets, instruments it may ask for, and what a manager would publish."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from asgiref.testing import ApplicationCommunicator

from financehub.errors import FinanceHubError, NotFound
from financehub.market.instrument import AssetClass, Instrument
from financehub.orchestration.naming import Known

PROVENANCE = {
    "source": "venue",
    "as_of": "2026-03-02T15:00:00Z",
    "fetched_at": "2026-03-02T15:00:00Z",
    "delay_class": "live",
    "unit": "price",
    "currency": "USDT",
    "freshness": "realtime",
    "cached": None,
    "trace": [],
}


def payload(data: Any) -> bytes:
    return msgspec.json.encode({"data": data, "provenance": PROVENANCE})


def trades_payload(*numbers: int) -> bytes:
    trades = [
        {"trade_id": str(n), "price": 100.0 + n, "quantity": 1.0, "side": "buy", "time": "2026-03-02T15:00:00Z"} for n in numbers
    ]
    return payload({"trades": trades, "merged": 0})


def bar_payload(time: int, close: float, *, is_final: bool = False) -> bytes:
    return payload(
        {
            "interval": "1m",
            "time": time,
            "open": 1.0,
            "high": 9.0,
            "low": 0.5,
            "close": close,
            "volume": 3.0,
            "is_final": is_final,
        }
    )


class PlayedNaming:
    """BTCUSDT (also "bitcoin"), ETHUSDT and BRK.B; a hundred more from S0 to S299."""

    def _find(self, name: str) -> Known | FinanceHubError:
        symbol = {"bitcoin": "BTCUSDT", "btcusdt": "BTCUSDT"}.get(name, name)
        if symbol not in ("BTCUSDT", "ETHUSDT", "BRK.B") and not (symbol[0] == "S" and symbol[1:].isdigit()):
            return NotFound(f"there is no instrument {name}", symbol=name)
        venue = "XNYS" if symbol == "BRK.B" else "VENUE"
        return Known(Instrument(symbol=symbol, name=symbol, asset_class=AssetClass.CRYPTO, currency="USDT", venue=venue), {})

    async def find_all(self, symbols: Sequence[str]) -> dict[str, Known | FinanceHubError]:
        return {symbol: self._find(symbol) for symbol in symbols}


class Page(ApplicationCommunicator):
    """One socket, spoken to as an ASGI server would."""

    def __init__(self, application: Any, scope: dict[str, Any]) -> None:
        super().__init__(application, scope)
        self.scope = scope

    async def connect(self) -> dict[str, Any]:
        """Open the socket; return how the application answered."""
        await self.send_input({"type": "websocket.connect"})
        return await self.receive_output(timeout=2)

    async def refusal(self) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Open the socket, which must be refused; return status, body and headers."""
        start = await self.connect()
        assert start["type"] == "websocket.http.response.start", start
        body = await self.receive_output(timeout=2)
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], json.loads(body["body"]), headers

    async def say(self, **message: Any) -> None:
        await self.say_raw(json.dumps(message))

    async def say_raw(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        message = await self.receive_output(timeout=2)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closed_with(self) -> tuple[int, str]:
        """Return code and reason of the close that must come next."""
        message = await self.receive_output(timeout=2)
        assert message["type"] == "websocket.close", message
        return message["code"], message.get("reason", "")

    async def disconnect(self, code: int = 1000) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": code})
        await self.wait(timeout=2)


class Browser:
    """Opens sockets as a page of our own would."""

    def __init__(self, application: Any, accounts: Any) -> None:
        self._application = application
        self.accounts = accounts

    def page(
        self,
        path: str = "/ws/market-multi",
        *,
        token: str | None = None,
        origin: str | None = "http://testserver",
        host: str = "testserver",
        headers: Sequence[tuple[bytes, bytes]] = (),
        subprotocols: Sequence[str] | None = None,
    ) -> Page:
        offered = ["financehub.v1", *([f"bearer.{token}"] if token else [])] if subprotocols is None else list(subprotocols)
        address, _, query = path.partition("?")
        scope = {
            "type": "websocket",
            "path": address,
            "query_string": query.encode(),
            "headers": [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else []), *headers],
            "subprotocols": offered,
            "client": ("127.0.0.1", 5000),
            "extensions": {"websocket.http.response": {}},
        }
        return Page(self._application, scope)

    async def open(self, path: str = "/ws/market-multi", **claims: Any) -> Page:
        """Open a socket that must be accepted, and hear its welcome; `claims` go into its token."""
        page = self.page(path, token=self.accounts.token(**claims))
        answer = await page.connect()
        assert (answer["type"], answer["subprotocol"]) == ("websocket.accept", "financehub.v1")
        assert (await page.hear())["type"] == "welcome"
        return page
