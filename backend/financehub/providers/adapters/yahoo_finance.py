"""Yahoo Finance: quotes and bars of shares, funds, indices, crypto pairs and currencies, by its chart, the one answer that needs no crumb.

Best effort by its own terms, for personal use, and never the only source. Symbols are Yahoo's: "BRK-B", "^GSPC", "BTC-USD", "EURUSD=X".
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from struct import Struct as Packing
from urllib.parse import quote as escape

from msgspec import Struct
from msgspec.json import Decoder

from financehub import clock
from financehub.errors import BadPayload, NoAnswer, NotCovered, RateLimited, SourceError
from financehub.market.bar import Bar, BarsQuery, Candles, Interval, bucket_start
from financehub.market.instrument import AssetClass
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote, QuotesQuery, compute_change
from financehub.providers.payload_reading import (
    decode_payload,
    find_zone,
    read_amount,
    read_number,
    read_price,
    read_seconds,
    require_order,
)
from financehub.providers.provider import Dataset, Endpoint, Fact, Limit, Provider, Request, Scope

_SOURCE = "Yahoo Finance"
_TERMS_URL = "https://legal.yahoo.com/us/en/yahoo/terms/product-atos/apiforydn/index.html"
_DELAYS_URL = "https://help.yahoo.com/kb/SLN2310.html"
_VERIFIED_ON = date(2026, 10, 1)
_COVERED = frozenset(AssetClass)

# Yahoo's own hours begin with the session (13:30), ours with the clock: hours are built of quarters, which begin alike.
_ASKED_INTERVALS = {
    Interval.M1: "1m",
    Interval.M5: "5m",
    Interval.M15: "15m",
    Interval.H1: "15m",
    Interval.D1: "1d",
    Interval.W1: "1wk",
}
_DATED = frozenset({Interval.D1, Interval.W1})
_CRYPTO = "CRYPTOCURRENCY"
_WITHOUT_VOLUME = frozenset({"CURRENCY", "INDEX"})
_VOLUME_DECIMALS = 8  # of a coin; what is divided has digits without end
_SUMMER_TIME_SECONDS = 3_600
_FLOAT32 = Packing("<f")
_FLOAT32_MAX = 3.4028234663852886e38


class Period(Struct):
    start: int
    end: int


class TradingPeriod(Struct):
    regular: Period


class Meta(Struct, rename="camel"):
    symbol: str
    currency: str | None = None
    instrument_type: str = ""
    regular_market_price: float | None = None
    regular_market_time: int | None = None
    regular_market_day_high: float | None = None
    regular_market_day_low: float | None = None
    regular_market_volume: float | None = None
    previous_close: float | None = None
    chart_previous_close: float | None = None
    exchange_timezone_name: str = "UTC"
    gmtoffset: int = 0
    current_trading_period: TradingPeriod | None = None


class Columns(Struct):
    open: list[float | None] = []
    high: list[float | None] = []
    low: list[float | None] = []
    close: list[float | None] = []
    volume: list[float | None] = []


class Indicators(Struct):
    quote: list[Columns]


class Result(Struct):
    meta: Meta
    indicators: Indicators
    timestamp: list[int] = []


class ChartError(Struct):
    code: str
    description: str | None = None


class Chart(Struct):
    result: list[Result] | None
    error: ChartError | None


class Body(Struct):
    chart: Chart


class ErrorEnvelope(Struct):
    """Any of Yahoo's answers that is an error; each service wraps it in its own name."""

    chart: Chart | None = None
    finance: Chart | None = None


_BODY = Decoder(Body)
_ERROR = Decoder(ErrorEnvelope)


