"""Decode one exchange's real frames: our adapter beside orjson with access by key."""

from datetime import UTC, datetime
from typing import Any

import orjson
from measuring import Row, emit, is_quick, time_side_by_side
from real_frames import read_frames

from financehub.providers.registry import load_providers


def _levels(rows: list[list[str]]) -> list[tuple[float, float]]:
    return [(float(price), float(quantity)) for price, quantity in rows]


def decode_by_key(frame: bytes) -> dict[str, Any] | None:
    """Do the same work with orjson and dicts, without any check: numbers as floats, times as datetimes."""
    message = orjson.loads(frame)
    stream = message["stream"]
    data = message["data"]
    if stream.endswith("@trade"):
        return {
            "symbol": data["s"],
            "trade_id": str(data["t"]),
            "price": float(data["p"]),
            "quantity": float(data["q"]),
            "side": "sell" if data["m"] else "buy",
            "time": datetime.fromtimestamp(data["T"] / 1000, UTC),
        }
    if "@depth" in stream:
        return {
            "symbol": data["s"],
            "first": data["U"],
            "last": data["u"],
            "bids": _levels(data["b"]),
            "asks": _levels(data["a"]),
            "time": datetime.fromtimestamp(data["E"] / 1000, UTC),
        }
    return None


def measure() -> list[Row]:
    stream = load_providers()["binance"].stream
    assert stream is not None
    parse = stream.parse_message
    wanted = [frame for frame in read_frames() if b'@trade"' in frame[:40] or b"@depth" in frame[:40]]
    if is_quick():
        wanted = wanted[:5_000]
    rows = []
    for name, mark in (("as they came", b"@"), ("trades", b"@trade"), ("depth changes", b"@depth")):
        frames = [frame for frame in wanted if mark in frame[:40]]

        def ours(frames: list[bytes] = frames) -> None:
            for frame in frames:
                parse(frame)

        def peer(frames: list[bytes] = frames) -> None:
            for frame in frames:
                decode_by_key(frame)

        seconds = time_side_by_side({"ours": ours, "peer": peer})
        size = sum(map(len, frames)) / len(frames)
        rows.append(
            Row(
                room="Decoding",
                what=f"decode {name}",
                input=f"{len(frames):,} recorded frames, {size:.0f} B on average",
                unit="µs a frame",
                ours=seconds["ours"].scaled(1e6 / len(frames)),
                peer_name="orjson, by key, unchecked",
                peer=seconds["peer"].scaled(1e6 / len(frames)),
                budget_ratio=1.5 if mark == b"@" else None,
            )
        )
    return rows


if __name__ == "__main__":
    emit(measure())
