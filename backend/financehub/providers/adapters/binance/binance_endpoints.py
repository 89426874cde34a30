"""What Binance answers over REST. Symbols are its own, in capitals ("BTCUSDT")."""

from collections.abc import Mapping
from itertools import pairwise

from msgspec.json import encode

from financehub import clock
from financehub.errors import BadPayload, KeyRejected, NoAnswer, NotCovered, RateLimited, SourceError
from financehub.market.bar import Bar, BarsQuery, Candles, Interval
from financehub.market.instrument import AssetClass, InstrumentsQuery, ListedInstrument
from financehub.market.order_book import Level, OrderBookQuery, OrderBookSnapshot
from financehub.market.provenance import DelayClass
from financehub.market.quote import Quote, QuotesQuery
from financehub.market.trade import Side, Trade, TradesQuery
from financehub.providers.adapters.binance import binance_payloads as wire
from financehub.providers.payload_reading import (
    decode_payload,
    read_amount,
    read_milliseconds,
    read_number,
    read_price,
    require_order,
)
from financehub.providers.provider import Dataset, Endpoint, Request

_SOURCE = wire.SOURCE
_CRYPTO = frozenset({AssetClass.CRYPTO})
_BARS_A_PAGE = 1_000
_UNKNOWN_SYMBOL = -1121
_TOO_MANY = frozenset({-1003, -1015, -1034})
_OVERLOADED = frozenset({-1000, -1001, -1006, -1007, -1008, -1016})


