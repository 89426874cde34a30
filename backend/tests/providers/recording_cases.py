"""Recorded questions and answers, ways to damage them, and what must hold for whatever is read from them.

A case is `recordings/<provider>/<endpoint>/<case>.json`, the body, beside `<case>.case.json`: the query, the request that must be sent,
and the values that must be read or the error that must be raised. In a folder `errors` the case gives a status and the error it means.
"""

import math
import os
from collections.abc import Iterator
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from financehub.market.bar import BarsQuery, Candles, bucket_start
from financehub.market.crypto_asset import CryptoAsset, CryptoMarketsQuery
from financehub.market.filing import Filing, FilingsQuery
from financehub.market.fx_rate import FxHistoryQuery, FxRate, FxRatesQuery
from financehub.market.instrument import InstrumentsQuery, ListedInstrument
from financehub.market.order_book import OrderBookQuery, OrderBookSnapshot
from financehub.market.quote import Quote, QuotesQuery
from financehub.market.trade import Trade, TradesQuery
from financehub.providers.provider import Dataset, Endpoint, Provider, Request
from financehub.providers.registry import load_providers

OWN_FOLDER = Path(__file__).resolve().parents[1] / "recordings"
FOUND_FOLDER = Path(os.environ.get("FINANCEHUB_RECORDINGS") or Path(__file__).resolve().parents[4] / "shared" / "recordings")

QUERIES: dict[Dataset, type[Struct]] = {
    Dataset.INSTRUMENTS: InstrumentsQuery,
    Dataset.QUOTES: QuotesQuery,
    Dataset.BARS: BarsQuery,
    Dataset.ORDER_BOOK: OrderBookQuery,
    Dataset.TRADES: TradesQuery,
    Dataset.FX_RATES: FxRatesQuery,
    Dataset.FX_HISTORY: FxHistoryQuery,
    Dataset.CRYPTO_MARKETS: CryptoMarketsQuery,
    Dataset.FILINGS: FilingsQuery,
}


class Case(Struct, frozen=True):
    """One recorded question and answer."""

    provider: Provider
    endpoint: Endpoint[Any, Any]
    name: str
    body: bytes
    facts: dict[str, Any]

    @property
    def query(self) -> Any:
        return msgspec.convert(self.facts["query"], QUERIES[self.endpoint.dataset])

    def parse(self, body: bytes | None = None) -> Any:
        return self.endpoint.parse(self.body if body is None else body, self.query)

    def __str__(self) -> str:
        return f"{self.provider.id}/{self.endpoint.name}/{self.name}"


def find_endpoint(provider_id: str, name: str) -> Endpoint[Any, Any]:
    return next(endpoint for endpoint in load_providers()[provider_id].endpoints if endpoint.name == name)


def load_cases() -> list[Case]:
    """Return the cases of every endpoint that the registry finds."""
    return [
        Case(provider, endpoint, path.name.removesuffix(".case.json"), _body(path), msgspec.json.decode(path.read_bytes()))
        for provider in load_providers().values()
        for endpoint in provider.endpoints
        for path in sorted((OWN_FOLDER / provider.id / endpoint.name).glob("*.case.json"))
    ]


def load_refusals() -> list[tuple[Provider, str, bytes, dict[str, Any]]]:
    """Return provider, name, body and facts of every case in a folder `errors`."""
    return [
        (provider, path.name.removesuffix(".case.json"), _body(path), msgspec.json.decode(path.read_bytes()))
        for provider in load_providers().values()
        for path in sorted((OWN_FOLDER / provider.id / "errors").glob("*.case.json"))
    ]


def _body(path: Path) -> bytes:
    return path.with_name(path.name.replace(".case.json", ".json")).read_bytes()


def request_facts(request: Request | None) -> dict[str, Any] | None:
    """Return a request as a case writes it down."""
    if request is None:
        return None
    return {
        "path": request.path,
        "params": [list(pair) for pair in request.params],
        "host": request.host,
        "cost": request.cost,
        "follow": list(request.follow),
    }


def without_each_key(document: Any, per_key: int = 3) -> Iterator[tuple[str, bytes]]:
    """Yield the document with one key removed, for each key: at most `per_key` times for the same key in rows of a list."""
    seen: dict[str, int] = {}
    for path in _key_paths(document):
        name = "/".join("[]" if isinstance(step, int) else step for step in path)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] <= per_key:
            yield name, msgspec.json.encode(_without(document, path))


