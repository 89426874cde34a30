"""The server's side of one topic: its state, its numbering and what a reader at any number still has to be told.

A reader is at `seq` when it knows everything up to that number. `frames_since(seq)` brings it to the present, conflating where it can:
one frame of a price, a book or a bar stands for all before it; trades are merged. It is None where too much was forgotten: that is a gap.
"""

from abc import ABC, abstractmethod
from collections import deque
from typing import Any

import msgspec
from msgspec import Raw, Struct

from financehub import clock
from financehub.market.provenance import freshness_of
from financehub.streaming.live_payloads import FrameProvenance, TapeEntry, TopicStatus, TradesData
from financehub.streaming.live_topics import LiveStream, LiveTopic
from financehub.streaming.trade_tape import TAPE_LENGTH

HISTORY = 256
BARS_KEPT = 16

_encoder = msgspec.json.Encoder()


class _Envelope(Struct):
    data: Raw
    provenance: Raw


class _BarTime(Struct):
    time: int


class _TradesEnvelope(Struct):
    data: TradesData
    provenance: Raw


_envelope_decoder = msgspec.json.Decoder(_Envelope)
_bar_decoder = msgspec.json.Decoder(_BarTime)
_trades_decoder = msgspec.json.Decoder(_TradesEnvelope)
_provenance_decoder = msgspec.json.Decoder(FrameProvenance)


class TopicState(ABC):
    """What all topics share; `payload` arguments are the bytes of `{"data":…,"provenance":…}`."""

    def __init__(self, topic: LiveTopic, venue: str, epoch: str, seq: int = 0) -> None:
        self.topic = topic
        self.name = topic.name
        self.venue = venue
        self.epoch = epoch
        self.seq = seq
        self.status: TopicStatus | None = None
        self.needs_load = True

    @property
    @abstractmethod
    def has_state(self) -> bool:
        """Return whether a snapshot can be made."""

    @abstractmethod
    def apply(self, payload: bytes) -> bool:
        """Take what was published; return whether there is news. Raises msgspec.MsgspecError for what cannot be read."""

    @abstractmethod
    def load(self, payload: bytes) -> None:
        """Take the retained whole state where `needs_load` says that nothing as good is known."""

    @abstractmethod
    def snapshot_frame(self) -> str:
        """Return the whole state at `seq`."""

    @abstractmethod
    def frames_since(self, seq: int) -> list[str] | None: ...

    @abstractmethod
    def break_off(self) -> None:
        """Note that publications were missed: every reader gets a gap and a snapshot."""

    def _frame(self, kind: str, seq: int, tail: str, from_seq: int | None = None) -> str:
        """Return a frame whose end, from `"data"` on, is `tail`; `from_seq` only where it stands for more than one number."""
        conflated = f'"from_seq":{from_seq},' if from_seq is not None and from_seq < seq else ""
        name = _encoder.encode(self.name).decode()
        return f'{{"v":1,"type":"{kind}","topic":{name},"epoch":"{self.epoch}","seq":{seq},{conflated}{tail}'


class WholeState(TopicState):
    """A topic whose every publication is its whole state: a price or a book."""

    _tail = ""
    _update = ""

    @property
    def has_state(self) -> bool:
        return bool(self._tail)

    def apply(self, payload: bytes) -> bool:
        self.seq += 1
        self.needs_load = False
        self._tail = payload[1:].decode()
        self._update = self._frame("update", self.seq, self._tail)
        return True

    def load(self, payload: bytes) -> None:
        self._tail = _with_freshness_of_now(payload)
        self.seq += 1
        self.needs_load = False

    def snapshot_frame(self) -> str:
        return self._frame("snapshot", self.seq, self._tail)

    def frames_since(self, seq: int) -> list[str] | None:
        if seq == self.seq:
            return []
        if seq > self.seq or not self._update:
            return None
        return [self._update if seq == self.seq - 1 else self._frame("update", self.seq, self._tail, from_seq=seq + 1)]

    def break_off(self) -> None:
        self.seq += 1
        self.needs_load = True
        self._update = ""


class _BarEntry(Struct):
    time: int
    first_seq: int
    last_seq: int
    tail: str


