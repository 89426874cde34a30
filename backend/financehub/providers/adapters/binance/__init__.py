"""Binance spot: bars, tickers, books, trades and their live streams, keyless.

The hosts that serve market data only are used: they need no key and hold no account.
"""

from datetime import date

from financehub.providers.adapters.binance.binance_endpoints import ENDPOINTS, read_refusal
from financehub.providers.adapters.binance.binance_stream import STREAM
from financehub.providers.provider import Fact, Limit, Provider, Request, Scope

_LIMITS_URL = "https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits"
_STREAMS_URL = "https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams"
_VERIFIED_ON = date(2026, 7, 31)

PROVIDER = Provider(
    id="binance",
    name="Binance",
    homepage="https://www.binance.com",
    venue="BINANCE",
    hosts={"rest": "https://data-api.binance.vision", "stream": "wss://data-stream.binance.vision"},
    endpoints=ENDPOINTS,
    stream=STREAM,
    refusal=read_refusal,
    probe=Request(path="/api/v3/ping"),
    limits=(
        Limit(
            calls=6_000,
            seconds=60,
            scope=Scope.IP,
            source_url=_LIMITS_URL,
            verified_on=_VERIFIED_ON,
            used_header="x-mbx-used-weight-1m",
        ),
    ),
    facts=(
        Fact(
            text="After a 429 that is not obeyed comes a 418: a ban of 2 minutes to 3 days.",
            source_url=_LIMITS_URL,
            verified_on=_VERIFIED_ON,
        ),
        Fact(text="Some countries are refused with status 451.", source_url=_LIMITS_URL, verified_on=_VERIFIED_ON),
        Fact(text="A stream connection lives 24 hours.", source_url=_STREAMS_URL, verified_on=_VERIFIED_ON),
        Fact(
            text="At most 5 incoming messages a second, pings and pongs included; 1,024 streams a connection; "
            "300 connection attempts per 5 minutes per IP.",
            source_url=_STREAMS_URL,
            verified_on=_VERIFIED_ON,
        ),
    ),
)
