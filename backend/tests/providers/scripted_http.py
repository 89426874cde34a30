"""A source that answers over HTTP as its script says, and a monitor that notes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from made_up_source import FakeTime, make_endpoint, make_provider

from financehub.market.fx_rate import FxRatesQuery
from financehub.providers.base_api_fetcher import BaseAPIFetcher, Fetched
from financehub.providers.fetch_monitor import FetchRecord
from financehub.providers.provider import Provider, Request
from financehub.providers.source_settings import SourceSettings

QUERY = FxRatesQuery(base="EUR")
LAST_PAGE = b"[1, 0]"


class NotingMonitor:
    def __init__(self) -> None:
        self.records: list[FetchRecord] = []

    def record_fetch(self, record: FetchRecord) -> None:
        self.records.append(record)

    @property
    def outcomes(self) -> list[tuple[int, str, int | None]]:
        return [(record.attempt, record.outcome, record.status) for record in self.records]


class Harness:
    """A fetcher over a scripted source: each item of `script` answers one call."""

    def __init__(self, *script: httpx.Response | Exception, provider: Provider | None = None, **settings: Any) -> None:
        self.script = list(script)
        self.sent: list[httpx.Request] = []
        self.monitor = NotingMonitor()
        self.time = FakeTime()
        self.provider = provider or make_provider()
        self.turns: list[int] = []
        self.settings = SourceSettings(**settings)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _take_turn(self, provider: Provider, request: Request) -> None:
        self.turns.append(request.cost)

    async def fetch(self, fetcher: BaseAPIFetcher | None = None, **kwargs: Any) -> Fetched[list[int]]:
        endpoint = kwargs.pop("endpoint", make_endpoint())
        async with self.open(**kwargs) as made:
            return await (fetcher or made).fetch(endpoint, QUERY)

    @asynccontextmanager
    async def open(self, **kwargs: Any) -> AsyncIterator[BaseAPIFetcher]:
        options = {
            "take_turn": self._take_turn,
            "monitor": self.monitor,
            "sleep": self.time.sleep,
            "jitter": lambda: 0.5,
        } | kwargs
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as client:
            yield BaseAPIFetcher(self.provider, self.settings, client, **options)


def ok(body: bytes = LAST_PAGE, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=body, headers={"content-type": "application/json", **headers})
