import math
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streaming.live_market import BTC, NOW, NOW_NS, provenance, quote, snapshot, trade

from financehub.clock import ManualClock, use_clock
from financehub.errors import Implausible
from financehub.market.bar import Bar, Interval
from financehub.market.provenance import DelayClass
from financehub.streaming.live_channels import PATIENCE, BarsChannel, BookChannel, Origin, QuoteChannel, TradesChannel
from financehub.streaming.live_payloads import compute_imbalance
from financehub.streaming.live_topics import parse_topic

ORIGIN = Origin(source="venue", delay_class=DelayClass.REPLAYED, instrument=BTC.instrument)


@pytest.fixture(autouse=True)
def market_time():
    with use_clock(ManualClock(NOW_NS + 45 * 10**9)):
        yield


def frames(channel):
    return [msgspec.json.decode(each.payload) for each in channel.take()]


def bar(minute=0, close=10.0, *, is_final=False, **more) -> Bar:
    values = {"open": 10.0, "high": 12.0, "low": 9.0, "volume": 1.0, **more}
    time = NOW + timedelta(minutes=minute)
    return Bar(symbol="BTC-USDT", interval=Interval.M1, time=time, close=close, is_final=is_final, **values)


def test_an_older_quote_is_ignored_and_the_latest_is_published_once():
    channel = QuoteChannel(parse_topic("price", "BTCUSDT"), ORIGIN)
    assert channel.take() == []
    assert channel.apply(quote(price=2.0, second=5), NOW_NS)
    assert not channel.apply(quote(price=1.0, second=4), NOW_NS)
    assert channel.apply(quote(price=3.0, second=5), NOW_NS)
    (frame,) = frames(channel)
    assert (frame["data"]["price"], frame["data"]["symbol"]) == (3.0, "BTCUSDT")
    assert (frame["provenance"]["delay_class"], frame["provenance"]["freshness"]) == ("replayed", "recent")
    assert channel.take() == []


def test_a_source_that_insists_on_another_level_is_believed_in_the_end():
    channel = QuoteChannel(parse_topic("price", "BTCUSDT"), ORIGIN)
    channel.apply(quote(price=10_000.0), NOW_NS)
    for second in range(PATIENCE):
        with pytest.raises(Implausible):
            channel.apply(quote(price=100.0, second=second), NOW_NS)
    assert channel.apply(quote(price=100.0, second=PATIENCE), NOW_NS)


@pytest.mark.parametrize("price", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_price_is_refused_everywhere(price):
    with pytest.raises(Implausible):
        QuoteChannel(parse_topic("price", "BTCUSDT"), ORIGIN).apply(quote(price=price), NOW_NS)
    with pytest.raises(Implausible):
        TradesChannel(parse_topic("trades", "BTCUSDT"), ORIGIN).apply(trade(1, price=price), NOW_NS)
    with pytest.raises(Implausible):
        BarsChannel(parse_topic("bars", "BTCUSDT"), ORIGIN).apply(bar(close=price), NOW_NS)


def test_the_tape_is_kept_before_the_new_trades_are_told():
    channel = TradesChannel(parse_topic("trades", "BTCUSDT"), ORIGIN)
    channel.apply(trade(1), NOW_NS)
    channel.take()
    channel.apply(trade(2), NOW_NS)
    tape, news = channel.take()
    assert (tape.topic, tape.is_retained, news.topic, news.is_retained) == (
        "tape.VENUE.BTCUSDT",
        True,
        "trades.VENUE.BTCUSDT",
        False,
    )
    ids = [[each["trade_id"] for each in msgspec.json.decode(one.payload)["data"]["trades"]] for one in (tape, news)]
    assert ids == [["1", "2"], ["2"]]
    assert channel.take() == []


def test_a_tape_is_filled_from_its_own_source_only():
    channel = TradesChannel(parse_topic("trades", "BTCUSDT"), ORIGIN)
    assert not channel.fill([trade(1)], provenance("other"))
    channel.apply(trade(3), NOW_NS)
    assert channel.fill([trade(1), trade(2), trade(3)], provenance("venue"))
    assert not channel.fill([trade(2)], provenance("venue"))
    tape, _ = frames(channel)
    assert [each["trade_id"] for each in tape["data"]["trades"]] == ["1", "2", "3"]


def test_a_final_bar_is_not_lost_when_the_next_begins_and_is_never_reopened():
    channel = BarsChannel(parse_topic("bars", "BTCUSDT"), ORIGIN)
    assert channel.apply(bar(0, 10.0), NOW_NS)
    assert channel.apply(bar(0, 11.0, is_final=True), NOW_NS)
    assert not channel.apply(bar(0, 9.5), NOW_NS)
    assert channel.apply(bar(1, 11.5), NOW_NS + 90 * 10**9)
    assert not channel.apply(bar(0, 9.5), NOW_NS)
    first, second = frames(channel)
    assert (first["data"]["close"], first["data"]["is_final"], second["data"]["close"]) == (11.0, True, 11.5)
    assert second["data"]["time"] - first["data"]["time"] == 60
    assert first["provenance"]["as_of"] == "2026-03-02T15:00:00Z"
    assert second["provenance"]["as_of"] == "2026-03-02T15:01:30Z"


def test_an_empty_side_has_no_middle():
    channel = BookChannel(parse_topic("orderbook", "BTCUSDT"), ORIGIN)
    channel.note_change(NOW_NS)
    assert channel.take() == []
    channel.book.apply_snapshot(snapshot(5, bids=[]))
    (frame,) = frames(channel)
    assert (frame["data"]["spread"], frame["data"]["mid"], frame["data"]["imbalance"]) == (None, None, -1.0)
    assert (frame["data"]["time"], frame["provenance"]["as_of"]) == (None, "2026-03-02T15:00:00Z")


LEVELS = st.lists(st.tuples(st.floats(1, 1e6), st.floats(0.001, 1e6)), max_size=15)


@given(LEVELS, LEVELS)
def test_imbalance_is_between_minus_one_and_one_and_turns_with_the_sides(bids, asks):
    imbalance = compute_imbalance(bids, asks)
    assert (imbalance is None) is (not bids and not asks)
    if imbalance is not None:
        assert -1 <= imbalance <= 1
        assert compute_imbalance(asks, bids) == -imbalance
        assert compute_imbalance(bids[:10], asks[:10]) == imbalance
