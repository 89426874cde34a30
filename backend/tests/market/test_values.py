"""What holds for every value of the market: JSON and back is the same value, and none can be changed."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields

from financehub.market.bar import Bar, BarsQuery, Candles
from financehub.market.crypto_asset import CryptoAsset, CryptoMarketsQuery
from financehub.market.filing import Filing, FilingsQuery
from financehub.market.fx_rate import FxHistoryQuery, FxRate, FxRatesQuery
from financehub.market.instrument import AssetClass, Instrument, InstrumentsQuery, ListedInstrument
from financehub.market.order_book import BookState, OrderBookDelta, OrderBookQuery, OrderBookSnapshot
from financehub.market.provenance import Provenance, TraceStep
from financehub.market.quote import Quote, QuotesQuery
from financehub.market.trade import Side, Trade, TradesQuery

VALUES: list[type[Struct]] = [
    Bar,
    BarsQuery,
    Candles,
    CryptoAsset,
    CryptoMarketsQuery,
    Filing,
    FilingsQuery,
    FxHistoryQuery,
    FxRate,
    FxRatesQuery,
    Instrument,
    InstrumentsQuery,
    ListedInstrument,
    OrderBookDelta,
    OrderBookQuery,
    OrderBookSnapshot,
    Provenance,
    Quote,
    QuotesQuery,
    TraceStep,
    Trade,
    TradesQuery,
]

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=20))
st.register_type_strategy(datetime, st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
st.register_type_strategy(date, st.dates())


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_json_and_back_is_the_same_value(kind):
    hints = {field.name: st.from_type(field.type) for field in fields(kind)}

    @given(st.fixed_dictionaries(hints))
    def check(values):
        value = kind(**values)
        assert msgspec.json.decode(msgspec.json.encode(value), type=kind) == value

    check()


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_no_value_can_be_changed(kind):
    assert kind.__struct_config__.frozen


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (AssetClass, ["equity", "etf", "index", "crypto", "fx", "future", "fund"]),
        (BookState, ["unsynced", "syncing", "live", "stale", "crossed"]),
        (Side, ["buy", "sell"]),
    ],
)
def test_names_that_clients_read_stay_as_they_are(names, expected):
    assert [str(name) for name in names] == expected


def test_a_naive_time_is_written_without_a_zone_and_so_betrays_itself():
    trade = Trade(symbol="A", trade_id="1", price=1.0, quantity=1.0, side=None, time=datetime(2026, 3, 2, tzinfo=UTC))
    assert b'"2026-03-02T00:00:00Z"' in msgspec.json.encode(trade)
