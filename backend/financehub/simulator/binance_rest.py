"""Binance's spot REST endpoints as its documentation writes them, over any venue."""

from collections.abc import Callable
from typing import Any

import msgspec

from financehub.clock import Clock
from financehub.simulator.kline_intervals import is_interval
from financehub.simulator.venue_source import KlineWindow, ListedPair, UnknownPair, VenueSource
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response

WEIGHT_LIMIT = 6000
_MILLISECOND_NS = 1_000_000
_DEPTH_WEIGHTS = ((100, 5), (500, 25), (1000, 50), (5000, 250))


class BinanceRefusal(Exception):
    """An error body of Binance: a negative code, a message, an HTTP status."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def _invalid_symbol() -> BinanceRefusal:
    return BinanceRefusal(-1121, "Invalid symbol.")


class BinanceRest:
    """Answer /api/v3 of one venue and count the weight that was used."""

    def __init__(self, venue: VenueSource, clock: Clock, *, has_limits: bool = False) -> None:
        self._venue = venue
        self._clock = clock
        self._has_limits = has_limits
        self._minute = -1
        self._used = 0
        self._routes: dict[str, Callable[[dict[str, str], int], tuple[Any, int]]] = {
            "/api/v3/ping": lambda _query, _now: ({}, 1),
            "/api/v3/time": lambda _query, now: ({"serverTime": now // _MILLISECOND_NS}, 1),
            "/api/v3/exchangeInfo": self._exchange_info,
            "/api/v3/klines": self._klines,
            "/api/v3/ticker/24hr": self._day_tickers,
            "/api/v3/ticker/price": self._prices,
            "/api/v3/depth": self._depth,
            "/api/v3/trades": self._trades,
            "/api/v3/aggTrades": self._aggregate_trades,
        }

    def answer(self, request: WireRequest) -> WireResponse:
        """Return what Binance would say to `request`."""
        route = self._routes.get(request.path)
        if route is None:
            return WireResponse(status=404, body=b"<html><body><h2>404 Not found</h2></body></html>", content_type="text/html")
        now_ns = self._clock.now_ns()
        try:
            value, weight = route(request.query, now_ns)
            headers = self._count(weight, now_ns)
        except UnknownPair:
            return _refused(_invalid_symbol())
        except BinanceRefusal as refusal:
            return _refused(refusal)
        return json_response(value, headers=headers)

    def _count(self, weight: int, now_ns: int) -> tuple[tuple[str, str], ...]:
        minute = now_ns // (60_000 * _MILLISECOND_NS)
        if minute != self._minute:
            self._minute, self._used = minute, 0
        self._used += weight
        if self._has_limits and self._used > WEIGHT_LIMIT:
            raise BinanceRefusal(
                -1003, f"Too much request weight used; current limit is {WEIGHT_LIMIT} request weight per 1 MINUTE.", 429
            )
        return (("X-MBX-USED-WEIGHT", str(self._used)), ("X-MBX-USED-WEIGHT-1M", str(self._used)))

    def _exchange_info(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        asked = _symbols(query)
        pairs = self._venue.pairs()
        if asked is not None:
            known = {pair.symbol: pair for pair in pairs}
            if missing := [symbol for symbol in asked if symbol not in known]:
                raise UnknownPair(missing[0])
            pairs = [known[symbol] for symbol in asked]
        limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": WEIGHT_LIMIT}
        raw = {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61_000}
        head = {"timezone": "UTC", "serverTime": now_ns // _MILLISECOND_NS, "rateLimits": [limit, raw], "exchangeFilters": []}
        return head | {"symbols": [_listing(pair) for pair in pairs]}, 20

    def _klines(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        symbol, interval = _required(query, "symbol"), _required(query, "interval")
        if not is_interval(interval):
            raise BinanceRefusal(-1120, "Invalid interval.")
        limit = _whole(query, "limit", 500, 1000)
        start, end = _moment(query, "startTime"), _moment(query, "endTime")
        return self._venue.klines(symbol, KlineWindow(interval=interval, start_ms=start, end_ms=end, limit=limit), now_ns), 2

    def _day_tickers(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        asked = _symbols(query)
        names = [pair.symbol for pair in self._venue.pairs()] if asked is None else asked
        tickers = [self._venue.day_ticker(symbol, now_ns) for symbol in names]
        if query.get("type", "FULL") == "MINI":
            dropped = {"priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastQty", "bidPrice", "bidQty"}
            dropped |= {"askPrice", "askQty"}
            tickers = [{name: value for name, value in each.items() if name not in dropped} for each in tickers]
        weight = 80 if asked is None or len(names) > 100 else 40 if len(names) > 20 else 2
        return (tickers[0] if "symbol" in query else tickers), weight

    def _prices(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        tickers, _ = self._day_tickers(query, now_ns)
        shorten = [
            {"symbol": each["symbol"], "price": each["lastPrice"]}
            for each in (tickers if isinstance(tickers, list) else [tickers])
        ]
        return (shorten if isinstance(tickers, list) else shorten[0]), 4 if isinstance(tickers, list) else 2

    def _depth(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        limit = _whole(query, "limit", 100, 5000)
        weight = next(weight for most, weight in _DEPTH_WEIGHTS if limit <= most)
        return self._venue.depth(_required(query, "symbol"), limit, now_ns), weight

    def _trades(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        return self._venue.trades(_required(query, "symbol"), _whole(query, "limit", 500, 1000), now_ns), 25

    def _aggregate_trades(self, query: dict[str, str], now_ns: int) -> tuple[Any, int]:
        trades = self._venue.trades(_required(query, "symbol"), _whole(query, "limit", 500, 1000), now_ns)
        return [
            {
                "a": each["id"],
                "p": each["price"],
                "q": each["qty"],
                "f": each["id"],
                "l": each["id"],
                "T": each["time"],
                "m": each["isBuyerMaker"],
                "M": True,
            }
            for each in trades
        ], 4


def _refused(refusal: BinanceRefusal) -> WireResponse:
    headers = (("Retry-After", "60"),) if refusal.status == 429 else ()
    return json_response({"code": refusal.code, "msg": refusal.message}, status=refusal.status, headers=headers)


def _required(query: dict[str, str], name: str) -> str:
    if not query.get(name):
        raise BinanceRefusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return query[name]


def _whole(query: dict[str, str], name: str, default: int, most: int) -> int:
    """Return a whole number, cut to `most` as Binance does."""
    text = query.get(name, str(default))
    if not text.isdigit():
        raise BinanceRefusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.")
    if int(text) < 1:
        raise BinanceRefusal(-1130, f"Data sent for parameter '{name}' is not valid.")
    return min(int(text), most)


def _moment(query: dict[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not text.isdigit():
        raise BinanceRefusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '^[0-9]{{1,20}}$'.")
    return int(text)


def _symbols(query: dict[str, str]) -> list[str] | None:
    """Return the symbols of `symbol=` or `symbols=["A","B"]`, None when neither was sent."""
    if "symbol" in query and "symbols" in query:
        raise BinanceRefusal(-1128, "Combination of optional parameters invalid.")
    if "symbol" in query:
        return [_required(query, "symbol")]
    if "symbols" not in query:
        return None
    try:
        return msgspec.json.decode(query["symbols"], type=list[str])
    except msgspec.DecodeError:
        raise BinanceRefusal(-1100, "Illegal characters found in parameter 'symbols'.") from None


def _listing(pair: ListedPair) -> dict[str, Any]:
    tick, step = (f"{10.0**-decimals:.8f}" for decimals in (pair.price_decimals, pair.lot_decimals))
    return {
        "symbol": pair.symbol,
        "status": "TRADING",
        "baseAsset": pair.base,
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True,
        "ocoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "1000000.00000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": step, "maxQty": "9000000.00000000", "stepSize": step},
            {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True, "avgPriceMins": 5},
        ],
        "permissions": ["SPOT"],
        "permissionSets": [["SPOT"]],
    }
