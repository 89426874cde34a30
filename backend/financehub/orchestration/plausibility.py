"""Keep out what cannot be true: not a number, nothing or less, upside down, or off by a factor of a hundred.

A genuine move must pass, and so must a split. A factor near 100 is the mark of a wrong unit (pence for pounds, cents for
dollars) and is refused against the last price that was believed; any other jump is refused only where the series comes back,
because a market that moved twentyfold does not stand at the old price one bar later on both sides.
"""

import math
from collections.abc import Sequence

from msgspec import Struct

from financehub.market.bar import Bar
from financehub.market.crypto_asset import CryptoAsset
from financehub.market.fx_rate import FxRate
from financehub.market.order_book import OrderBookSnapshot
from financehub.market.quote import Quote
from financehub.market.trade import Trade

UNIT_FACTOR_LOW, UNIT_FACTOR_HIGH = 80.0, 125.0
SPIKE_FACTOR = 20.0
LONGEST_WRONG_EDGE = 5


class ScreenedBars(Struct, frozen=True):
    """The bars that can be true, oldest first, and each of the others with the reason."""

    good: list[Bar]
    rejected: list[tuple[Bar, str]]


def is_unit_factor(price: float, reference: float) -> bool:
    """Return whether two prices differ by about 100, which is a unit mistaken for another."""
    ratio = max(price, reference) / min(price, reference)
    return UNIT_FACTOR_LOW <= ratio <= UNIT_FACTOR_HIGH


def _is_price(value: float) -> bool:
    return math.isfinite(value) and value > 0


def _is_amount(value: float | None) -> bool:
    return value is None or (math.isfinite(value) and value >= 0)


def check_quote(quote: Quote, last_good: float | None = None) -> str:
    """Return why `quote` cannot be true, or "" where it can; `last_good` is the last price that was believed."""
    if not _is_price(quote.price):
        return f"price {quote.price} is not a positive number"
    for name in ("open", "high", "low", "previous_close"):
        value = getattr(quote, name)
        if value is not None and not _is_price(value):
            return f"{name} {value} is not a positive number"
    if quote.high is not None and quote.low is not None and quote.high < quote.low:
        return f"high {quote.high} is below low {quote.low}"
    for name in ("bid", "ask", "volume", "quote_volume", "market_cap"):
        if not _is_amount(getattr(quote, name)):
            return f"{name} {getattr(quote, name)} is not a number of 0 or more"
    for name, reference in (("the last good price", last_good), ("previous_close", quote.previous_close)):
        if reference is not None and is_unit_factor(quote.price, reference):
            return f"price {quote.price} is about 100 times off {name} {reference}"
    return ""


def check_bar(bar: Bar) -> str:
    """Return why `bar` cannot be true by itself, or ""."""
    prices = (bar.open, bar.high, bar.low, bar.close)
    if not all(_is_price(price) for price in prices):
        return "a price is not a positive number"
    if not (math.isfinite(bar.volume) and bar.volume >= 0):
        return f"volume {bar.volume} is not a number of 0 or more"
    if not bar.is_consistent:
        return "high and low do not hold open and close"
    if is_unit_factor(bar.high, max(bar.open, bar.close)) or is_unit_factor(bar.low, min(bar.open, bar.close)):
        return "high or low is about 100 times off open and close"
    return ""


def screen_bars(bars: Sequence[Bar], *, before: float | None = None, after: float | None = None) -> ScreenedBars:
    """Return which of `bars` (oldest first) can be true; `before` and `after` are believed closes next to the series."""
    good: list[Bar] = []
    rejected: list[tuple[Bar, str]] = []
    for bar in bars:
        reason = check_bar(bar)
        if reason:
            rejected.append((bar, reason))
        else:
            good.append(bar)
    runs = _split_at_jumps(good)
    rejected += _take_spikes(runs, before, after)
    rejected += _take_wrong_edges(runs, before, after)
    return ScreenedBars([bar for run in runs for bar in run], rejected)


def _split_at_jumps(bars: Sequence[Bar]) -> list[list[Bar]]:
    """Cut a series wherever one close is more than 20 times the one beside it."""
    runs: list[list[Bar]] = []
    for bar in bars:
        if runs and _factor(bar.close, runs[-1][-1].close) <= SPIKE_FACTOR:
            runs[-1].append(bar)
        else:
            runs.append([bar])
    return runs


def _factor(first: float, second: float) -> float:
    return max(first, second) / min(first, second)


