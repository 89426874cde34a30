import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from financehub.orchestration.reachability import find_reachable_sources, probe_sources

JSON = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
PORTAL = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\nconnection: close\r\n\r\n<p>log in</p>"
REFUSAL = b"HTTP/1.1 451 No\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"


@asynccontextmanager
async def answering(body: bytes | None) -> AsyncIterator[str]:
    """Serve `body` to whoever asks; None never answers."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # who gave up before asking
            await reader.readuntil(b"\r\n\r\n")
        if body is None:
            await reader.read()
        else:
            writer.write(body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_each_source_says_whether_it_answered_and_why_not() -> None:
    async with answering(JSON) as fine, answering(PORTAL) as portal, answering(REFUSAL) as refusing, answering(None) as silent:
        environment = {
            "FINANCEHUB_BINANCE_REST_URL": fine,
            "FINANCEHUB_COINGECKO_REST_URL": portal,
            "FINANCEHUB_FRANKFURTER_REST_URL": refusing,
            "FINANCEHUB_YAHOO_FINANCE_REST_URL": silent,
            "FINANCEHUB_SEC_EDGAR_DATA_URL": fine,
            "FINANCEHUB_SEC_EDGAR_WWW_URL": fine,
        }
        results = {result.source: result for result in await probe_sources(environment, seconds=2.0)}
    assert {source: result.is_reachable for source, result in results.items()} == {
        "binance": True,
        "coingecko": False,
        "frankfurter": False,
        "sec_edgar": False,
        "yahoo_finance": False,
    }
    assert results["coingecko"].reason == "HTTP 200, not JSON"
    assert results["frankfurter"].reason == "HTTP 451"
    assert results["sec_edgar"].reason == "FINANCEHUB_CONTACT is not set, and this source wants to know who asks"
    assert results["yahoo_finance"].reason == "no answer in time"


async def test_only_those_that_answer_are_found() -> None:
    async with answering(JSON) as fine:
        nobody = "http://127.0.0.1:9"
        names = ("BINANCE_REST", "COINGECKO_REST", "YAHOO_FINANCE_REST")
        environment = {f"FINANCEHUB_{name}_URL": nobody for name in names} | {
            "FINANCEHUB_FRANKFURTER_REST_URL": fine,
            "FINANCEHUB_SEC_EDGAR_DATA_URL": fine,
            "FINANCEHUB_CONTACT": "Ann ann@example.org",
        }
        assert await find_reachable_sources(environment) == ["frankfurter", "sec_edgar"]