class BarsState(TopicState):
    """A topic of bars: a later frame stands for earlier ones of the same bar, never for those of another."""

    def __init__(self, topic: LiveTopic, venue: str, epoch: str, seq: int = 0) -> None:
        super().__init__(topic, venue, epoch, seq)
        self._bars: deque[_BarEntry] = deque(maxlen=BARS_KEPT)
        self._known_from = seq + 1
        self._update = ""

    @property
    def has_state(self) -> bool:
        return bool(self._bars)

    def apply(self, payload: bytes) -> bool:
        time = _bar_decoder.decode(_envelope_decoder.decode(payload).data).time
        self.seq += 1
        self.needs_load = False
        tail = payload[1:].decode()
        if self._bars and self._bars[-1].time == time:
            self._bars[-1].last_seq, self._bars[-1].tail = self.seq, tail
        else:
            if len(self._bars) == BARS_KEPT:
                self._known_from = max(self._known_from, self._bars[0].last_seq + 1)
            self._bars.append(_BarEntry(time, self.seq, self.seq, tail))
        self._update = self._frame("update", self.seq, tail)
        return True

    def load(self, payload: bytes) -> None:
        tail = _with_freshness_of_now(payload)
        self.apply(payload)
        self._bars[-1].tail = tail
        self._known_from = self.seq + 1

    def snapshot_frame(self) -> str:
        return self._frame("snapshot", self.seq, self._bars[-1].tail)

    def frames_since(self, seq: int) -> list[str] | None:
        if seq > self.seq or seq + 1 < self._known_from:
            return None
        if seq == self.seq - 1:
            return [self._update]
        return [
            self._frame("update", bar.last_seq, bar.tail, from_seq=max(seq + 1, bar.first_seq))
            for bar in self._bars
            if bar.last_seq > seq
        ]

    def break_off(self) -> None:
        self.seq += 1
        self.needs_load = True
        self._known_from = self.seq + 1


class TradesState(TopicState):
    """A topic of trades: the tape is its state, each publication adds to it."""

    def __init__(self, topic: LiveTopic, venue: str, epoch: str, seq: int = 0) -> None:
        super().__init__(topic, venue, epoch, seq)
        self._tape: list[TapeEntry] = []
        self._ids: set[str] = set()
        self._heard: list[TapeEntry] = []
        self._history: deque[tuple[int, list[TapeEntry]]] = deque(maxlen=HISTORY)
        self._known_from = seq + 1
        self._provenance = Raw(b"null")
        self._update = ""

    @property
    def has_state(self) -> bool:
        return bool(self._tape)

    def apply(self, payload: bytes) -> bool:
        published = _trades_decoder.decode(payload)
        new = [trade for trade in published.data.trades if trade.trade_id not in self._ids]
        if not new:
            return False
        self._extend(new)
        if self.needs_load:  # published while the kept tape is being read, which may be older
            self._heard = [*self._heard, *new][-TAPE_LENGTH:]
        self.seq += 1
        if len(self._history) == HISTORY:
            self._known_from = max(self._known_from, self._history[0][0] + 1)
        self._history.append((self.seq, new))
        self._provenance = published.provenance.copy()
        self._update = self._frame("update", self.seq, self._tail(new, published.data.merged))
        return True

    def load(self, payload: bytes) -> None:
        published = _trades_decoder.decode(payload)
        if not published.data.trades:
            return
        self._tape, self._ids = [], set()
        self._extend(published.data.trades)
        self._extend([trade for trade in self._heard if trade.trade_id not in self._ids and trade.time >= self._tape[-1].time])
        self._heard = []
        self._provenance = Raw(_encoder.encode(_fresh(_provenance_decoder.decode(published.provenance))))
        self.seq += 1
        self.needs_load = False
        self._known_from = self.seq + 1

    def snapshot_frame(self) -> str:
        return self._frame("snapshot", self.seq, self._tail(self._tape, 0))

    def frames_since(self, seq: int) -> list[str] | None:
        if seq > self.seq or seq + 1 < self._known_from:
            return None
        if seq == self.seq:
            return []
        if seq == self.seq - 1:
            return [self._update]
        missed = [trade for at, trades in self._history if at > seq for trade in trades]
        tail = self._tail(missed[-TAPE_LENGTH:], max(0, len(missed) - TAPE_LENGTH))
        return [self._frame("update", self.seq, tail, from_seq=seq + 1)]

    def break_off(self) -> None:
        self.seq += 1
        self.needs_load = True
        self._heard = []
        self._history.clear()
        self._known_from = self.seq + 1

    def _extend(self, trades: list[TapeEntry]) -> None:
        self._tape = [*self._tape, *trades][-TAPE_LENGTH:]
        self._ids = {trade.trade_id for trade in self._tape}

    def _tail(self, trades: list[TapeEntry], merged: int) -> str:
        body: dict[str, Any] = {"data": TradesData(trades, merged), "provenance": self._provenance}
        return _encoder.encode(body)[1:].decode()


def make_topic_state(topic: LiveTopic, venue: str, epoch: str, seq: int = 0) -> TopicState:
    """Return the state that fits `topic`, numbered on from `seq`."""
    kinds: dict[LiveStream, type[TopicState]] = {LiveStream.TRADES: TradesState, LiveStream.BARS: BarsState}
    return kinds.get(topic.stream, WholeState)(topic, venue, epoch, seq)


def _fresh(provenance: FrameProvenance) -> FrameProvenance:
    age = max(0.0, (clock.now() - provenance.as_of).total_seconds())
    return msgspec.structs.replace(provenance, freshness=freshness_of(age))


def _with_freshness_of_now(payload: bytes) -> str:
    """Return the end of a frame for a payload that was kept for a while: its freshness is no longer what it says."""
    kept = _envelope_decoder.decode(payload)
    return _encoder.encode({"data": kept.data, "provenance": _fresh(_provenance_decoder.decode(kept.provenance))})[1:].decode()