def _take_spikes(runs: list[list[Bar]], before: float | None, after: float | None) -> list[tuple[Bar, str]]:
    """Remove the runs that stand alone between two sides, the shortest first, joining what they parted."""
    rejected: list[tuple[Bar, str]] = []
    while spikes := [index for index in range(len(runs)) if _is_spike(runs, index, before, after)]:
        index = min(spikes, key=lambda each: len(runs[each]))
        run = runs.pop(index)
        rejected += [(bar, f"close {bar.close} is more than {SPIKE_FACTOR:.0f} times off both neighbours") for bar in run]
        if 0 < index < len(runs) and _factor(runs[index - 1][-1].close, runs[index][0].close) <= SPIKE_FACTOR:
            runs[index - 1 : index + 1] = [runs[index - 1] + runs[index]]
    return rejected


def _is_spike(runs: list[list[Bar]], index: int, before: float | None, after: float | None) -> bool:
    run = runs[index]
    left = runs[index - 1][-1].close if index else before
    right = runs[index + 1][0].close if index + 1 < len(runs) else after
    if left is None or right is None:
        return False
    first, last = run[0].close, run[-1].close
    is_above = first > SPIKE_FACTOR * left and last > SPIKE_FACTOR * right
    return is_above or (first * SPIKE_FACTOR < left and last * SPIKE_FACTOR < right)


def _take_wrong_edges(runs: list[list[Bar]], before: float | None, after: float | None) -> list[tuple[Bar, str]]:
    """Remove a first or last run that is off by a unit, where it is short beside the rest or a believed close speaks against it."""
    rejected: list[tuple[Bar, str]] = []
    if len(runs) == 1 and before is not None and after is not None:
        return rejected  # off on one side only: the market moved, or the two believed closes contradict each other
    for is_last, believed in ((False, before), (True, after)):
        if runs and believed is not None and is_unit_factor(_edge(runs, is_last=is_last), believed):
            rejected += _refuse(runs, believed, is_last=is_last)
        elif len(runs) > 1 and believed is None:
            run, beside = (runs[-1], runs[-2][-1]) if is_last else (runs[0], runs[1][0])
            is_short = len(run) <= min(LONGEST_WRONG_EDGE, len(runs[-2 if is_last else 1]))
            if is_short and is_unit_factor(_edge(runs, is_last=is_last), beside.close):
                rejected += _refuse(runs, beside.close, is_last=is_last)
    return rejected


def _edge(runs: list[list[Bar]], *, is_last: bool) -> float:
    """Return the close of a series' outermost bar."""
    return runs[-1][-1].close if is_last else runs[0][0].close


def _refuse(runs: list[list[Bar]], neighbour: float, *, is_last: bool) -> list[tuple[Bar, str]]:
    run = runs.pop(-1 if is_last else 0)
    return [(bar, f"close {bar.close} is about 100 times off its neighbour {neighbour}") for bar in run]


def check_rates(rates: Sequence[FxRate]) -> str:
    """Return why these exchange rates cannot be true, or ""."""
    wrong = next((rate for rate in rates if not _is_price(rate.rate)), None)
    return f"rate {wrong.rate} of {wrong.base}/{wrong.quote} is not a positive number" if wrong else ""


def check_book(book: OrderBookSnapshot) -> str:
    """Return why this order book cannot be true, or ""."""
    for price, quantity in (*book.bids, *book.asks):
        if not _is_price(price) or not _is_price(quantity):
            return f"level {price} × {quantity} is not positive"
    if book.bids and book.asks and book.bids[0][0] >= book.asks[0][0]:
        return f"best bid {book.bids[0][0]} is not below best ask {book.asks[0][0]}"
    return ""


def check_trades(trades: Sequence[Trade]) -> str:
    """Return why these trades cannot be true, or ""."""
    wrong = next((trade for trade in trades if not _is_price(trade.price) or not _is_price(trade.quantity)), None)
    return f"trade {wrong.trade_id} of {wrong.quantity} at {wrong.price} is not positive" if wrong else ""


def check_markets(markets: Sequence[CryptoAsset]) -> str:
    """Return why these rows cannot be true, or ""."""
    for row in markets:
        if row.price is not None and not _is_price(row.price):
            return f"price {row.price} of {row.provider_symbol} is not a positive number"
        if not _is_amount(row.market_cap) or not _is_amount(row.volume_24h):
            return f"market_cap or volume_24h of {row.provider_symbol} is not a number of 0 or more"
    return ""
