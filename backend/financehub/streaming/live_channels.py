"""The latest state of one live topic: what came from the source and what waits to be published."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from financehub import clock
from financehub.bus import Topic
from financehub.errors import Implausible
from financehub.market.bar import Bar
from financehub.market.instrument import Instrument
from financehub.market.order_book import BookState
from financehub.market.provenance import DelayClass, Provenance
from financehub.market.quote import Quote
from financehub.market.trade import Trade
from financehub.orchestration.plausibility import check_bar, check_quote, check_trades
from financehub.streaming.live_payloads import BarData, BookData, TradesData, compute_imbalance, encode_payload, tape_entry
from financehub.streaming.live_topics import LiveTopic
from financehub.streaming.order_book_builder import OrderBookBuilder
from financehub.streaming.trade_tape import TradeTape

PATIENCE = 20
"""How many quotes in a row may be refused for being far off the last one before that one is doubted."""


class Publication(Struct, frozen=True):
    """One thing to put on the bus."""

    topic: str
    payload: bytes
    is_retained: bool = True


class Channel(Protocol):
    """A live topic with something to publish now and then."""

    topic: LiveTopic

    def take(self) -> list[Publication]:
        """Return what waits to be published, and forget it."""
        ...


class Origin(Struct, frozen=True, kw_only=True):
    """Where the events of a channel come from."""

    source: str
    delay_class: DelayClass
    instrument: Instrument

    def provenance(self, as_of: datetime, received_ns: int, *, unit: str = "price", currency: str | None = None) -> Provenance:
        return Provenance(
            source=self.source,
            as_of=as_of,
            fetched_at=clock.from_ns(received_ns),
            delay_class=self.delay_class,
            unit=unit,
            currency=currency or self.instrument.currency or None,
        )


class QuoteChannel:
    """The latest quote; one that cannot be true is refused, one older than the last is ignored."""

    def __init__(self, topic: LiveTopic, origin: Origin) -> None:
        self.topic = topic
        self._origin = origin
        self._latest: Quote | None = None
        self._provenance: Provenance | None = None
        self._is_waiting = False
        self._refused_in_a_row = 0

    def apply(self, quote: Quote, received_ns: int) -> bool:
        """Take a quote; return whether there is news. Raises Implausible.

        A price about 100 times off the last one is refused, unless the source keeps saying it: then the last one was wrong.
        """
        believed = self._latest.price if self._latest and self._refused_in_a_row < PATIENCE else None
        if reason := check_quote(quote, believed):
            self._refused_in_a_row += 1
            raise Implausible(f"{self.topic.symbol}: {reason}", symbol=self.topic.symbol, source=self._origin.source)
        self._refused_in_a_row = 0
        return self.accept(quote, self._origin.provenance(quote.time, received_ns, currency=quote.currency))

    def accept(self, quote: Quote, provenance: Provenance) -> bool:
        """Take a quote that was found plausible elsewhere, with its own provenance; return whether there is news."""
        if self._latest is not None and quote.time < self._latest.time:
            return False
        currency = quote.currency or self._origin.instrument.currency or None
        self._latest = replace(quote, symbol=self.topic.symbol, currency=currency)
        self._provenance, self._is_waiting = provenance, True
        return True

    def take(self) -> list[Publication]:
        if not self._is_waiting or self._latest is None or self._provenance is None:
            return []
        self._is_waiting = False
        return [Publication(self.topic.bus_topic(self._origin.instrument.venue), encode_payload(self._latest, self._provenance))]


class TradesChannel:
    """The tape and the trades not published yet."""

    def __init__(self, topic: LiveTopic, origin: Origin) -> None:
        self.topic = topic
        self._origin = origin
        self._tape = TradeTape()
        self._waiting: list[Trade] = []
        self._received_ns = 0

    def apply(self, trade: Trade, received_ns: int) -> bool:
        """Take a trade; return whether there is news. Raises Implausible."""
        if reason := check_trades([trade]):
            raise Implausible(f"{self.topic.symbol}: {reason}", symbol=self.topic.symbol, source=self._origin.source)
        if not self._tape.add(trade):
            return False
        self._waiting.append(trade)
        self._received_ns = received_ns
        return True

    def fill(self, trades: Iterable[Trade], provenance: Provenance) -> bool:
        """Take trades that were asked for; return whether there is news. One of another source would not be of this tape."""
        if provenance.source != self._origin.source:
            return False
        received_ns = max(self._received_ns, clock.to_ns(provenance.fetched_at))
        return sum(self.apply(trade, received_ns) for trade in trades) > 0

    def take(self) -> list[Publication]:
        """Return the whole tape, to be kept, then the new trades: in this order no reader can miss one."""
        if not self._waiting:
            return []
        waiting, self._waiting = self._waiting, []
        venue = self._origin.instrument.venue
        return [
            Publication(Topic.tape(venue, self.topic.symbol), self._encode(self._tape.trades)),
            Publication(self.topic.bus_topic(venue), self._encode(waiting), is_retained=False),
        ]

    def _encode(self, trades: Iterable[Trade]) -> bytes:
        entries = [tape_entry(trade) for trade in trades]
        newest = max(entry.time for entry in entries)
        return encode_payload(TradesData(entries), self._origin.provenance(newest, self._received_ns))


class BarsChannel:
    """The live bar, as the venue states it; a finished bar is published even where the next has begun."""

    def __init__(self, topic: LiveTopic, origin: Origin) -> None:
        self.topic = topic
        self._origin = origin
        self._latest: Bar | None = None
        self._waiting: dict[datetime, tuple[Bar, int]] = {}

    def apply(self, bar: Bar, received_ns: int) -> bool:
        """Take a bar; return whether there is news. Raises Implausible."""
        if reason := check_bar(bar):
            raise Implausible(f"{self.topic.symbol}: {reason}", symbol=self.topic.symbol, source=self._origin.source)
        last = self._latest
        if last is not None and (bar.time < last.time or (bar.time == last.time and last.is_final)):
            return False
        self._latest = bar
        self._waiting[bar.time] = (bar, received_ns)
        return True

    def take(self) -> list[Publication]:
        waiting, self._waiting = self._waiting, {}
        topic = self.topic.bus_topic(self._origin.instrument.venue)
        return [Publication(topic, self._encode(bar, received_ns)) for bar, received_ns in waiting.values()]

    def _encode(self, bar: Bar, received_ns: int) -> bytes:
        data = BarData(
            bar.interval, int(bar.time.timestamp()), bar.open, bar.high, bar.low, bar.close, bar.volume, is_final=bar.is_final
        )
        # a bar carries no event time of its own: its data is as of its end, or of now while it is being made
        as_of = min(bar.time + bar.interval.duration, clock.from_ns(received_ns))
        return encode_payload(data, self._origin.provenance(as_of, received_ns))


class BookChannel:
    """An order book; whoever drives it says when it changed."""

    def __init__(self, topic: LiveTopic, origin: Origin) -> None:
        self.topic = topic
        self.book = OrderBookBuilder(topic.symbol)
        self._origin = origin
        self._received_ns: int | None = None
        self._is_waiting = False

    def note_change(self, received_ns: int) -> None:
        self._received_ns = received_ns
        self._is_waiting = True

    def take(self) -> list[Publication]:
        if not self._is_waiting or self._received_ns is None or not self.book.update_id:
            return []
        self._is_waiting = False
        received_at = clock.from_ns(self._received_ns)
        provenance = self._origin.provenance(self.book.time or received_at, self._received_ns)
        return [
            Publication(self.topic.bus_topic(self._origin.instrument.venue), encode_payload(book_data(self.book), provenance))
        ]


def book_data(book: OrderBookBuilder) -> BookData:
    """Return the top of `book` and its figures."""
    bids, asks = book.top()
    has_both = bool(bids and asks)
    spread = asks[0][0] - bids[0][0] if has_both else None
    return BookData(
        state=BookState(book.state),
        update_id=book.update_id,
        time=book.time,
        bids=bids,
        asks=asks,
        spread=_rounded(spread),
        mid=(asks[0][0] + bids[0][0]) / 2 if has_both else None,
        imbalance=compute_imbalance(bids, asks),
        depth_limit=book.depth_limit,
    )


def _rounded(value: float | None) -> float | None:
    """Return a difference of prices without the binary dust of the subtraction."""
    return None if value is None or not math.isfinite(value) else round(value, 12)
