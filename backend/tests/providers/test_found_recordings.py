"""The same demands on every body in a folder of real recordings, where there is one.

The folder is named by FINANCEHUB_RECORDINGS, else it is `shared/recordings` beside the repository; the repository itself holds no
provider's content.
"""

import gzip
import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import recorded_readings as second
from recording_cases import FOUND_FOLDER, QUERIES, check_shape, find_endpoint, without_each_key

from financehub import clock
from financehub.errors import BadPayload, KeyMissing, KeyRejected, NoAnswer, NotCovered, RateLimited, SourceError
from financehub.market.bar import Bar, Interval
from financehub.market.order_book import OrderBookDelta
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote
from financehub.market.trade import Trade
from financehub.providers.classify_response import classify_response
from financehub.providers.provider import Dataset, Endpoint, StreamEvent
from financehub.providers.registry import load_providers

# Provider and folder of the recordings → the endpoints that read them, and the second reading of each.
READERS: dict[tuple[str, str], dict[str, Any]] = {
    ("binance", "exchange_info"): {"exchange_info": second.read_exchange_info},
    ("binance", "klines"): {"klines": second.read_klines},
    ("binance", "depth"): {"depth": second.read_depth},
    ("binance", "ticker_24hr"): {"ticker_24hr": second.read_tickers},
    ("binance", "trades"): {"trades": second.read_trades},
    ("yahoo_finance", "chart"): {"chart": second.read_chart, "chart_quote": second.read_chart_quote},
    ("coingecko", "coins_markets"): {"coins_markets": second.read_markets, "markets_listing": second.read_markets_listing},
    ("coingecko", "market_chart"): {"market_chart": second.read_market_chart},
    ("sec_edgar", "company_tickers"): {"tickers": second.read_tickers_listing},
    ("sec_edgar", "submissions"): {"submissions": second.read_submissions},
}
FOUND = sorted(FOUND_FOLDER.glob("*/*/*.meta.json")) if FOUND_FOLDER.is_dir() else []
BODIES = [body for meta in FOUND for body in [meta.with_name(meta.name.replace(".meta.json", ".json"))] if body.is_file()]
READABLE = [
    (body, endpoint, reading)
    for body in BODIES
    for endpoint, reading in READERS.get((body.parts[-3], body.parts[-2]), {}).items()
]
MEANINGS = {
    400: NotCovered,
    401: NotCovered,
    403: (RateLimited, NotCovered),  # refused whole, or an archive that has no such document
    404: NotCovered,
    422: NotCovered,
    429: RateLimited,
    500: NoAnswer,
    503: NoAnswer,
}

pytestmark = pytest.mark.skipif(
    not FOUND, reason=f"no recordings in {FOUND_FOLDER} (set FINANCEHUB_RECORDINGS to look elsewhere)"
)


def _name(value: Any) -> str:
    return "/".join(value.parts[-3:]) if isinstance(value, Path) else value if isinstance(value, str) else ""


def _query(endpoint: Endpoint[Any, Any], body: Path) -> Any:
    """Return a query that the recorded request would have come from, as wide as its kind allows."""
    params = _meta(body)["request"].get("params") or {}
    always = {"start": datetime(1990, 1, 1, tzinfo=UTC), "end": datetime(2090, 1, 1, tzinfo=UTC)}
    facts: dict[Dataset, dict[str, Any]] = {
        Dataset.QUOTES: {"symbols": _symbols(endpoint, body)},
        Dataset.BARS: {"symbol": "X", "interval": _interval(endpoint, body), **always},
        Dataset.ORDER_BOOK: {"symbol": params.get("symbol", "X"), "limit": 1000},
        Dataset.TRADES: {"symbol": params.get("symbol", "X")},
        Dataset.FILINGS: {"symbol": "0000320193"},
        Dataset.CRYPTO_MARKETS: {"currency": params.get("vs_currency", "usd")},
        Dataset.FX_RATES: {"base": "EUR"},
        Dataset.FX_HISTORY: {"base": "EUR", "quotes": (), "start": "1999-01-01", "end": "2090-01-01"},
    }
    return msgspec.convert(facts.get(endpoint.dataset, {}), QUERIES[endpoint.dataset])


def _symbols(endpoint: Endpoint[Any, Any], body: Path) -> tuple[str, ...]:
    if endpoint.name != "ticker_24hr":
        return ("X",)
    rows = msgspec.json.decode(body.read_bytes())
    listed = rows if isinstance(rows, list) else []
    return tuple(row["symbol"] for row in listed if isinstance(row, dict) and "symbol" in row) or ("X",)


def _interval(endpoint: Endpoint[Any, Any], body: Path) -> Interval:
    if endpoint.name == "market_chart":
        return Interval.H1
    return Interval.M1 if "_1m_" in body.name else Interval.D1


