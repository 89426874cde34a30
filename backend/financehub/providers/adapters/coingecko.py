"""CoinGecko: prices, markets and price histories of crypto-assets.

Its symbols are ids in lower case ("bitcoin"): tickers are not unique there.
"""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby
from urllib.parse import quote as escape

from msgspec import Struct
from msgspec.json import Decoder

from financehub import clock
from financehub.errors import BadPayload, KeyRejected, NotCovered, RateLimited, SourceError
from financehub.market.bar import Bar, BarsQuery, Candles, Interval, bucket_start
from financehub.market.crypto_asset import CryptoAsset, CryptoMarketsQuery
from financehub.market.instrument import AssetClass, InstrumentsQuery, ListedInstrument
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote, QuotesQuery
from financehub.providers.payload_reading import (
    decode_payload,
    read_amount,
    read_milliseconds,
    read_moment,
    read_number,
    read_price,
    read_seconds,
    require_order,
)
from financehub.providers.provider import Dataset, Endpoint, Fact, KeyIn, KeyPlace, Limit, Provider, Request, Scope

_SOURCE = "CoinGecko"
_LIMITS_URL = "https://docs.coingecko.com/docs/errors-and-rate-limits"
_CHART_URL = "https://docs.coingecko.com/reference/coins-id-market-chart-range"
_VERIFIED_ON = date(2026, 10, 1)
_CRYPTO = frozenset({AssetClass.CRYPTO})
_ROWS_A_PAGE = 250


class MarketRow(Struct):
    id: str
    symbol: str
    name: str
    last_updated: str | None
    current_price: float | None
    market_cap: float | None
    market_cap_rank: int | None
    total_volume: float | None
    high_24h: float | None
    low_24h: float | None
    price_change_24h: float | None
    price_change_percentage_24h: float | None
    circulating_supply: float | None


class MarketChart(Struct):
    prices: list[tuple[int, float | None]]


class RefusalStatus(Struct):
    error_code: int
    error_message: str = ""


class Refusal(Struct):
    status: RefusalStatus


_SIMPLE_PRICE = Decoder(dict[str, dict[str, float | None]])
_MARKETS = Decoder(list[MarketRow])
_CHART = Decoder(MarketChart)
_REFUSAL = Decoder(Refusal)


