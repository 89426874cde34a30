"""The one way over HTTP to a source: take a turn, add the key, send, classify, retry what may be retried, parse, tell the monitor."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import httpx
import msgspec
from msgspec import Struct

from financehub import clock
from financehub.errors import BadPayload, KeyMissing, NoAnswer, RateLimited, Retired, SourceError
from financehub.market.bar import Candles
from financehub.providers.classify_response import HEAD_BYTES, classify_response
from financehub.providers.fetch_monitor import FetchMonitor, FetchRecord
from financehub.providers.limit_turns import LearnsFromHeaders, TakeTurn
from financehub.providers.provider import Endpoint, KeyPlace, Provider, Request
from financehub.providers.response_recorder import Recorder, Reply
from financehub.providers.source_settings import SourceSettings, setting_name

Query = TypeVar("Query")
Value = TypeVar("Value")

_SETTLING = timedelta(seconds=2)
"""A bar is called final this much after its end: the source's clock and its last trades may lag ours."""


class FetchPolicy(Struct, frozen=True, kw_only=True):
    """How long and how often to try, and how much to read; the deadline is what the next source in line waits at most."""

    attempts: int = 3
    deadline_seconds: float = 10.0
    connect_seconds: float = 4.0
    read_seconds: float = 5.0
    backoff_seconds: float = 0.3
    backoff_cap_seconds: float = 8.0
    max_bytes: int = 64 * 1024 * 1024
    max_redirects: int = 3


class Fetched(Struct, Generic[Value], frozen=True, kw_only=True):
    """An answer: `fetched_at` is market time; `is_complete` is False where more pages exist than may be read."""

    value: Value
    fetched_at: datetime
    milliseconds: float
    is_complete: bool = True


