from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from financehub.errors import BadPayload
from financehub.market.bar import BarsQuery, Interval
from financehub.market.order_book import OrderBookQuery
from financehub.market.quote import QuotesQuery
from financehub.providers.adapters.binance.binance_endpoints import ENDPOINTS
from financehub.providers.provider import Endpoint

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MS = 1767614400000
BY_NAME: dict[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}  # type: ignore[type-arg]


def _row(start_ms: int, **changes: str) -> list[object]:
    prices = {"open": "2", "high": "3", "low": "1", "close": "2", "volume": "5"} | changes
    return [start_ms, *prices.values(), start_ms + 59_999, "1", 1, "1", "1", "0"]


def _query(minutes: int) -> BarsQuery:
    return BarsQuery(symbol="BTCUSDT", interval=Interval.M1, start=NOON, end=NOON + timedelta(minutes=minutes))


def test_a_full_page_is_followed_from_its_last_bar_to_the_end_of_the_window() -> None:
    klines, query = BY_NAME["klines"], _query(1_500)
    assert klines.next_request is not None
    full = msgspec.json.encode([_row(MS + 60_000 * minute) for minute in range(1_000)])
    following = klines.next_request(full, query, klines.request(query))
    assert following is not None
    params = dict(following.params)
    assert (params["startTime"], params["endTime"]) == (str(MS + 60_000_000), str(MS + 90_000_000 - 1))
    assert klines.next_request(full, _query(1_000), klines.request(query)) is None
    assert klines.next_request(msgspec.json.encode([_row(MS)]), query, klines.request(query)) is None


def test_bars_outside_the_window_are_left_out() -> None:
    body = msgspec.json.encode([_row(MS - 60_000), _row(MS), _row(MS + 60_000)])
    assert [bar.time for bar in BY_NAME["klines"].parse(body, _query(1)).bars] == [NOON]


@pytest.mark.parametrize(
    "changes", [{"high": "0.5"}, {"low": "-1"}, {"open": "nan"}, {"close": "inf"}, {"volume": "-1"}, {"low": "0"}]
)
def test_a_bar_that_cannot_be_spoils_the_answer(changes: dict[str, str]) -> None:
    with pytest.raises(BadPayload, match="a bar that cannot be"):
        BY_NAME["klines"].parse(msgspec.json.encode([_row(MS, **changes)]), _query(1))


def test_a_wild_price_that_is_well_formed_passes() -> None:
    bars = BY_NAME["klines"].parse(msgspec.json.encode([_row(MS, high="300000000", open="300000000")]), _query(1)).bars
    assert bars[0].high == 300000000.0


def test_bars_out_of_order_or_repeated_are_refused() -> None:
    for rows in ([_row(MS + 60_000), _row(MS)], [_row(MS), _row(MS)]):
        with pytest.raises(BadPayload, match="order of time"):
            BY_NAME["klines"].parse(msgspec.json.encode(rows), _query(2))


@pytest.mark.parametrize(
    ("limit", "sent", "cost"),
    [(5, 5, 5), (100, 100, 5), (101, 101, 25), (500, 500, 25), (1_000, 1_000, 50), (5_000, 5_000, 250), (9_999, 5_000, 250)],
)
def test_a_deeper_book_costs_more(limit: int, sent: int, cost: int) -> None:
    request = BY_NAME["depth"].request(OrderBookQuery("BTCUSDT", limit))
    assert (dict(request.params)["limit"], request.cost) == (str(sent), cost)


def test_many_tickers_cost_more_than_few() -> None:
    names = tuple(f"A{number}USDT" for number in range(21))
    assert BY_NAME["ticker_24hr"].request(QuotesQuery(names[:20])).cost == 2
    assert BY_NAME["ticker_24hr"].request(QuotesQuery(names)).cost == 40