def _read_refusal(status: int, _headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """Return what a `{"status": {"error_code": …}}` means, whatever the HTTP status; None where the body says nothing of the kind."""
    if status >= 500 or not body.lstrip().startswith(b"{"):
        return None
    try:
        refusal = decode_payload(_SOURCE, body, _REFUSAL).status
    except BadPayload:
        return None
    text = f"CoinGecko refused: {refusal.error_message[:200]} ({refusal.error_code})"
    if refusal.error_code == 429:
        return RateLimited(text, source="coingecko")
    if refusal.error_code in {401, 10002, 10010, 10011}:
        return KeyRejected(text, source="coingecko")
    return NotCovered(text, source="coingecko", reason=refusal.error_message[:200])


def _raise_refusal(payload: bytes) -> None:
    if error := _read_refusal(200, {}, payload):
        raise error


def _request_simple_price(query: QuotesQuery) -> Request:
    """Ask by ids without spaces: an id after a space is dropped in silence."""
    return Request(
        path="/api/v3/simple/price",
        params=(
            ("ids", ",".join(query.symbols)),
            ("vs_currencies", "usd"),
            ("include_market_cap", "true"),
            ("include_24hr_vol", "true"),
            ("include_24hr_change", "true"),
            ("include_last_updated_at", "true"),
            ("precision", "full"),
        ),
    )


def _parse_simple_price(payload: bytes, query: QuotesQuery) -> list[Quote]:
    """Read what has a price in USD; the volume is in USD too. Unknown ids are simply not in the answer."""
    _raise_refusal(payload)
    rows = decode_payload(_SOURCE, payload, _SIMPLE_PRICE)
    wanted = frozenset(query.symbols)
    return [_read_simple(coin, row) for coin, row in rows.items() if coin in wanted and row.get("usd") is not None]


def _read_simple(coin: str, row: dict[str, float | None]) -> Quote:
    updated_at = row.get("last_updated_at")
    if updated_at is None:
        raise BadPayload(f"CoinGecko did not say of when its price of {coin[:40]} is", source=_SOURCE)
    return Quote(
        symbol=coin,
        price=read_price(_SOURCE, "usd", row["usd"]),
        time=read_seconds(_SOURCE, int(read_number(_SOURCE, "last_updated_at", updated_at))),
        currency="USD",
        change_percent=_optional("usd_24h_change", row.get("usd_24h_change")),
        quote_volume=_optional_amount("usd_24h_vol", row.get("usd_24h_vol")),
        market_cap=_optional_amount("usd_market_cap", row.get("usd_market_cap")),
    )


def _optional(name: str, value: float | None) -> float | None:
    return None if value is None else read_number(_SOURCE, name, value)


def _optional_amount(name: str, value: float | None) -> float | None:
    return None if value is None else read_amount(_SOURCE, name, value)


def _request_markets(query: CryptoMarketsQuery) -> Request:
    ids = (("ids", ",".join(query.ids)),) if query.ids else ()
    return _markets_page(query.currency, min(query.page_size, _ROWS_A_PAGE), query.page, ids)


def _markets_page(currency: str, rows: int, page: int, ids: tuple[tuple[str, str], ...] = ()) -> Request:
    params = (
        ("vs_currency", currency.lower()),
        ("order", "market_cap_desc"),
        ("per_page", str(rows)),
        ("page", str(page)),
        ("sparkline", "false"),
    )
    return Request(path="/api/v3/coins/markets", params=params + ids)


def _parse_markets(payload: bytes, query: CryptoMarketsQuery) -> list[CryptoAsset]:
    """Read the rows that say when they were updated; a coin without a time has never had a price."""
    _raise_refusal(payload)
    return [
        _read_market(row, row.last_updated, query.currency.upper())
        for row in decode_payload(_SOURCE, payload, _MARKETS)
        if row.last_updated is not None
    ]


def _read_market(row: MarketRow, updated: str, currency: str) -> CryptoAsset:
    require_order(_SOURCE, row.low_24h, row.high_24h)
    return CryptoAsset(
        provider_symbol=row.id,
        ticker=row.symbol.upper(),
        name=row.name,
        currency=currency,
        price=None if row.current_price is None else read_price(_SOURCE, "current_price", row.current_price),
        market_cap=_optional_amount("market_cap", row.market_cap),
        market_cap_rank=row.market_cap_rank,
        volume_24h=_optional_amount("total_volume", row.total_volume),
        high_24h=row.high_24h,
        low_24h=row.low_24h,
        change_24h=row.price_change_24h,
        change_percent_24h=row.price_change_percentage_24h,
        circulating_supply=_optional_amount("circulating_supply", row.circulating_supply),
        time=read_moment(_SOURCE, updated),
    )


def _request_listing(_query: InstrumentsQuery) -> Request:
    return _markets_page("usd", _ROWS_A_PAGE, 1)


def _next_listing(payload: bytes, _query: InstrumentsQuery, request: Request) -> Request | None:
    """Go on while pages are full."""
    if len(decode_payload(_SOURCE, payload, _MARKETS)) < _ROWS_A_PAGE:
        return None
    return _markets_page("usd", _ROWS_A_PAGE, int(dict(request.params)["page"]) + 1)


def _parse_listing(payload: bytes, _query: InstrumentsQuery) -> list[ListedInstrument]:
    """Read the market as a list of what can be asked for, the largest first."""
    _raise_refusal(payload)
    return [
        ListedInstrument(
            provider_symbol=row.id,
            name=row.name,
            asset_class=AssetClass.CRYPTO,
            currency="USD",
            base=row.symbol.upper(),
        )
        for row in decode_payload(_SOURCE, payload, _MARKETS)
    ]


def _request_chart(query: BarsQuery) -> Request:
    """Ask for the points of the window: about 5 minutes apart up to a day, hourly up to 90 days, then daily."""
    window = (
        ("from", str(clock.to_ns(query.start) // clock.NANOSECONDS)),
        ("to", str(clock.to_ns(query.end) // clock.NANOSECONDS)),
    )
    return Request(
        path=f"/api/v3/coins/{escape(query.symbol, safe='')}/market_chart/range", params=(("vs_currency", "usd"), *window)
    )


def _parse_chart(payload: bytes, query: BarsQuery) -> Candles:
    """Build bars of the price points that fall into each bucket.

    The source gives points, not bars: open, high, low and close are those of the points (all equal where there is one), and the
    volume is 0 because the source states a rolling day's volume only, never that of a bucket.
    """
    _raise_refusal(payload)
    points = sorted(
        (read_milliseconds(_SOURCE, milliseconds), read_price(_SOURCE, "price", price))
        for milliseconds, price in decode_payload(_SOURCE, payload, _CHART).prices
        if price is not None
    )
    inside = [point for point in points if query.start <= point[0] < query.end]
    buckets = groupby(inside, key=lambda point: bucket_start(point[0], query.interval))
    return Candles(bars=[_build_bar(query, start, [price for _, price in group]) for start, group in buckets], currency="USD")


def _build_bar(query: BarsQuery, start: datetime, prices: list[float]) -> Bar:
    return Bar(
        symbol=query.symbol,
        interval=query.interval,
        time=start,
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=0.0,
    )


PROVIDER = Provider(
    id="coingecko",
    name="CoinGecko",
    homepage="https://www.coingecko.com",
    hosts={"rest": "https://api.coingecko.com"},
    key=KeyIn(place=KeyPlace.HEADER, name="x-cg-demo-api-key", is_required=False),
    refusal=_read_refusal,
    probe=Request(path="/api/v3/ping"),
    endpoints=(
        Endpoint(
            name="simple_price",
            dataset=Dataset.QUOTES,
            asset_classes=_CRYPTO,
            delay_class=DelayClass.LIVE,
            unit="price",
            request=_request_simple_price,
            parse=_parse_simple_price,
            batch_size=250,
            currency="USD",
        ),
        Endpoint(
            name="coins_markets",
            dataset=Dataset.CRYPTO_MARKETS,
            asset_classes=_CRYPTO,
            delay_class=DelayClass.LIVE,
            unit="price",
            request=_request_markets,
            parse=_parse_markets,
            batch_size=250,
        ),
        Endpoint(
            name="markets_listing",
            dataset=Dataset.INSTRUMENTS,
            asset_classes=_CRYPTO,
            delay_class=DelayClass.LIVE,
            unit="instrument",
            request=_request_listing,
            parse=_parse_listing,
            next_request=_next_listing,
            max_pages=2,
        ),
        Endpoint(
            name="market_chart",
            dataset=Dataset.BARS,
            asset_classes=_CRYPTO,
            delay_class=DelayClass.LIVE,
            unit="price",
            request=_request_chart,
            parse=_parse_chart,
            intervals=frozenset({Interval.H1, Interval.D1, Interval.W1}),
            currency="USD",
        ),
    ),
    # Without a key the source limits by address and names no number; those with a key raise this by FINANCEHUB_COINGECKO_LIMIT_FACTOR.
    limits=(Limit(calls=10, seconds=60, scope=Scope.IP, source_url=_LIMITS_URL, verified_on=_VERIFIED_ON),),
    facts=(
        Fact(text="A free Demo key allows up to 100 calls a minute.", source_url=_LIMITS_URL, verified_on=_VERIFIED_ON),
        Fact(
            text="Prices are refreshed about once a minute; history reaches back 365 days.",
            source_url=_CHART_URL,
            verified_on=_VERIFIED_ON,
        ),
    ),
)
