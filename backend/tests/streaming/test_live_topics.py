import pytest

from financehub.bus import Topic
from financehub.errors import Invalid
from financehub.streaming.live_topics import known_streams, parse_topic, topic_of

SYMBOLS = ["BTCUSDT", "BRK.B", "^GSPC", "EURUSD"]


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("stream", known_streams())
def test_a_topic_survives_the_way_over_the_bus(stream, symbol):
    topic = parse_topic(stream, symbol)
    assert topic_of(topic.bus_topic("VENUE")) == topic
    assert topic_of(topic.bus_topic("")) == topic
    assert parse_topic(*topic.name.rsplit(":", 1)) == topic


@pytest.mark.parametrize(
    ("stream", "name", "bus_topic", "retained"),
    [
        ("price", "price:X", "quotes.V.X", "quotes.V.X"),
        ("ticker", "price:X", "quotes.V.X", "quotes.V.X"),
        ("trades", "trades:X", "trades.V.X", "tape.V.X"),
        ("orderbook", "orderbook:X", "order_book.V.X", "order_book.V.X"),
        ("bars", "bars:1m:X", "bars.V.X.1m", "bars.V.X.1m"),
        ("bars:1w", "bars:1w:X", "bars.V.X.1w", "bars.V.X.1w"),
    ],
)
def test_each_stream_has_its_names(stream, name, bus_topic, retained):
    topic = parse_topic(stream, "X")
    assert (topic.name, topic.bus_topic("V"), topic.retained_topic("V")) == (name, bus_topic, retained)


@pytest.mark.parametrize("stream", ["", "gossip", "price:1m", "bars:2m", "orderbook:1m", "PRICE"])
def test_an_unknown_stream_is_refused_with_the_list(stream):
    with pytest.raises(Invalid) as refused:
        parse_topic(stream, "X")
    assert refused.value.facts == {"stream": stream, "streams": known_streams()}


@pytest.mark.parametrize("topic", [Topic.interest("X"), Topic.tape("V", "X"), "bars.V.X.2m", Topic.session_ended(1)])
def test_other_topics_are_no_live_data(topic):
    assert topic_of(topic) is None
