"""Apply changes to an order book: recorded ones, and the synthetic messages that libraries are compared by."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from book_peers import CachedBestBook, SortingBook
from measuring import Row, Sample, emit, is_quick, time_side_by_side
from real_frames import read_frames

from financehub.market.order_book import OrderBookDelta, OrderBookSnapshot
from financehub.providers.registry import load_providers
from financehub.streaming.order_book_builder import OrderBookBuilder

LEVELS = 5_000
CHANGES = 20
SLOW_SHARE = 20  # the sorting peer gets one message in so many
NOON = datetime(2024, 8, 8, 12, tzinfo=UTC)
Peer = SortingBook | CachedBestBook


class _Snapshot(msgspec.Struct):
    last_update_id: int = msgspec.field(name="lastUpdateId")
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]


def synthetic(count: int) -> tuple[OrderBookSnapshot, list[OrderBookDelta]]:
    """Return a book of 5,000 levels a side and `count` messages of 20 changes each, most of them near the best price."""
    dice = random.Random(11)
    bids = [(round(60_000 - 0.01 * step, 2), 1.0) for step in range(1, LEVELS + 1)]
    asks = [(round(60_000 + 0.01 * step, 2), 1.0) for step in range(1, LEVELS + 1)]

    def changes(side: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [
            (
                side[min(int(dice.expovariate(1 / 30)), LEVELS - 1)][0],
                0.0 if dice.random() < 0.3 else round(dice.random() * 5 + 0.001, 3),
            )
            for _ in range(CHANGES // 2)
        ]

    snapshot = OrderBookSnapshot(symbol="BTCUSDT", update_id=0, bids=bids, asks=asks, depth_limit=LEVELS)
    deltas = [
        OrderBookDelta(
            symbol="BTCUSDT", first_update_id=number, last_update_id=number, bids=changes(bids), asks=changes(asks), time=NOON
        )
        for number in range(1, count + 1)
    ]
    return snapshot, deltas


def recorded() -> tuple[OrderBookSnapshot, list[OrderBookDelta], list[bytes]]:
    """Return the recorded snapshot, the changes that continue it, and every frame.

    The snapshot is taken for the whole book, so that it stays live to the end however far the price walks.
    """
    stream = load_providers()["binance"].stream
    assert stream is not None
    frames = read_frames()
    at = next(number for number, frame in enumerate(frames) if b"lastUpdateId" in frame[:30])
    body = msgspec.json.decode(frames[at], type=_Snapshot, strict=False)
    snapshot = OrderBookSnapshot(
        symbol="BTCUSDT", update_id=body.last_update_id, bids=body.bids, asks=body.asks, depth_limit=len(body.bids) + 1
    )
    frames = [frame for frame in frames if b"lastUpdateId" not in frame[:30]]
    events = [event for frame in frames for event in stream.parse_message(frame)]
    deltas = [event for event in events if isinstance(event, OrderBookDelta) and event.last_update_id > snapshot.update_id]
    return snapshot, deltas, frames


def our_run(snapshot: OrderBookSnapshot, deltas: Sequence[OrderBookDelta]) -> Callable[[], object]:
    def run() -> OrderBookBuilder:
        book = OrderBookBuilder("BTCUSDT")
        book.apply_snapshot(snapshot)
        for delta in deltas:
            book.apply_delta(delta)
            book.top(20)
        assert book.state == "live", (book.state, book.reason)
        return book

    return run


def peer_run(kind: type[Peer], snapshot: OrderBookSnapshot, deltas: Sequence[OrderBookDelta]) -> Callable[[], object]:
    def run() -> Peer:
        book = kind(snapshot.bids, snapshot.asks)
        for delta in deltas:
            book.change(delta.bids, delta.asks)
            book.top(20)
        return book

    return run


def rows_of(input_name: str, snapshot: OrderBookSnapshot, deltas: list[OrderBookDelta], budget: float | None) -> list[Row]:
    some = deltas[: max(100, len(deltas) // SLOW_SHARE)]
    runs = {
        "ours": our_run(snapshot, deltas),
        "cached": peer_run(CachedBestBook, snapshot, deltas),
        "sorted": peer_run(SortingBook, snapshot, some),
    }
    assert our_run(snapshot, deltas)().top(20) == runs["cached"]().top(20)  # type: ignore[attr-defined]
    seconds = time_side_by_side(runs)
    ours = seconds["ours"].scaled(1e6 / len(deltas))
    peers = (
        ("dict + cached best", seconds["cached"].scaled(1e6 / len(deltas))),
        ("dict, sorted per message", seconds["sorted"].scaled(1e6 / len(some))),
    )
    return [
        Row(room="Order book", what="apply a message and read the top 20", input=input_name, unit="µs a message", ours=ours,
            peer_name=name, peer=sample, budget=budget)
        for name, sample in peers
    ]  # fmt: skip


def frames_row() -> Row:
    """Measure the whole way from bytes to a changed book, over every recorded frame."""
    stream = load_providers()["binance"].stream
    assert stream is not None
    parse = stream.parse_message
    snapshot, _, frames = recorded()

    def run() -> None:
        book = OrderBookBuilder("BTCUSDT")
        book.apply_snapshot(snapshot)
        for frame in frames:
            for event in parse(frame):
                if type(event) is OrderBookDelta:
                    book.apply_delta(event)

    seconds: Sample = time_side_by_side({"ours": run})["ours"]
    return Row(
        room="Order book",
        what="decode and apply",
        input=f"{len(frames):,} recorded frames (depth, trades, best prices), {sum(map(len, frames)) / len(frames):.0f} B on average",
        unit="frames/s",
        ours=seconds.inverted(len(frames)),
        is_rate=True,
        budget=100_000,
    )


def measure() -> list[Row]:
    count = 4_000 if is_quick() else 20_000
    snapshot, deltas = synthetic(count)
    rows = rows_of(f"{count:,} synthetic messages of {CHANGES} changes, {LEVELS:,} levels a side", snapshot, deltas, 8.0)
    real_snapshot, real_deltas, _ = recorded()
    mean = sum(len(delta.bids) + len(delta.asks) for delta in real_deltas) / len(real_deltas)
    rows += rows_of(f"{len(real_deltas):,} recorded messages of {mean:.0f} changes on average", real_snapshot, real_deltas, None)
    return [*rows, frames_row()]


if __name__ == "__main__":
    emit(measure())
