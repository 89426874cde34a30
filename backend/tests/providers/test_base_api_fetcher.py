import asyncio
import gzip
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from made_up_source import CANARY, HEADER_KEY, QUERY_KEY, make_endpoint, make_limit, make_provider
from scripted_http import LAST_PAGE, QUERY, Harness, NotingMonitor, ok

from financehub import clock
from financehub.errors import (
    BadPayload,
    BudgetExhausted,
    KeyMissing,
    KeyRejected,
    NoAnswer,
    NotCovered,
    RateLimited,
    Retired,
    SourceError,
)
from financehub.market.bar import Bar, Candles, Interval
from financehub.providers.base_api_fetcher import BaseAPIFetcher, FetchPolicy, join_pages, settle_bars
from financehub.providers.fetch_monitor import FetchRecord, SilentMonitor
from financehub.providers.limit_turns import LimitTurns
from financehub.providers.provider import Provider, Request
from financehub.providers.source_settings import SourceSettings


async def test_sends_what_the_adapter_says_and_gives_what_it_reads() -> None:
    harness = Harness(ok())
    moment = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with clock.use_clock(clock.ManualClock(clock.to_ns(moment))):
        fetched = await harness.fetch()
    assert (fetched.value, fetched.fetched_at, fetched.is_complete) == ([1, 0], moment, True)
    assert fetched.milliseconds >= 0
    assert [str(request.url) for request in harness.sent] == ["https://api.acme.example/rows?page=1"]
    assert harness.turns == [3]
    [record] = harness.monitor.records
    assert (record.provider, record.endpoint, record.outcome, record.status, record.size, record.cost) == (
        "acme",
        "rows",
        "ok",
        200,
        6,
        3,
    )


async def test_joins_pages_each_with_its_own_turn() -> None:
    harness = Harness(ok(b"[1]"), ok(b"[2]"), ok(b"[3, 0]"))
    fetched = await harness.fetch()
    assert (fetched.value, fetched.is_complete) == ([1, 2, 3, 0], True)
    assert [request.url.params["page"] for request in harness.sent] == ["1", "2", "3"]
    assert harness.turns == [3, 1, 1]


async def test_says_when_there_is_more_than_may_be_read() -> None:
    harness = Harness(ok(b"[1]"), ok(b"[2]"))
    fetched = await harness.fetch(endpoint=make_endpoint(max_pages=2))
    assert (fetched.value, fetched.is_complete) == ([1, 2], False)


async def test_goes_to_the_overridden_host_and_keeps_its_path() -> None:
    harness = Harness(ok(), hosts={"rest": "http://127.0.0.1:9/acme/"})
    await harness.fetch()
    assert str(harness.sent[0].url) == "http://127.0.0.1:9/acme/rows?page=1"


@pytest.mark.parametrize(
    "first", [httpx.Response(503), httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")]
)
async def test_tries_again_after_what_may_pass(first: httpx.Response | Exception) -> None:
    harness = Harness(first, ok())
    assert (await harness.fetch()).value == [1, 0]
    assert harness.time.slept == [0.15]
    assert [outcome for _, outcome, _ in harness.monitor.outcomes] == ["no_answer", "ok"]


async def test_gives_up_after_three_attempts_with_a_growing_random_wait() -> None:
    harness = Harness(*(httpx.Response(500) for _ in range(3)))
    with pytest.raises(NoAnswer, match="Acme answered with status 500"):
        await harness.fetch()
    assert harness.time.slept == [0.15, 0.3]
    assert harness.monitor.outcomes == [(1, "no_answer", 500), (2, "no_answer", 500), (3, "no_answer", 500)]


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(404), NotCovered),
        (httpx.Response(451), NotCovered),
        (httpx.Response(410), Retired),
        (ok(b"nonsense"), BadPayload),
        (ok(b'[1, "x"]'), BadPayload),
    ],
)
async def test_never_tries_again_what_is_final(response: httpx.Response, kind: type[SourceError]) -> None:
    harness = Harness(response)
    with pytest.raises(kind):
        await harness.fetch()
    assert harness.time.slept == []
    assert harness.monitor.outcomes == [(1, kind.code, response.status_code)]


