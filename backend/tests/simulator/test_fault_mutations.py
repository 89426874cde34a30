from typing import Any

import msgspec
import pytest

from financehub.simulator.fault_desk import FaultKind, FaultOrder
from financehub.simulator.fault_mutations import mutate

ROW = [1_700_000_000_000, "1.0", "2.0", "0.5", "1.5", "9.0", 1_700_000_059_999, "9.0", 3, "1.0", "1.0", "0"]


def changed(content: Any, kind: FaultKind, **more: Any) -> Any:
    return msgspec.json.decode(mutate(msgspec.json.encode(content), FaultOrder(kind=kind, **more)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([ROW], [[ROW[0], "100.00000000", "200.00000000", "50.00000000", "150.00000000", *ROW[5:]]]),
        ({"lastPrice": "2.5", "volume": "7"}, {"lastPrice": "250.00000000", "volume": "7"}),
        ({"bids": [["1.5", "7"]], "lastUpdateId": 3}, {"bids": [["150.00000000", "7"]], "lastUpdateId": 3}),
        ({"bitcoin": {"usd": 2.5}}, {"bitcoin": {"usd": 250.0}}),
        ({"prices": [[1_700_000_000_000, 2.5]]}, {"prices": [[1_700_000_000_000, 250.0]]}),
        ({"rates": {"USD": 1.5}, "amount": 1.0}, {"rates": {"USD": 150.0}, "amount": 1.0}),
        ({"quote": [{"close": [1.5, None], "volume": [3]}]}, {"quote": [{"close": [150.0, None], "volume": [3]}]}),
    ],
)
def test_prices_and_nothing_else_are_multiplied(before: Any, after: Any) -> None:
    assert changed(before, FaultKind.WRONG_PRICE) == after


def test_not_a_number_reads_as_careless_servers_write_it() -> None:
    order = FaultOrder(kind=FaultKind.NAN_PRICE)
    assert mutate(b'{"p":"1.5","q":"2"}', order) == b'{"p":"NaN","q":"2"}'
    assert mutate(b'{"usd":1.5}', order) == b'{"usd":NaN}'


def test_the_schema_drifts() -> None:
    assert changed({"a": [{"b": 1}]}, FaultKind.SCHEMA_DRIFT) == {"a_v2": [{"b_v2": 1}]}
    assert changed([ROW], FaultKind.SCHEMA_DRIFT) == [ROW[:4]]


def test_times_move_and_numbers_do_not() -> None:
    content = {"E": 1_700_000_000_000, "date": 1_700_000_000, "n": 42, "ok": True, "list": [1_700_000_000]}
    assert changed(content, FaultKind.CLOCK_SKEW, offset_seconds=-60) == {
        "E": 1_699_999_940_000, "date": 1_699_999_940, "n": 42, "ok": True, "list": [1_699_999_940]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "bid", "ask"),
    [
        ({"bids": [["1.0", "1"]], "asks": [["2.0", "1"]]}, "bids", "asks"),
        ({"b": [], "a": [["2.0", "1"], ["3.0", "1"]]}, "b", "a"),
        ({"data": {"b": [["2.0", "1"]], "a": []}}, "b", "a"),
    ],
)
def test_books_cross(before: Any, bid: str, ask: str) -> None:
    after = changed(before, FaultKind.CROSSED_BOOK)
    after, before = after.get("data", after), before.get("data", before)
    highest = max(float(level[0]) for level in (before[ask] or before[bid]))
    assert float(after[bid][0][0]) > highest
    assert after[ask] == before[ask]


def test_touches_cross_and_the_rest_stays() -> None:
    crossed = changed({"b": "1.0", "a": "2.0"}, FaultKind.CROSSED_BOOK)
    assert float(crossed["b"]) > float(crossed["a"])
    assert changed([1], FaultKind.CROSSED_BOOK) == [1]
    assert changed({"b": [], "a": []}, FaultKind.CROSSED_BOOK) == {"b": [], "a": []}


def test_what_is_not_json_stays() -> None:
    assert mutate(b"<html>", FaultOrder(kind=FaultKind.NAN_PRICE)) == b"<html>"
    assert changed({"a": 1}, FaultKind.DUPLICATE) == {"a": 1}