class BaseAPIFetcher:
    """Fetch from one provider. One per provider and process: it remembers how long the source wants to be left alone.

    Raises only leaves of SourceError; neither they, nor logs, nor what the monitor hears, ever hold the key. `client` is pooled and
    shared; time-outs are set per request. `jitter` gives numbers in [0, 1); both it and `sleep` are there to be replaced in tests.
    """

    def __init__(
        self,
        provider: Provider,
        settings: SourceSettings,
        client: httpx.AsyncClient,
        *,
        take_turn: TakeTurn,
        monitor: FetchMonitor,
        recorder: Recorder | None = None,
        policy: FetchPolicy | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.provider = provider
        self._settings = settings
        self._client = client
        self._take_turn = take_turn
        self._monitor = monitor
        self._recorder = recorder
        self._policy = policy or FetchPolicy()
        self._sleep = sleep
        self._jitter = jitter
        self._rest_until = 0.0

    async def fetch(self, endpoint: Endpoint[Query, Value], query: Query) -> Fetched[Value]:
        """Return what `endpoint` answers to `query`, all its pages joined."""
        if self.provider.retired:
            raise Retired(f"{self.provider.name} was shut down: {self.provider.retired}", source=self.provider.id)
        started = clock.monotonic()
        deadline = started + self._policy.deadline_seconds
        try:
            async with asyncio.timeout(self._policy.deadline_seconds):
                pages, is_complete = await self._fetch_pages(endpoint, query, deadline)
        except TimeoutError:
            seconds = self._policy.deadline_seconds
            raise NoAnswer(f"{self.provider.name} did not answer within {seconds:g} s", source=self.provider.id) from None
        now = clock.now()
        value = settle_bars(join_pages(pages), now)
        return Fetched(value=value, fetched_at=now, milliseconds=(clock.monotonic() - started) * 1_000, is_complete=is_complete)

    async def _fetch_pages(self, endpoint: Endpoint[Query, Value], query: Query, deadline: float) -> tuple[list[Value], bool]:
        request: Request | None = endpoint.request(query)
        pages: list[Value] = []
        while request is not None and len(pages) < endpoint.max_pages:
            value, body = await self._fetch_page(endpoint, query, request, deadline)
            pages.append(value)
            request = endpoint.next_request(body, query, request) if endpoint.next_request else None
        return pages, request is None

    async def _fetch_page(
        self, endpoint: Endpoint[Query, Value], query: Query, request: Request, deadline: float
    ) -> tuple[Value, bytes]:
        """Try until an answer, an error that trying again cannot mend, the last attempt, or a wait beyond the deadline."""
        for attempt in range(1, self._policy.attempts + 1):
            try:
                return await self._attempt(endpoint, query, request, attempt)
            except SourceError as error:
                wait = self._wait_before_retry(error, attempt)
                if wait is None or clock.monotonic() + wait >= deadline:
                    raise
                await self._sleep(wait)
        raise AssertionError("the last attempt either returns or raises")

    def _wait_before_retry(self, error: SourceError, attempt: int) -> float | None:
        """Return the seconds to wait, None when the error is final: full jitter, on top of what the source asks for."""
        if not error.retryable or attempt >= self._policy.attempts:
            return None
        backoff = min(self._policy.backoff_cap_seconds, self._policy.backoff_seconds * 2.0 ** (attempt - 1)) * self._jitter()
        asked = error.retry_after if isinstance(error, RateLimited) else None
        return backoff + (asked or 0.0)

    async def _attempt(
        self, endpoint: Endpoint[Query, Value], query: Query, request: Request, attempt: int
    ) -> tuple[Value, bytes]:
        """Send once and parse. Whatever comes of it is told to the monitor, except a refusal of our own to send."""
        self._require_rest_is_over()
        await self._take_turn(self.provider, request)
        started, at = clock.monotonic(), clock.wall_now()
        reply: Reply | None = None
        outcome, reason = "ok", ""
        try:
            reply = await self._send(request)
            self._learn(endpoint, request, reply)
            return endpoint.parse(reply.body, query), reply.body
        except SourceError as error:
            outcome, reason = error.code, error.message
            self._remember_rest(error)
            raise
        except asyncio.CancelledError:
            outcome, reason = NoAnswer.code, "given up before an answer came"
            raise
        finally:
            self._monitor.record_fetch(
                FetchRecord(
                    provider=self.provider.id,
                    endpoint=endpoint.name,
                    at=at,
                    attempt=attempt,
                    outcome=outcome,
                    reason=reason,
                    status=reply.status if reply else None,
                    milliseconds=(clock.monotonic() - started) * 1_000,
                    size=len(reply.body) if reply else 0,
                    cost=request.cost,
                )
            )

    def _learn(self, endpoint: Endpoint[Any, Any], request: Request, reply: Reply) -> None:
        """Correct the budget by the headers, keep the answer if wished, and raise what a refusal means."""
        if isinstance(self._take_turn, LearnsFromHeaders):
            self._take_turn.learn(self.provider, reply.headers)
        if self._recorder:
            self._recorder.record_response(self.provider, endpoint.name, request, reply)
        error = classify_response(
            self.provider,
            reply.status,
            reply.headers,
            reply.body[:HEAD_BYTES],
            now=clock.wall_now(),
            has_key=self._settings.key is not None and self.provider.key is not None,
        )
        if error:
            raise error

    def _require_rest_is_over(self) -> None:
        """Raise RateLimited, without a call, while the source wants to be left alone: calling during a ban lengthens it."""
        left = self._rest_until - clock.monotonic()
        if left > 0:
            raise RateLimited(
                f"{self.provider.name} wants to be left alone for another {left:.0f} s",
                retry_after=round(left, 3),
                source=self.provider.id,
            )

    def _remember_rest(self, error: SourceError) -> None:
        if isinstance(error, RateLimited) and error.retry_after:
            self._rest_until = max(self._rest_until, clock.monotonic() + error.retry_after)

    async def _send(self, request: Request) -> Reply:
        """Send, follow redirects within the same origin, and read the body. The key never shows in what is raised."""
        url = self._url_of(request)
        headers = self._headers_of(request)
        try:
            for _ in range(self._policy.max_redirects + 1):
                reply, location = await self._send_once(url, headers)
                if location is None or (target := url.join(location)).netloc != url.netloc or target.scheme != url.scheme:
                    return reply
                url = target
        except httpx.ConnectError as error:
            raise NoAnswer(f"{self.provider.name} cannot be reached: {error}", source=self.provider.id) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kind = type(error).__name__
            raise NoAnswer(f"{self.provider.name} did not answer: {kind}", source=self.provider.id, kind=kind) from None
        raise NoAnswer(f"{self.provider.name} sends us in circles", source=self.provider.id)

    async def _send_once(self, url: httpx.URL, headers: list[tuple[str, str]]) -> tuple[Reply, str | None]:
        policy = self._policy
        timeout = httpx.Timeout(policy.read_seconds, connect=policy.connect_seconds)
        async with self._client.stream("GET", url, headers=headers, timeout=timeout, follow_redirects=False) as response:
            body = await self._read_body(response)
            found = {name.lower(): value for name, value in response.headers.items()}
            reply = Reply(response.status_code, found, body)
            return reply, found.get("location") if response.is_redirect else None

    async def _read_body(self, response: httpx.Response) -> bytes:
        """Read up to the cap; BadPayload beyond it, before the rest is read."""
        cap = self._policy.max_bytes
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > cap:
                raise BadPayload(f"{self.provider.name} sent more than {cap} bytes", source=self.provider.id, limit=cap)
        return bytes(body)

    def _url_of(self, request: Request) -> httpx.URL:
        params = list(request.params)
        if (key := self._key_at(KeyPlace.QUERY)) is not None:
            params.append(key)
        base = self._settings.base_url(self.provider, request.host)
        url = httpx.URL(base + request.path)
        return url.copy_merge_params(tuple(params)) if params else url

    def _headers_of(self, request: Request) -> list[tuple[str, str]]:
        headers = [(name, self._fill(value)) for name, value in self.provider.headers] + list(request.headers)
        if (key := self._key_at(KeyPlace.HEADER)) is not None:
            headers.append(key)
        return headers

    def _fill(self, template: str) -> str:
        """Put settings into a header; KeyMissing where the source insists on a contact and none is set."""
        if "{contact}" in template and not self._settings.contact:
            raise KeyMissing(
                f"{self.provider.name} wants to know whom to write to: set FINANCEHUB_CONTACT to a name and an address",
                source=self.provider.id,
                setting="FINANCEHUB_CONTACT",
            )
        return template.replace("{contact}", self._settings.contact)

    def _key_at(self, place: KeyPlace) -> tuple[str, str] | None:
        """Return the name and value of the key where it belongs at `place`. Raises KeyMissing."""
        key = self.provider.key
        if key is None:
            return None
        if self._settings.key is None:
            if not key.is_required:
                return None
            setting = setting_name(self.provider, "KEY")
            raise KeyMissing(f"{self.provider.name} needs a key: set {setting}", source=self.provider.id, setting=setting)
        return (key.name, key.prefix + self._settings.key) if key.place is place else None


def join_pages(pages: list[Value]) -> Value:
    """Return one value of all pages: lists and bars one after the other; anything else has one page."""
    first = pages[0]
    if isinstance(first, list):
        return [row for page in pages for row in page]  # type: ignore[return-value, attr-defined]
    if isinstance(first, Candles) and len(pages) > 1:
        return msgspec.structs.replace(first, bars=[bar for page in pages for bar in page.bars])  # type: ignore[attr-defined]
    return first


def settle_bars(value: Value, now: datetime) -> Value:
    """Return the value with every bar that can still change marked so; anything but bars is returned as it is."""
    if not isinstance(value, Candles):
        return value
    bars = [
        bar if bar.time + bar.interval.duration + _SETTLING <= now else msgspec.structs.replace(bar, is_final=False)
        for bar in value.bars
    ]
    return msgspec.structs.replace(value, bars=bars)


class _WithoutQuery(logging.Filter):
    """Cut the query off the URLs that httpx logs: a key may stand in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


logging.getLogger("httpx").addFilter(_WithoutQuery())