def _key_paths(node: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*before, key)
            yield from _key_paths(value, (*before, key))
    elif isinstance(node, list):
        for index, value in enumerate(node[:5]):
            yield from _key_paths(value, (*before, index))


def _without(node: Any, path: tuple[Any, ...]) -> Any:
    """Copy only what lies on the path: bodies can be large."""
    step, rest = path[0], path[1:]
    copy = node.copy()
    if rest:
        copy[step] = _without(node[step], rest)
    else:
        del copy[step]
    return copy


def check_shape(value: Any, query: Any) -> None:
    """Assert what must hold for whatever is read, whoever sent it."""
    if isinstance(value, list):
        for row in value:
            _CHECKS[type(row)](row, query)
        return
    _CHECKS[type(value)](value, query)


def _is_price(number: float) -> bool:
    return math.isfinite(number) and number > 0


def _check_quote(quote: Quote, query: QuotesQuery) -> None:
    assert quote.symbol in query.symbols
    assert quote.time.utcoffset() == timedelta(0)
    prices = (quote.price, quote.bid, quote.ask, quote.open, quote.high, quote.low, quote.previous_close)
    assert all(price is None or _is_price(price) for price in prices)
    assert quote.low is None or quote.high is None or quote.low <= quote.high
    amounts = (quote.volume, quote.quote_volume, quote.market_cap)
    assert all(amount is None or (math.isfinite(amount) and amount >= 0) for amount in amounts)
    assert all(change is None or math.isfinite(change) for change in (quote.change, quote.change_percent))


def _check_candles(candles: Candles, query: BarsQuery) -> None:
    times = [bar.time for bar in candles.bars]
    assert times == sorted(set(times))
    for bar in candles.bars:
        assert (bar.symbol, bar.interval) == (query.symbol, query.interval)
        assert bar.time.utcoffset() == timedelta(0)
        assert bar.time == bucket_start(bar.time, bar.interval)
        assert bucket_start(query.start, bar.interval) <= bar.time < query.end
        assert all(_is_price(price) for price in (bar.open, bar.high, bar.low, bar.close))
        assert bar.low <= bar.high
        assert math.isfinite(bar.volume)
        assert bar.volume >= 0


def _check_book(book: OrderBookSnapshot, query: OrderBookQuery) -> None:
    assert book.symbol == query.symbol
    ladder = [price for price, _ in reversed(book.bids)] + [price for price, _ in book.asks]
    assert all(lower < upper for lower, upper in pairwise(ladder))
    for price, quantity in book.bids + book.asks:
        assert _is_price(price)
        assert math.isfinite(quantity)
        assert quantity >= 0


def _check_trade(trade: Trade, query: TradesQuery) -> None:
    assert trade.symbol == query.symbol
    assert _is_price(trade.price)
    assert trade.quantity >= 0
    assert trade.time.tzinfo is UTC


def _check_rate(rate: FxRate, query: FxRatesQuery | FxHistoryQuery) -> None:
    assert rate.base == query.base
    assert not query.quotes or rate.quote in query.quotes
    assert _is_price(rate.rate)
    if isinstance(query, FxHistoryQuery):
        assert query.start <= rate.day <= query.end


def _check_asset(asset: CryptoAsset, query: CryptoMarketsQuery) -> None:
    assert asset.currency == query.currency.upper()
    assert asset.ticker == asset.ticker.upper()
    assert asset.price is None or _is_price(asset.price)
    assert asset.time.utcoffset() == timedelta(0)


def _check_listed(listed: ListedInstrument, _query: InstrumentsQuery) -> None:
    assert listed.currency == listed.currency.upper()
    assert listed.base == listed.base.upper()
    assert listed.price_decimals is None or listed.price_decimals >= 0


def _check_filing(filing: Filing, query: FilingsQuery) -> None:
    assert filing.symbol == query.symbol
    assert filing.url.startswith("https://www.sec.gov/Archives/edgar/data/")
    assert filing.accepted_at is None or filing.accepted_at.utcoffset() == timedelta(0)


_CHECKS: dict[type, Any] = {
    Quote: _check_quote,
    Candles: _check_candles,
    OrderBookSnapshot: _check_book,
    Trade: _check_trade,
    FxRate: _check_rate,
    CryptoAsset: _check_asset,
    ListedInstrument: _check_listed,
    Filing: _check_filing,
}
