from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.market.bar import Bar, BarsQuery, Interval
from financehub.market.quote import Quote, QuotesQuery
from financehub.providers.adapters.yahoo_finance import PROVIDER

CHART = next(endpoint for endpoint in PROVIDER.endpoints if endpoint.name == "chart")
CHART_QUOTE = next(endpoint for endpoint in PROVIDER.endpoints if endpoint.name == "chart_quote")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
STAMP = 1767614400


def test_rows_out_of_order_are_put_in_order_before_repeated_ones_are_merged() -> None:
    prices = [3.0, 1.0, 2.0]
    columns = dict.fromkeys(("open", "high", "low", "close"), prices) | {"volume": [30, 10, 20]}
    result = {"meta": {"symbol": "ACME"}, "timestamp": [STAMP + 60, STAMP, STAMP + 60], "indicators": {"quote": [columns]}}
    body = msgspec.json.encode({"chart": {"result": [result], "error": None}})
    query = BarsQuery(symbol="ACME", interval=Interval.M1, start=NOON, end=NOON.replace(hour=13))
    bars = CHART.parse(body, query).bars
    assert [(bar.time.minute, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars] == [
        (0, 1.0, 1.0, 1.0, 1.0, 10.0),
        (1, 3.0, 3.0, 2.0, 2.0, 30.0),
    ]


def body(meta: dict[str, Any], stamps: list[int], closes: list[float]) -> bytes:
    columns: dict[str, Any] = dict.fromkeys(("open", "high", "low", "close"), closes) | {"volume": [0] * len(stamps)}
    result = {"meta": {"symbol": "ACME"} | meta, "timestamp": stamps, "indicators": {"quote": [columns]}}
    return msgspec.json.encode({"chart": {"result": [result], "error": None}})


def week_bars(meta: dict[str, Any], *moments: datetime) -> list[Bar]:
    query = BarsQuery(
        symbol="ACME", interval=Interval.W1, start=datetime(2026, 1, 5, tzinfo=UTC), end=datetime(2027, 1, 4, tzinfo=UTC)
    )
    closes = [float(number) for number in range(1, len(moments) + 1)]
    bars: list[Bar] = CHART.parse(body(meta, [int(moment.timestamp()) for moment in moments], closes), query).bars
    return bars


@pytest.mark.parametrize(
    "meta",
    [
        {"exchangeTimezoneName": "America/New_York", "gmtoffset": -18_000},
        {"exchangeTimezoneName": "Nowhere/Known", "gmtoffset": -18_000},
        {"exchangeTimezoneName": "Nowhere/Known", "gmtoffset": -14_400},
    ],
)
def test_weeks_that_begin_at_midnight_in_new_york_or_in_greenwich_hold_their_own_days(meta: dict[str, Any]) -> None:
    summer, winter, greenwich = (
        datetime(2026, 7, 6, 4, tzinfo=UTC),
        datetime(2026, 11, 9, 5, tzinfo=UTC),
        datetime(2026, 11, 16, tzinfo=UTC),
    )
    bars = week_bars(meta, summer, winter, greenwich)
    assert [(bar.time.month, bar.time.day, bar.close) for bar in bars] == [(7, 6, 1.0), (11, 9, 2.0), (11, 16, 3.0)]


def test_weeks_east_of_greenwich_begin_on_the_sunday_before() -> None:
    meta = {"exchangeTimezoneName": "Asia/Tokyo", "gmtoffset": 32_400}
    assert [bar.time for bar in week_bars(meta, datetime(2026, 11, 8, 15, tzinfo=UTC))] == [datetime(2026, 11, 9, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (189.9499969482422, 189.95),
        (7174.9443359375, 7174.9443),
        (1.2666670083999634, 1.266667),
        (0.12834799289703369, 0.128348),
        (1518, 1518.0),
        (189.95, 189.95),
        (97208.17, 97208.17),
        (1e300, 1e300),
    ],
)
def test_a_price_is_the_decimal_that_the_source_means(sent: float, meant: float) -> None:
    query = BarsQuery(symbol="ACME", interval=Interval.M1, start=NOON, end=NOON.replace(hour=13))
    (bar,) = CHART.parse(body({}, [STAMP], [sent]), query).bars
    assert (bar.open, bar.high, bar.low, bar.close) == (meant, meant, meant, meant)


@given(st.floats(min_value=2.0**-20, max_value=2.0**23, width=32))
def test_a_price_of_32_bits_becomes_what_numpy_prints(sent: float) -> None:
    query = BarsQuery(symbol="ACME", interval=Interval.M1, start=NOON, end=NOON.replace(hour=13))
    (bar,) = CHART.parse(body({}, [STAMP], [sent]), query).bars
    assert bar.close == float(str(np.float32(sent)))


def read_quote(**meta: Any) -> Quote:
    facts = {"regularMarketPrice": 324.2, "regularMarketTime": STAMP, "chartPreviousClose": 318.85, "regularMarketVolume": 0}
    (quote,) = CHART_QUOTE.parse(body(facts | meta, [STAMP], [318.0]), QuotesQuery(("ACME",)))
    assert isinstance(quote, Quote)
    return quote


def test_the_change_of_a_quote_is_exact() -> None:
    quote = read_quote()
    assert (quote.price, quote.previous_close, quote.change) == (324.2, 318.85, 5.35)
    assert quote.change_percent == 5.35 / 318.85 * 100


@pytest.mark.parametrize(
    ("kind", "stated", "volume"),
    [("EQUITY", 0, 0.0), ("EQUITY", 7, 7.0), ("CURRENCY", 0, None), ("INDEX", 0, None), ("INDEX", 7, 7.0)],
)
def test_nobody_counts_the_volume_of_a_currency(kind: str, stated: int, volume: float | None) -> None:
    assert read_quote(instrumentType=kind, regularMarketVolume=stated).volume == volume