def read_refusal(status: int, _headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """Return the error that a body `{"code": …, "msg": …}` stands for; None where the status says all."""
    if status < 400 or status in {403, 418, 429, 451} or status >= 500:
        return None
    return _refused(body)


def _refused(body: bytes) -> SourceError | None:
    try:
        refusal = decode_payload(_SOURCE, body, wire.REFUSAL)
    except BadPayload:
        return None
    text = f"Binance refused: {refusal.msg[:200]} ({refusal.code})"
    if refusal.code in _TOO_MANY:
        return RateLimited(text, source="binance", reason=refusal.msg[:200])
    if refusal.code in _OVERLOADED:
        return NoAnswer(text, source="binance")
    if refusal.code in {-2014, -2015}:
        return KeyRejected(text, source="binance")
    return NotCovered(text, source="binance", reason="unknown symbol" if refusal.code == _UNKNOWN_SYMBOL else refusal.msg[:200])


def _raise_refusal(payload: bytes) -> None:
    """Raise what a refusal that came as a success means."""
    if payload.lstrip()[:1] == b"{" and (error := _refused(payload)):
        raise error


def _request_exchange_info(_query: InstrumentsQuery) -> Request:
    return Request(path="/api/v3/exchangeInfo", params=(("showPermissionSets", "false"),), cost=20)


def _parse_exchange_info(payload: bytes, _query: InstrumentsQuery) -> list[ListedInstrument]:
    """Read what is listed; `is_trading` is False for pairs on a break."""
    _raise_refusal(payload)
    info = decode_payload(_SOURCE, payload, wire.EXCHANGE_INFO)
    return [
        ListedInstrument(
            provider_symbol=entry.symbol,
            asset_class=AssetClass.CRYPTO,
            currency=entry.quote_asset.upper(),
            base=entry.base_asset.upper(),
            venue="BINANCE",
            price_decimals=_decimals(entry),
            is_trading=entry.status == "TRADING",
        )
        for entry in info.symbols
    ]


def _decimals(entry: wire.ListedSymbol) -> int | None:
    """Return the decimals of the tick: "0.00100000" has 3; None where no price filter says so."""
    tick = next((rule.tick_size for rule in entry.filters if rule.filter_type == "PRICE_FILTER"), "")
    if not tick or read_number(_SOURCE, "tickSize", tick) <= 0:
        return None
    return len(tick.rstrip("0").partition(".")[2])


def _request_klines(query: BarsQuery) -> Request:
    return _klines_from(query, clock.to_ns(query.start) // 1_000_000)


def _klines_from(query: BarsQuery, start_ms: int) -> Request:
    """Binance includes `endTime`, our queries do not: one millisecond less."""
    end_ms = clock.to_ns(query.end) // 1_000_000 - 1
    window = (("startTime", str(start_ms)), ("endTime", str(end_ms)), ("limit", str(_BARS_A_PAGE)))
    return Request(path="/api/v3/klines", params=(("symbol", query.symbol), ("interval", query.interval.value), *window), cost=2)


def _parse_klines(payload: bytes, query: BarsQuery) -> Candles:
    """Read the bars inside the window. The currency is not stated in this answer."""
    _raise_refusal(payload)
    rows = decode_payload(_SOURCE, payload, wire.KLINES)
    bars = [_read_kline(query, row) for row in rows]
    if any(later.time <= earlier.time for earlier, later in pairwise(bars)):
        raise BadPayload("Binance sent bars that are not in the order of time", source=_SOURCE)
    return Candles(bars=[bar for bar in bars if query.start <= bar.time < query.end])


def _read_kline(query: BarsQuery, row: wire.KlineRow) -> Bar:
    open_ms, open_, high, low, close, volume = row[:6]
    wire.require_bar(open_, high, low, close, volume)
    time = read_milliseconds(_SOURCE, open_ms)
    return Bar(
        symbol=query.symbol, interval=query.interval, time=time, open=open_, high=high, low=low, close=close, volume=volume
    )


def _next_klines(payload: bytes, query: BarsQuery, _request: Request) -> Request | None:
    """Go on after the last bar of a full page."""
    rows = decode_payload(_SOURCE, payload, wire.KLINES)
    if len(rows) < _BARS_A_PAGE:
        return None
    start_ms = rows[-1][0] + query.interval.seconds * 1_000
    return _klines_from(query, start_ms) if start_ms < clock.to_ns(query.end) // 1_000_000 else None


def _request_tickers(query: QuotesQuery) -> Request:
    """Ask for one or for up to 100. One unknown symbol among many makes Binance refuse them all."""
    symbols = query.symbols
    params = ("symbol", symbols[0]) if len(symbols) == 1 else ("symbols", encode(symbols).decode())
    return Request(path="/api/v3/ticker/24hr", params=(params,), cost=2 if len(symbols) <= 20 else 40)


def _parse_tickers(payload: bytes, query: QuotesQuery) -> list[Quote]:
    """Read the rolling 24 hours; a pair that did not trade in them has no price and is left out."""
    _raise_refusal(payload)
    if payload.lstrip()[:1] == b"[":
        rows = decode_payload(_SOURCE, payload, wire.TICKERS)
    else:
        rows = [decode_payload(_SOURCE, payload, wire.TICKER)]
    wanted = frozenset(query.symbols)
    return [_read_ticker(row) for row in rows if row.symbol in wanted and row.last_price != 0]


def _read_ticker(row: wire.Ticker) -> Quote:
    low, high = read_price(_SOURCE, "lowPrice", row.low_price), read_price(_SOURCE, "highPrice", row.high_price)
    require_order(_SOURCE, low, high)
    return Quote(
        symbol=row.symbol,
        price=read_price(_SOURCE, "lastPrice", row.last_price),
        time=read_milliseconds(_SOURCE, row.close_time),
        bid=_side_price("bidPrice", row.bid_price),
        ask=_side_price("askPrice", row.ask_price),
        open=read_price(_SOURCE, "openPrice", row.open_price),
        high=high,
        low=low,
        # A market that never closes has no previous close: the price 24 hours ago is what `priceChange` is counted from.
        previous_close=row.open_price,
        change=read_number(_SOURCE, "priceChange", row.price_change),
        change_percent=read_number(_SOURCE, "priceChangePercent", row.price_change_percent),
        volume=read_amount(_SOURCE, "volume", row.volume),
        quote_volume=read_amount(_SOURCE, "quoteVolume", row.quote_volume),
    )


def _side_price(name: str, price: float) -> float | None:
    """Return the best price of a side; 0 is how Binance says that the side is empty."""
    return None if price == 0 else read_price(_SOURCE, name, price)


def _request_depth(query: OrderBookQuery) -> Request:
    limit = min(query.limit, 5_000)
    cost = next(weight for most, weight in ((100, 5), (500, 25), (1_000, 50), (5_000, 250)) if limit <= most)
    return Request(path="/api/v3/depth", params=(("symbol", query.symbol), ("limit", str(limit))), cost=cost)


def _parse_depth(payload: bytes, query: OrderBookQuery) -> OrderBookSnapshot:
    """Read a book; the answer does not name its symbol, so the query's is trusted."""
    _raise_refusal(payload)
    depth = decode_payload(_SOURCE, payload, wire.DEPTH)
    _require_sorted(depth.bids, depth.asks)
    return OrderBookSnapshot(
        symbol=query.symbol,
        update_id=depth.last_update_id,
        bids=depth.bids,
        asks=depth.asks,
        depth_limit=min(query.limit, 5_000),
    )


def _require_sorted(bids: list[Level], asks: list[Level]) -> None:
    ladder = [price for price, _ in reversed(bids)] + [price for price, _ in asks]
    if any(upper <= lower for lower, upper in pairwise(ladder)):
        raise BadPayload("Binance sent a book whose levels are out of order or crossed", source=_SOURCE)


def _request_trades(query: TradesQuery) -> Request:
    return Request(path="/api/v3/trades", params=(("symbol", query.symbol), ("limit", str(min(query.limit, 1_000)))), cost=25)


def _parse_trades(payload: bytes, query: TradesQuery) -> list[Trade]:
    _raise_refusal(payload)
    return [
        Trade(
            symbol=query.symbol,
            trade_id=str(row.id),
            price=read_price(_SOURCE, "price", row.price),
            quantity=read_amount(_SOURCE, "qty", row.qty),
            # The buyer was waiting in the book, so the seller struck.
            side=Side.SELL if row.is_buyer_maker else Side.BUY,
            time=read_milliseconds(_SOURCE, row.time),
        )
        for row in decode_payload(_SOURCE, payload, wire.TRADES)
    ]


ENDPOINTS: tuple[Endpoint, ...] = (  # type: ignore[type-arg]
    Endpoint(
        name="exchange_info",
        dataset=Dataset.INSTRUMENTS,
        asset_classes=_CRYPTO,
        delay_class=DelayClass.LIVE,
        unit="instrument",
        request=_request_exchange_info,
        parse=_parse_exchange_info,
    ),
    Endpoint(
        name="ticker_24hr",
        dataset=Dataset.QUOTES,
        asset_classes=_CRYPTO,
        delay_class=DelayClass.LIVE,
        unit="price",
        request=_request_tickers,
        parse=_parse_tickers,
        batch_size=100,
    ),
    Endpoint(
        name="klines",
        dataset=Dataset.BARS,
        asset_classes=_CRYPTO,
        delay_class=DelayClass.LIVE,
        unit="price",
        request=_request_klines,
        parse=_parse_klines,
        next_request=_next_klines,
        bars_per_call=_BARS_A_PAGE,
        intervals=frozenset(Interval),
    ),
    Endpoint(
        name="depth",
        dataset=Dataset.ORDER_BOOK,
        asset_classes=_CRYPTO,
        delay_class=DelayClass.LIVE,
        unit="price",
        request=_request_depth,
        parse=_parse_depth,
    ),
    Endpoint(
        name="trades",
        dataset=Dataset.TRADES,
        asset_classes=_CRYPTO,
        delay_class=DelayClass.LIVE,
        unit="price",
        request=_request_trades,
        parse=_parse_trades,
    ),
)