async def test_waits_as_long_as_the_source_asks_and_not_a_call_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness(httpx.Response(429, headers={"Retry-After": "5"}), ok())
    monkeypatch.setattr(clock, "monotonic", harness.time.monotonic)
    assert (await harness.fetch()).value == [1, 0]
    assert harness.time.slept == [5.15]
    assert harness.monitor.outcomes == [(1, "rate_limited", 429), (2, "ok", 200)]


async def test_a_long_rest_is_not_sat_out_and_holds_for_later_calls() -> None:
    harness = Harness(httpx.Response(418, headers={"Retry-After": "600"}))
    async with harness.open() as fetcher:
        with pytest.raises(RateLimited) as raised:
            await fetcher.fetch(make_endpoint(), QUERY)
        assert raised.value.retry_after == 600
        with pytest.raises(RateLimited, match="Acme wants to be left alone for another 600 s") as again:
            await fetcher.fetch(make_endpoint(), QUERY)
    assert again.value.retry_after == pytest.approx(600, abs=5)
    assert len(harness.sent) == len(harness.turns) == len(harness.monitor.records) == 1
    assert harness.time.slept == []


async def test_asks_again_once_the_rest_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness(httpx.Response(429, headers={"Retry-After": "60"}), ok())
    now = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    async with harness.open() as fetcher:
        with pytest.raises(RateLimited):
            await fetcher.fetch(make_endpoint(), QUERY)
        now[0] += 60
        assert (await fetcher.fetch(make_endpoint(), QUERY)).value == [1, 0]


async def test_a_spent_budget_costs_no_call() -> None:
    harness = Harness(provider=make_provider(limits=(make_limit(2, 60),)))
    with pytest.raises(BudgetExhausted):
        await harness.fetch(take_turn=LimitTurns())
    assert harness.sent == []
    assert harness.monitor.records == []


async def test_the_budget_learns_from_the_headers() -> None:
    turns = LimitTurns()
    provider = make_provider(limits=(make_limit(1_000, 60, used_header="X-Used-1M"),))
    harness = Harness(ok(**{"X-USED-1m": "250"}), provider=provider)
    await harness.fetch(take_turn=turns)
    assert turns.spent(provider) == [250]


async def test_a_retired_source_is_not_asked() -> None:
    harness = Harness(provider=make_provider(retired="since 2024-08-31"))
    with pytest.raises(Retired, match="Acme was shut down: since 2024-08-31"):
        await harness.fetch()
    assert harness.sent == []


@pytest.mark.parametrize("key", [QUERY_KEY, HEADER_KEY])
async def test_the_key_goes_where_it_belongs(key: Any) -> None:
    harness = Harness(ok(), provider=make_provider(key=key), key=CANARY)
    await harness.fetch()
    [request] = harness.sent
    assert request.url.params.get("apikey") == (CANARY if key is QUERY_KEY else None)
    assert request.headers.get("authorization") == (f"Bearer {CANARY}" if key is HEADER_KEY else None)


async def test_a_missing_key_names_its_setting() -> None:
    harness = Harness(provider=make_provider(key=QUERY_KEY))
    with pytest.raises(KeyMissing, match="set FINANCEHUB_ACME_KEY") as raised:
        await harness.fetch()
    assert raised.value.facts["setting"] == "FINANCEHUB_ACME_KEY"
    assert harness.sent == []


async def test_a_key_that_is_not_required_may_be_missing() -> None:
    harness = Harness(ok(), provider=make_provider(key=type(QUERY_KEY)(place=QUERY_KEY.place, name="apikey", is_required=False)))
    await harness.fetch()
    assert "apikey" not in harness.sent[0].url.params


