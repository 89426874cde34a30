from datetime import UTC, datetime

import msgspec

from financehub.market.bar import BarsQuery, Interval
from financehub.providers.adapters.yahoo_finance import PROVIDER

CHART = next(endpoint for endpoint in PROVIDER.endpoints if endpoint.name == "chart")
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