def _meta(body: Path) -> dict[str, Any]:
    facts: dict[str, Any] = msgspec.json.decode(body.with_name(body.name.removesuffix(".json") + ".meta.json").read_bytes())
    return facts


def _endpoint(body: Path, name: str) -> Endpoint[Any, Any]:
    return find_endpoint(body.parts[-3], name)


@pytest.mark.parametrize(("body", "name", "reading"), READABLE, ids=_name)
def test_reads_each_recording_as_a_second_reader_does(body: Path, name: str, reading: Any) -> None:
    endpoint = _endpoint(body, name)
    query = _query(endpoint, body)
    value = endpoint.parse(body.read_bytes(), query)
    check_shape(value, query)
    assert second.told_values(name, value) == reading(body.read_bytes())


@pytest.mark.parametrize(("body", "name", "reading"), READABLE, ids=_name)
def test_damage_to_a_recording_is_read_or_refused(body: Path, name: str, reading: Any) -> None:
    endpoint = _endpoint(body, name)
    query = _query(endpoint, body)
    whole = body.read_bytes().rstrip()
    for cut in range(0, len(whole) - 1, max(1, len(whole) // 12)):
        with pytest.raises(SourceError):
            endpoint.parse(whole[:cut], query)
    if len(whole) > 400_000:
        return
    for _, damaged in without_each_key(msgspec.json.decode(whole), per_key=1):
        _read_or_refuse(endpoint, damaged, query)


@pytest.mark.parametrize("provider", list(load_providers().values()), ids=lambda provider: provider.id)
def test_any_other_recorded_body_is_read_or_refused(provider: Any) -> None:
    others = [body for body in BODIES if body.stat().st_size < 200_000]
    assert len(others) > 100
    for endpoint in provider.endpoints:
        for body in others:
            _read_or_refuse(endpoint, body.read_bytes(), _query(endpoint, body))


def _read_or_refuse(endpoint: Endpoint[Any, Any], body: bytes, query: Any) -> None:
    try:
        value = endpoint.parse(body, query)
    except SourceError:
        return
    check_shape(value, query)


REFUSALS = [
    meta
    for meta in FOUND
    if meta.parts[-2] == "errors"
    and meta.parts[-3] in load_providers()
    and (msgspec.json.decode(meta.read_bytes())["status"] or 200) >= 400
]


@pytest.mark.parametrize("meta", REFUSALS, ids=_name)
def test_a_recorded_refusal_has_its_meaning(meta: Path) -> None:
    facts = msgspec.json.decode(meta.read_bytes())
    body = next(path for path in meta.parent.glob(meta.name.replace(".meta.json", ".*")) if path != meta)
    provider = load_providers()[meta.parts[-3]]
    headers = {name.lower(): value for name, value in facts.get("response_headers", {}).items()}
    error = classify_response(provider, facts["status"], headers, body.read_bytes()[:4096], now=clock.wall_now(), has_key=False)
    assert isinstance(error, MEANINGS[facts["status"]])
    assert not isinstance(error, (KeyMissing, KeyRejected, BadPayload))


FRAME_FILES = sorted((FOUND_FOLDER / "binance" / "frames").glob("*.txt.gz"))


@pytest.mark.parametrize("path", FRAME_FILES, ids=_name)
def test_reads_every_recorded_frame(path: Path) -> None:
    stream = load_providers()["binance"].stream
    assert stream is not None
    read: list[StreamEvent] = []
    expected = 0
    with gzip.open(path, "rt") as lines:
        for line in lines:
            if '"stream"' not in line:
                continue
            frame = line[line.index("{") :]
            expected += any(kind in frame for kind in ('"depthUpdate"', '"e":"trade"', '"e":"kline"'))
            read += stream.parse_message(frame.encode())
    assert len(read) == expected > 100
    assert {type(event) for event in read} <= {Trade, OrderBookDelta, Bar}
    deltas = [event for event in read if isinstance(event, OrderBookDelta) and event.symbol == "BTCUSDT"]
    assert all(later.first_update_id == earlier.last_update_id + 1 for earlier, later in itertools.pairwise(deltas))


def test_reads_the_recorded_ticker_frame() -> None:
    stream = load_providers()["binance"].stream
    assert stream is not None
    [quote] = stream.parse_message((FOUND_FOLDER / "binance" / "frames" / "ethbtc_24hrticker_20180116.json").read_bytes())
    assert isinstance(quote, Quote)
    assert (quote.symbol, quote.price, quote.bid, quote.ask) == ("ETHBTC", 0.091772, 0.091553, 0.091772)
    assert quote.change is not None
    assert quote.change_percent == -2.875
    assert load_providers()["binance"].endpoints[0].delay_class is DelayClass.LIVE
