"""Read recorded bodies a second way, with nothing but the standard library, so that the adapters' reading can be held against it.

Numbers go through Decimal: the nearest float of the digits as they stand in the body.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

Rows = list[tuple[Any, ...]]


def _load(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)


def _number(value: Any) -> float:
    return float(Decimal(value))


def _meant(value: Any) -> float:
    """Return what a price written out from a 32-bit float was, as numpy prints it."""
    number = _number(value)
    short = np.float32(number)
    return float(str(short)) if float(short) == number else number


def _milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)


def read_exchange_info(body: bytes) -> Rows:
    return [(row["symbol"], row["baseAsset"], row["quoteAsset"], row["status"] == "TRADING") for row in _load(body)["symbols"]]


def read_klines(body: bytes) -> Rows:
    return [(_milliseconds(row[0]), *(_number(value) for value in row[1:6])) for row in _load(body)]


def read_depth(body: bytes) -> Rows:
    depth = _load(body)
    return [(side, _number(level[0]), _number(level[1])) for side in ("bids", "asks") for level in depth[side]]


def read_tickers(body: bytes) -> Rows:
    names = ("lastPrice", "openPrice", "highPrice", "lowPrice", "priceChange", "volume", "quoteVolume")
    traded = [row for row in _load(body) if Decimal(row["lastPrice"]) != 0]
    return [(row["symbol"], _milliseconds(row["closeTime"]), *(_number(row[name]) for name in names)) for row in traded]


def read_trades(body: bytes) -> Rows:
    return [
        (
            str(row["id"]),
            _number(row["price"]),
            _number(row["qty"]),
            "sell" if row["isBuyerMaker"] else "buy",
            _milliseconds(row["time"]),
        )
        for row in _load(body)
    ]


def read_chart(body: bytes) -> Rows:
    """Daily rows with a price, by the date at the exchange."""
    result = _load(body)["chart"]["result"][0]
    zone = ZoneInfo(result["meta"]["exchangeTimezoneName"])
    columns = result["indicators"]["quote"][0]
    rows: Rows = []
    for index, stamp in enumerate(result.get("timestamp", [])):
        stated = [columns[name][index] for name in ("open", "high", "low", "close")]
        if None not in stated:
            prices = [_meant(price) for price in stated]
            day = datetime.fromtimestamp(stamp, zone).date()
            volume = columns["volume"][index] or 0
            if result["meta"]["instrumentType"] == "CRYPTOCURRENCY":  # stated in the currency
                volume = round(float(volume) / prices[3], 8)
            rows.append((datetime(day.year, day.month, day.day, tzinfo=UTC), *prices, _number(volume)))
    return rows


def read_chart_quote(body: bytes) -> Rows:
    meta = _load(body)["chart"]["result"][0]["meta"]
    return [(_number(meta["regularMarketPrice"]), datetime.fromtimestamp(meta["regularMarketTime"], UTC), meta["currency"])]


def read_markets(body: bytes) -> Rows:
    names = ("current_price", "market_cap", "total_volume", "high_24h", "low_24h", "circulating_supply")
    return [(row["id"], row["symbol"].upper(), *(_number(row[name]) for name in names)) for row in _load(body)]


def read_markets_listing(body: bytes) -> Rows:
    return [(row["id"], row["symbol"].upper(), row["name"]) for row in _load(body)]


def read_market_chart(body: bytes) -> Rows:
    """Open, high, low and close of the points of each hour."""
    hours: dict[datetime, list[float]] = {}
    for stamp, price in sorted(_load(body)["prices"]):
        moment = _milliseconds(stamp)
        hours.setdefault(moment.replace(minute=0, second=0, microsecond=0), []).append(_number(price))
    return [(hour, points[0], max(points), min(points), points[-1]) for hour, points in hours.items()]


def read_tickers_listing(body: bytes) -> Rows:
    return [(row["ticker"], row["title"], f"{row['cik_str']:010d}") for row in _load(body).values()]


def read_submissions(body: bytes) -> Rows:
    document = _load(body)
    columns = document["filings"]["recent"] if "filings" in document else document
    names = ("accessionNumber", "form", "filingDate", "reportDate")
    return list(zip(*(columns[name] for name in names), strict=True))


def told_values(endpoint: str, value: Any) -> Rows:
    """Return what the adapter read, in the same form."""
    return [_TELL[endpoint](row) for row in (_rows(value))]


def _rows(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if hasattr(value, "bars"):
        return value.bars
    return [("bids", level) for level in value.bids] + [("asks", level) for level in value.asks]


_TELL: dict[str, Any] = {
    "exchange_info": lambda r: (r.provider_symbol, r.base, r.currency, r.is_trading),
    "klines": lambda r: (r.time, r.open, r.high, r.low, r.close, r.volume),
    "depth": lambda r: (r[0], *r[1]),
    "ticker_24hr": lambda r: (r.symbol, r.time, r.price, r.open, r.high, r.low, r.change, r.volume, r.quote_volume),
    "trades": lambda r: (r.trade_id, r.price, r.quantity, r.side.value, r.time),
    "chart": lambda r: (r.time, r.open, r.high, r.low, r.close, r.volume),
    "chart_quote": lambda r: (r.price, r.time, r.currency),
    "coins_markets": lambda r: (
        r.provider_symbol,
        r.ticker,
        r.price,
        r.market_cap,
        r.volume_24h,
        r.high_24h,
        r.low_24h,
        r.circulating_supply,
    ),
    "markets_listing": lambda r: (r.provider_symbol, r.base, r.name),
    "market_chart": lambda r: (r.time, r.open, r.high, r.low, r.close),
    "tickers": lambda r: (r.provider_symbol, r.name, r.identifier),
    "submissions": lambda r: (
        r.accession_number,
        r.form,
        r.filed_on.isoformat(),
        r.period_end.isoformat() if r.period_end else "",
    ),
}