def _read_refusal(status: int, _headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """Return what the error in a body means; None where there is none or the status says all."""
    if status < 400 or status >= 500 or status == 429:
        return None
    try:
        envelope = decode_payload(_SOURCE, body, _ERROR)
    except BadPayload:
        return None
    chart = envelope.chart or envelope.finance
    return _error_of(chart.error) if chart and chart.error else None


def _error_of(error: ChartError) -> SourceError:
    said = (error.description or error.code)[:200]
    text = f"Yahoo Finance refused: {said}"
    if error.code == "Too Many Requests":
        return RateLimited(text, source="yahoo_finance")
    if error.code in {"Internal Server Error", "Service Unavailable", "internal-error"}:
        return NoAnswer(text, source="yahoo_finance")
    return NotCovered(text, source="yahoo_finance", reason=said)


def _read_chart(payload: bytes, symbol: str) -> Result:
    """Return the one result. Raises what an error in the body means, and NotCovered where there is no result."""
    chart = decode_payload(_SOURCE, payload, _BODY).chart
    if chart.error:
        raise _error_of(chart.error)
    if not chart.result:
        raise NotCovered(f"Yahoo Finance has nothing for {symbol}", source="yahoo_finance")
    return chart.result[0]


def _path(symbol: str) -> str:
    return f"/v8/finance/chart/{escape(symbol, safe='')}"


def _request_quote(query: QuotesQuery) -> Request:
    """Ask for today's chart: its head states the latest price."""
    return Request(path=_path(query.symbols[0]), params=(("interval", "1d"), ("range", "1d")))


def _parse_quote(payload: bytes, query: QuotesQuery) -> list[Quote]:
    """Read the head of the chart. The currency is as stated: "GBp" is pence. Without a price there is no quote."""
    result = _read_chart(payload, query.symbols[0])
    meta = result.meta
    if meta.regular_market_price is None or meta.regular_market_time is None:
        return []
    price = _read_price("regularMarketPrice", meta.regular_market_price)
    before = _optional_price(
        "previousClose", meta.previous_close if meta.previous_close is not None else meta.chart_previous_close
    )
    low = _optional_price("regularMarketDayLow", meta.regular_market_day_low)
    high = _optional_price("regularMarketDayHigh", meta.regular_market_day_high)
    require_order(_SOURCE, low, high)
    change = None if before is None else compute_change(price, before)
    volume = _read_volume(meta)
    return [
        Quote(
            symbol=query.symbols[0],
            price=price,
            time=read_seconds(_SOURCE, meta.regular_market_time),
            currency=meta.currency,
            open=_last_open(result),
            high=high,
            low=low,
            previous_close=before,
            change=change,
            change_percent=None if change is None or before is None else read_number(_SOURCE, "change", change / before * 100),
            volume=None if meta.instrument_type == _CRYPTO else volume,
            quote_volume=volume if meta.instrument_type == _CRYPTO else None,
        )
    ]


def _read_volume(meta: Meta) -> float | None:
    """Return the session's volume; a 0 of an index or a currency means that nobody counts it."""
    if meta.regular_market_volume is None or (meta.regular_market_volume == 0 and meta.instrument_type in _WITHOUT_VOLUME):
        return None
    return read_amount(_SOURCE, "volume", meta.regular_market_volume)


def _read_price(name: str, value: float) -> float:
    """Return the price that the source means: the shortest decimal that names the same 32-bit float.

    Yahoo keeps prices as such floats and writes them out in full, so 189.95 arrives as 189.9499969482422. A number that is not one is
    meant as written. The decimals of `priceHint` are no guide: a price before its splits has more.
    """
    price = read_price(_SOURCE, name, value)
    if price > _FLOAT32_MAX or _as_float32(price) != price:
        return price
    for digits in (6, 7, 8):
        shorter = float(f"{price:.{digits}g}")
        if _as_float32(shorter) == price:
            return shorter
    return float(f"{price:.9g}")


def _as_float32(number: float) -> float:
    value: float = _FLOAT32.unpack(_FLOAT32.pack(number))[0]
    return value


def _optional_price(name: str, value: float | None) -> float | None:
    return None if value is None else _read_price(name, value)


def _last_open(result: Result) -> float | None:
    opens = [value for columns in result.indicators.quote for value in columns.open if value is not None]
    return _read_price("open", opens[-1]) if opens else None


def _request_bars(query: BarsQuery) -> Request:
    """Ask for the window. Days and weeks are asked from a day earlier, as theirs begin at a local midnight."""
    early = timedelta(days=1) if query.interval in _DATED else timedelta(0)
    return Request(
        path=_path(query.symbol),
        params=(
            ("interval", _ASKED_INTERVALS[query.interval]),
            ("period1", str(clock.to_ns(query.start - early) // clock.NANOSECONDS)),
            ("period2", str(clock.to_ns(query.end) // clock.NANOSECONDS)),
            ("includePrePost", "false"),
            ("events", "div,split"),
        ),
    )


def _parse_bars(payload: bytes, query: BarsQuery) -> Candles:
    """Read the bars of the window, each on its bucket; rows without prices are dropped and repeated ones merged.

    Prices are adjusted for splits, not for dividends. Volumes of crypto pairs are stated in the currency, and divided by the close of
    their row to be in units like all others. The row that Yahoo adds for the running or just closed session repeats a bucket.
    """
    result = _read_chart(payload, query.symbol)
    rows = [bar for bar in _read_rows(result, query) if query.start <= bar.time < query.end]
    rows.sort(key=lambda bar: bar.time)
    bars = [_merge(list(group)) for _, group in groupby(rows, key=lambda bar: bar.time)]
    told = result.meta.regular_market_time
    return Candles(bars=bars, currency=result.meta.currency, told_until=None if told is None else read_seconds(_SOURCE, told))


def _read_rows(result: Result, query: BarsQuery) -> list[Bar]:
    columns = result.indicators.quote[0] if result.indicators.quote else Columns()
    stamps = result.timestamp
    volumes = columns.volume or [None] * len(stamps)
    if any(len(column) != len(stamps) for column in (columns.open, columns.high, columns.low, columns.close, volumes)):
        raise BadPayload("Yahoo Finance sent columns of different lengths", source=_SOURCE)
    is_in_currency = result.meta.instrument_type == _CRYPTO
    bars = []
    for stamp, *prices, volume in zip(stamps, columns.open, columns.high, columns.low, columns.close, volumes, strict=True):
        if None in prices or _is_closing_print(result.meta, query.interval, stamp, volume):
            continue
        open_, high, low, close = (_read_price("price", price) for price in prices)
        require_order(_SOURCE, low, high)
        bars.append(
            Bar(
                symbol=query.symbol,
                interval=query.interval,
                time=_bucket_of(result.meta, query.interval, stamp),
                open=open_,
                high=high,
                low=low,
                close=close,
                volume=read_amount(
                    _SOURCE, "volume", round((volume or 0.0) / (close if is_in_currency else 1.0), _VOLUME_DECIMALS)
                ),
            )
        )
    return bars


def _is_closing_print(meta: Meta, interval: Interval, stamp: int, volume: float | None) -> bool:
    """Return whether a row only repeats the closing price at the moment of the close: no bar begins when the session ends."""
    period = meta.current_trading_period
    return interval not in _DATED and period is not None and stamp == period.regular.end and not volume


def _bucket_of(meta: Meta, interval: Interval, stamp: int) -> datetime:
    """Return the bucket of a row: for days and weeks that of its date at the exchange, else that of the moment.

    A week that begins at midnight in Greenwich is taken at its word: west of it that moment has the date of a Sunday.
    """
    moment = read_seconds(_SOURCE, stamp)
    if interval not in _DATED or moment == bucket_start(moment, Interval.W1):
        return bucket_start(moment, interval)
    zone = find_zone(meta.exchange_timezone_name)
    # Where the zone is unknown today's offset has to do, and in the other half of the year a midnight lies an hour before its day.
    local = moment.astimezone(zone) if zone else moment + timedelta(seconds=_offset(meta) + _SUMMER_TIME_SECONDS)
    return bucket_start(datetime(local.year, local.month, local.day, tzinfo=UTC), interval)


def _offset(meta: Meta) -> int:
    if abs(meta.gmtoffset) > 86_400:
        raise BadPayload(f"Yahoo Finance sent an offset of {meta.gmtoffset} s from Greenwich", source=_SOURCE)
    return meta.gmtoffset


def _merge(rows: list[Bar]) -> Bar:
    """Return one bar of the rows that fall on its bucket, in the order sent.

    Volumes of an hour's quarters add up; a repeated day or week repeats its volume too, so there the largest counts.
    """
    first = rows[0]
    volumes = [row.volume for row in rows]
    return Bar(
        symbol=first.symbol,
        interval=first.interval,
        time=first.time,
        open=first.open,
        high=max(row.high for row in rows),
        low=min(row.low for row in rows),
        close=rows[-1].close,
        volume=read_amount(_SOURCE, "volume", sum(volumes) if first.interval is Interval.H1 else max(volumes)),
    )


PROVIDER = Provider(
    id="yahoo_finance",
    name="Yahoo Finance",
    homepage="https://finance.yahoo.com",
    hosts={"rest": "https://query1.finance.yahoo.com"},
    refusal=_read_refusal,
    probe=Request(path="/v8/finance/chart/AAPL", params=(("interval", "1d"), ("range", "1d"))),
    # A client that names no browser is often refused.
    headers=(("User-Agent", "Mozilla/5.0 (compatible; FinanceHub)"),),
    endpoints=(
        Endpoint(
            name="chart_quote",
            dataset=Dataset.QUOTES,
            asset_classes=_COVERED,
            delay_class=DelayClass.DELAYED_15M,
            unit="price",
            request=_request_quote,
            parse=_parse_quote,
        ),
        Endpoint(
            name="chart",
            dataset=Dataset.BARS,
            asset_classes=_COVERED,
            delay_class=DelayClass.DELAYED_15M,
            unit="price",
            request=_request_bars,
            parse=_parse_bars,
            intervals=frozenset(Interval),
        ),
    ),
    # The source states no limit and refuses after few calls in a row: one a second is a careful beginning.
    limits=(Limit(calls=60, seconds=60, scope=Scope.IP, source_url=_TERMS_URL, verified_on=_VERIFIED_ON),),
    facts=(
        Fact(
            text="For personal use; no limit is stated, and a 429 comes after few calls.",
            source_url=_TERMS_URL,
            verified_on=_VERIFIED_ON,
        ),
        Fact(text="Delays differ by exchange, up to 15 minutes and more.", source_url=_DELAYS_URL, verified_on=_VERIFIED_ON),
        Fact(
            text="1-minute bars reach back 7 days, 5- and 15-minute bars 60 days.",
            source_url=_DELAYS_URL,
            verified_on=_VERIFIED_ON,
        ),
    ),
)
