"""Bodies that lie: right JSON with wrong content."""

from collections.abc import Callable
from typing import Any

import msgspec

from financehub.simulator.fault_desk import FaultKind, FaultOrder

_TICKER_PRICES = {"price", "lastPrice", "openPrice", "highPrice", "lowPrice", "bidPrice", "askPrice", "weightedAvgPrice"}
_EVENT_PRICES = {"p", "c", "o", "h", "l", "b", "a", "w", "x"}
_CHART_PRICES = {"open", "high", "low", "close", "adjclose", "regularMarketPrice", "previousClose", "chartPreviousClose"}
_COIN_PRICES = {"usd", "eur", "current_price", "prices", "high_24h", "low_24h"}
_BOOK_PRICES = {"bids", "asks"}
_PRICE_KEYS = _TICKER_PRICES | _EVENT_PRICES | _CHART_PRICES | _COIN_PRICES | _BOOK_PRICES
_RATE_KEYS = frozenset({"rates"})
_KLINE_PRICES = range(1, 5)
_KLINE_COLUMNS = 12
_BARE = "a bare NaN"
_YEAR_2000, _YEAR_2100 = 946_684_800, 4_102_444_800

Change = Callable[[Any], Any]


def mutate(body: bytes, order: FaultOrder) -> bytes:
    """Return `body` as the fault leaves it; what is not JSON stays as it is."""
    try:
        content = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body
    if order.kind is FaultKind.NAN_PRICE:
        return _with_nan(content)
    return msgspec.json.encode(_changed(content, order))


def _changed(content: Any, order: FaultOrder) -> Any:
    match order.kind:
        case FaultKind.SCHEMA_DRIFT:
            return _drifted(content)
        case FaultKind.CLOCK_SKEW:
            return _skewed(content, order.offset_seconds)
        case FaultKind.WRONG_PRICE:
            return _at_prices(content, lambda value: _times(value, order.factor))
        case FaultKind.CROSSED_BOOK:
            return _crossed(content)
        case _:
            return content


def _drifted(content: Any) -> Any:
    """Return the content with every key renamed and every kline row cut to four columns."""
    if isinstance(content, dict):
        return {f"{key}_v2": _drifted(value) for key, value in content.items()}
    if isinstance(content, list):
        cut = content[:4] if _is_kline(content) else content
        return [_drifted(value) for value in cut]
    return content


def _skewed(content: Any, seconds: float) -> Any:
    """Return the content with every whole number that looks like a time moved by `seconds`."""
    if isinstance(content, dict):
        return {key: _skewed(value, seconds) for key, value in content.items()}
    if isinstance(content, list):
        return [_skewed(value, seconds) for value in content]
    if isinstance(content, int) and not isinstance(content, bool):
        for scale in (1, 1000):
            if _YEAR_2000 * scale <= content <= _YEAR_2100 * scale:
                return content + round(seconds * scale)
    return content


def _at_prices(content: Any, change: Change, *, is_price: bool = False) -> Any:
    """Return the content with `change` made to everything that is a price."""
    if isinstance(content, dict):
        return {key: _at_key(key, value, change) for key, value in content.items()}
    if isinstance(content, list):
        if _is_kline(content):
            return [change(value) if at in _KLINE_PRICES else value for at, value in enumerate(content)]
        if is_price and _is_point(content):
            return [change(content[0]), content[1]] if isinstance(content[0], str) else [content[0], change(content[1])]
        return [_at_prices(value, change, is_price=is_price) for value in content]
    return change(content) if is_price and _is_number(content) else content


def _at_key(key: str, value: Any, change: Change) -> Any:
    return _all_numbers(value, change) if key in _RATE_KEYS else _at_prices(value, change, is_price=key in _PRICE_KEYS)


def _all_numbers(content: Any, change: Change) -> Any:
    if isinstance(content, dict):
        return {key: _all_numbers(value, change) for key, value in content.items()}
    return change(content) if _is_number(content) else content


def _is_kline(content: list[Any]) -> bool:
    return len(content) == _KLINE_COLUMNS and isinstance(content[0], int)


def _is_point(content: list[Any]) -> bool:
    """Return whether a pair is a level (two strings) or a point of a chart (time and price)."""
    return len(content) == 2 and all(_is_number(each) for each in content)


def _is_number(content: Any) -> bool:
    if isinstance(content, str):
        return content.replace(".", "", 1).removeprefix("-").isdigit()
    return isinstance(content, (int, float)) and not isinstance(content, bool)


def _times(value: Any, factor: float) -> Any:
    return f"{float(value) * factor:.8f}" if isinstance(value, str) else value * factor


def _crossed(content: Any) -> Any:
    """Return a book (snapshot, change or touch) whose best bid lies a percent above its best ask."""
    if not isinstance(content, dict):
        return content
    for bids, asks in (("bids", "asks"), ("b", "a")):
        if isinstance(content.get(asks), list) and isinstance(content.get(bids), list):
            prices = [float(level[0]) for level in (content[asks] or content[bids])]
            if prices:
                return content | {bids: [[f"{max(prices) * 1.01:.8f}", "1.00000000"], *content[bids]]}
    if isinstance(content.get("a"), str) and isinstance(content.get("b"), str):
        return content | {"b": f"{float(content['a']) * 1.01:.8f}"}
    return {key: _crossed(value) for key, value in content.items()}


def _with_nan(content: Any) -> bytes:
    """Return JSON whose prices read NaN as careless servers write it: strings as "NaN", numbers as a bare NaN."""
    spoilt = _at_prices(content, lambda value: "NaN" if isinstance(value, str) else _BARE)
    return msgspec.json.encode(spoilt).replace(f'"{_BARE}"'.encode(), b"NaN")
