"""A recorded session of WebSocket frames, read whole and checked before anything is served.

Two layouts exist: `<nanoseconds> {json}` a line, and a first line `wss://… <-> <seconds>` followed by `<seconds>: {json}` lines; both
plain or gzipped. Frames are Binance's combined form; a line with `lastUpdateId` is a REST snapshot of the book.
"""

import gc
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import msgspec
from msgspec import Raw, Struct, field

from financehub.errors import BadRecording

_GZIP = b"\x1f\x8b"
_SECOND_NS = 1_000_000_000
_TOLERATED_NS = 2 * _SECOND_NS
LevelTexts = list[tuple[str, str]]


class RecordedTrade(Struct, frozen=True):
    """An execution as @trade or @aggTrade says it."""

    symbol: str = field(name="s")
    price: str = field(name="p")
    quantity: str = field(name="q")
    time_ms: int = field(name="T")
    is_sell: bool = field(name="m")
    trade_id: int | None = field(name="t", default=None)
    aggregate_id: int | None = field(name="a", default=None)


class RecordedChange(Struct, frozen=True):
    """A change of the book."""

    symbol: str = field(name="s")
    first_id: int = field(name="U")
    last_id: int = field(name="u")
    bids: LevelTexts = field(name="b")
    asks: LevelTexts = field(name="a")


class RecordedTouch(Struct, frozen=True):
    """Best bid and ask."""

    bid: str = field(name="b")
    bid_quantity: str = field(name="B")
    ask: str = field(name="a")
    ask_quantity: str = field(name="A")


class RecordedSnapshot(Struct, frozen=True):
    """A REST snapshot of a book, without the name of its pair."""

    update_id: int = field(name="lastUpdateId")
    bids: LevelTexts
    asks: LevelTexts


class RecordedKline(Struct, frozen=True):
    """The `k` of a kline frame, as the wire had it."""

    symbol: str = field(name="s")
    kline: dict[str, str | int | bool] = field(name="k")


class RecordedFrame(Struct, frozen=True):
    """One line: when it was received, the stream's name, and its `data` byte for byte."""

    time_ns: int
    stream: str
    data: bytes


class Recording(Struct, frozen=True, kw_only=True):
    """Everything a file holds, in order, values beside their receive times; best bids and asks unread, by pair."""

    path: Path
    frames: list[RecordedFrame]
    trades: list[tuple[int, RecordedTrade]]
    changes: list[tuple[int, RecordedChange]]
    touches: dict[str, list[RecordedFrame]]
    klines: list[tuple[int, RecordedKline]]
    snapshots: list[tuple[int, RecordedSnapshot]]

    @property
    def start_ns(self) -> int:
        return self.frames[0].time_ns

    @property
    def end_ns(self) -> int:
        return self.frames[-1].time_ns


class _Line(Struct):
    stream: str = ""
    data: Raw = field(default_factory=Raw)
    update_id: int | None = field(name="lastUpdateId", default=None)


_line_decoder = msgspec.json.Decoder(_Line)
_trade_decoder = msgspec.json.Decoder(RecordedTrade)
_change_decoder = msgspec.json.Decoder(RecordedChange)
_kline_decoder = msgspec.json.Decoder(RecordedKline)
_snapshot_decoder = msgspec.json.Decoder(RecordedSnapshot)


def load_recording(path: Path) -> Recording:
    """Return the recording in `path`; raises BadRecording, naming the line, for anything that cannot be replayed."""
    reader = _Reader(path)
    was_collecting = gc.isenabled()
    gc.disable()  # a hundred thousand new objects, none of them garbage: looking for some doubles the time
    try:
        for number, line in _numbered_lines(path):
            reader.take(number, line)
    finally:
        if was_collecting:
            gc.enable()
    if not reader.recording.frames:
        raise BadRecording(f"{path.name} holds no frames of a stream", path=path.name)
    return reader.recording


class _Reader:
    """Take a file line by line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._latest_ns = 0
        self.recording = Recording(path=path, frames=[], trades=[], changes=[], touches={}, klines=[], snapshots=[])

    def take(self, number: int, line: bytes) -> None:
        """Add one line; raises BadRecording."""
        text = line.strip()
        if not text or (number == 1 and text.startswith((b"wss://", b"ws://"))):
            return
        stamp, _, payload = text.partition(b" ")
        time_ns = self._time(number, stamp)
        try:
            content = _line_decoder.decode(payload)
            if content.update_id is not None:
                self.recording.snapshots.append((time_ns, _snapshot_decoder.decode(payload)))
            elif content.stream and bytes(content.data):
                self._frame(RecordedFrame(time_ns, content.stream, bytes(content.data)))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _refuse(self._path, number, f"is not a recorded frame: {error}", error)

    def _time(self, number: int, stamp: bytes) -> int:
        """Return a line's time; small steps back are the recorder's, larger ones mean a damaged file."""
        try:
            time_ns = _nanoseconds(stamp)
        except ValueError as error:
            _refuse(self._path, number, "does not begin with a time", error)
        if time_ns < self._latest_ns - _TOLERATED_NS:
            back = (self._latest_ns - time_ns) / _SECOND_NS
            _refuse(self._path, number, f"runs {back:.1f} s backwards", None)
        self._latest_ns = max(self._latest_ns, time_ns)
        return self._latest_ns

    def _frame(self, frame: RecordedFrame) -> None:
        kind = frame.stream.partition("@")[2]
        held = self.recording
        if kind in {"trade", "aggTrade"}:
            held.trades.append((frame.time_ns, _trade_decoder.decode(frame.data)))
        elif kind.startswith("depth"):
            held.changes.append((frame.time_ns, _change_decoder.decode(frame.data)))
        elif kind == "bookTicker":
            held.touches.setdefault(frame.stream.partition("@")[0].upper(), []).append(frame)
        elif kind.startswith("kline_"):
            held.klines.append((frame.time_ns, _kline_decoder.decode(frame.data)))
        held.frames.append(frame)


def _numbered_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with path.open("rb") as probe:
            is_zipped = probe.read(2) == _GZIP
        with gzip.open(path, "rb") if is_zipped else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):  # the handlers below say how far the reading came
                yield number, line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        _refuse(path, number + 1, f"is where the gzip stream breaks: {error}", error)
    except OSError as error:
        raise BadRecording(f"{path.name} cannot be read: {error.strerror or error}", path=path.name) from error


def _refuse(path: Path, number: int, what: str, cause: Exception | None) -> NoReturn:
    raise BadRecording(f"{path.name}: line {number} {what}", path=path.name, line=number) from cause


def _nanoseconds(stamp: bytes) -> int:
    """Return `1723161253937085768` or `1633998512.0633569:` in nanoseconds, without a float."""
    text = stamp.decode("ascii").removesuffix(":")
    seconds, dot, rest = text.partition(".")
    if not seconds.isdigit() or (dot and not rest.isdigit()):
        raise ValueError(text)
    if not dot and len(seconds) > 12:
        return int(seconds)
    return int(seconds) * _SECOND_NS + int(rest[:9].ljust(9, "0"))