async def test_a_contact_is_filled_in_or_asked_for() -> None:
    provider = make_provider(headers=(("User-Agent", "FinanceHub {contact}"),))
    harness = Harness(ok(), provider=provider, contact="Ada ada@acme.example")
    await harness.fetch()
    assert harness.sent[0].headers["user-agent"] == "FinanceHub Ada ada@acme.example"
    with pytest.raises(KeyMissing, match="set FINANCEHUB_CONTACT"):
        await Harness(provider=provider).fetch()


@pytest.mark.parametrize("key", [QUERY_KEY, HEADER_KEY])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401), httpx.Response(403, content=f"bad key {CANARY}".encode()), httpx.Response(500), ok(b"nope"),
        httpx.Response(302, headers={"location": f"https://evil.example/?k={CANARY}"}), httpx.ConnectError("no route"),
        httpx.UnsupportedProtocol(f"{CANARY}"), httpx.LocalProtocolError(f"Illegal header value b'{CANARY}'"),
        httpx.DecodingError(CANARY), ok(),
    ],
)  # fmt: skip
async def test_the_key_never_shows(key: Any, answer: httpx.Response | Exception, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "httpx", "httpcore", "financehub"):
        caplog.set_level(logging.DEBUG, logger=name)
    harness = Harness(answer, provider=make_provider(key=key), key=CANARY)
    kept: list[str] = []

    class KeepingRecorder:
        def record_response(self, provider: Provider, endpoint: str, request: Request, reply: Any) -> None:
            kept.append(f"{provider} {endpoint} {request}")

    try:
        await harness.fetch(policy=FetchPolicy(attempts=1), recorder=KeepingRecorder())
    except SourceError as error:
        seen = f"{error} {error!r} {error.facts} {error.__cause__!r}"
        assert CANARY not in seen
    assert CANARY not in f"{harness.monitor.records} {kept} {caplog.text}"
    assert isinstance(answer, Exception) or "HTTP Request: GET https://api.acme.example/rows" in caplog.text
    assert len(harness.monitor.records) == 1


async def test_a_refused_key_is_told_from_a_missing_one() -> None:
    with pytest.raises(KeyRejected):
        await Harness(httpx.Response(401), provider=make_provider(key=HEADER_KEY), key=CANARY).fetch()
    with pytest.raises(NotCovered):
        await Harness(httpx.Response(401)).fetch()


async def test_follows_a_redirect_within_the_origin() -> None:
    harness = Harness(httpx.Response(301, headers={"location": "/v2/rows?page=1"}), ok())
    assert (await harness.fetch()).value == [1, 0]
    assert str(harness.sent[1].url) == "https://api.acme.example/v2/rows?page=1"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/rows", "http://api.acme.example/rows", "https://api.acme.example:444/rows", "//evil.example/"],
)
async def test_is_never_led_to_another_origin(target: str) -> None:
    harness = Harness(httpx.Response(302, headers={"location": target}))
    with pytest.raises(NoAnswer, match="status 302"):
        await harness.fetch(policy=FetchPolicy(attempts=1))
    assert len(harness.sent) == 1


async def test_a_circle_of_redirects_ends() -> None:
    harness = Harness(*(httpx.Response(307, headers={"location": "/rows"}) for _ in range(4)))
    with pytest.raises(NoAnswer, match="in circles"):
        await harness.fetch(policy=FetchPolicy(attempts=1))


async def test_a_body_beyond_the_cap_is_refused_before_it_is_read() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1_000
            yield b"1" * 1_000

    harness = Harness(httpx.Response(200, content=endless()))
    with pytest.raises(BadPayload, match="more than 5000 bytes"):
        await harness.fetch(policy=FetchPolicy(max_bytes=5_000))
    assert read <= 7_000


async def test_a_small_body_that_unpacks_to_a_large_one_is_refused() -> None:
    bomb = gzip.compress(b" " * 1_000_000)
    harness = Harness(httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"}))
    with pytest.raises(BadPayload, match="more than 100000 bytes"):
        await harness.fetch(policy=FetchPolicy(max_bytes=100_000))


async def test_keeps_every_answer_when_wished() -> None:
    kept: list[tuple[str, str, int, bytes]] = []

    class KeepingRecorder:
        def record_response(self, provider: Provider, endpoint: str, request: Request, reply: Any) -> None:
            kept.append((endpoint, request.path, reply.status, reply.body))

    await Harness(httpx.Response(503, content=b"busy"), ok()).fetch(recorder=KeepingRecorder())
    assert kept == [("rows", "/rows", 503, b"busy"), ("rows", "/rows", 200, LAST_PAGE)]


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _fetch_from(serve: Serve, policy: FetchPolicy) -> NotingMonitor:
    """Fetch from a real server on loopback; every connection is handled by `serve` and closed."""

    handled: list[asyncio.Task[None]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await serve(reader, writer)
        writer.close()
        await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handled.append(asyncio.create_task(handle(reader, writer)))

    monitor = NotingMonitor()
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = SourceSettings(hosts={"rest": url})
    try:
        async with httpx.AsyncClient() as client:
            fetcher = BaseAPIFetcher(make_provider(), settings, client, take_turn=LimitTurns(), monitor=monitor, policy=policy)
            await fetcher.fetch(make_endpoint(), QUERY)
    finally:
        server.close()
        await asyncio.gather(*handled)
    return monitor


async def test_a_real_answer_arrives() -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + LAST_PAGE)

    assert (await _fetch_from(serve, FetchPolicy())).outcomes == [(1, "ok", 200)]


async def test_a_truncated_answer_is_none() -> None:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n" + LAST_PAGE)

    with pytest.raises(NoAnswer, match="did not answer: RemoteProtocolError"):
        await _fetch_from(serve, FetchPolicy(attempts=1))


async def test_a_drip_ends_at_the_deadline() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
        await reader.read()

    with pytest.raises(NoAnswer, match=r"did not answer within 0\.1 s"):
        await _fetch_from(serve, FetchPolicy(deadline_seconds=0.1))


async def test_silence_ends_at_the_read_time_out() -> None:
    async def serve(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(NoAnswer, match="did not answer: ReadTimeout"):
        await _fetch_from(serve, FetchPolicy(attempts=1, read_seconds=0.05))


async def test_an_abandoned_call_is_told_to_the_monitor() -> None:
    harness = Harness()
    started = asyncio.Event()

    async def hang(_request: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
        fetcher = BaseAPIFetcher(harness.provider, SourceSettings(), client, take_turn=LimitTurns(), monitor=harness.monitor)
        task = asyncio.create_task(fetcher.fetch(make_endpoint(), QUERY))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert harness.monitor.outcomes == [(1, "no_answer", None)]


def _bar(time: datetime) -> Bar:
    return Bar(symbol="X", interval=Interval.M1, time=time, open=1, high=1, low=1, close=1, volume=1)


def test_a_bar_is_final_two_seconds_after_its_end() -> None:
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    candles = Candles(bars=[_bar(noon - timedelta(minutes=1)), _bar(noon)], currency="USD")
    for late, finals in ((0, [False, False]), (1.999, [False, False]), (2, [True, False]), (62, [True, True])):
        settled = settle_bars(candles, noon + timedelta(seconds=late))
        assert [bar.is_final for bar in settled.bars] == finals
        assert settled.currency == "USD"
    assert settle_bars([1], noon) == [1]


def test_pages_of_bars_are_joined() -> None:
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    pages = [Candles(bars=[_bar(noon)], currency="USD"), Candles(bars=[_bar(noon + timedelta(minutes=1))], currency="USD")]
    assert join_pages(pages) == Candles(bars=[pages[0].bars[0], pages[1].bars[0]], currency="USD")
    assert join_pages(pages[:1]) is pages[0]
    assert join_pages([5]) == 5


def test_a_silent_monitor_is_content() -> None:
    SilentMonitor().record_fetch(FetchRecord(provider="acme", endpoint="rows", at=clock.wall_now(), attempt=1, outcome="ok"))
