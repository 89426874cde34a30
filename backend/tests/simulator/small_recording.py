"""A hand-made recording: a snapshot among its frames, an early change to be dropped, a later one that empties a level."""

import gzip
from pathlib import Path

START_NS = 1_700_000_000_000_000_000
START_MS = START_NS // 1_000_000
SECOND_NS = 1_000_000_000


def change(first: int, last: int, bids: str, asks: str, *, symbol: str = "ABCUSDT") -> str:
    stream = f"{symbol.lower()}@depth@100ms"
    event = f'{{"e":"depthUpdate","E":{START_MS},"s":"{symbol}","U":{first},"u":{last},"b":{bids},"a":{asks}}}'
    return f'{{"stream":"{stream}","data":{event}}}'


def trade(number: int, price: str, quantity: str, time_ms: int, *, is_sell: bool = False) -> str:
    flag = "true" if is_sell else "false"
    event = (
        f'"e":"trade","E":{time_ms},"s":"ABCUSDT","t":{number},"p":"{price}","q":"{quantity}","T":{time_ms},"m":{flag},"M":true'
    )
    return f'{{"stream":"abcusdt@trade","data":{{{event}}}}}'


TOUCH = '{"stream":"abcusdt@bookTicker","data":{"u":106,"s":"ABCUSDT","b":"10.10","B":"4.0","a":"10.30","A":"1.0"}}'
SNAPSHOT = '{"lastUpdateId":102,"bids":[["10.00","5.0"],["9.90","1.0"]],"asks":[["10.20","2.0"],["10.30","1.0"]]}'
FRAMES = [
    (0.0, change(99, 101, '[["10.00","9.0"]]', "[]")),
    (0.5, SNAPSHOT),
    (1.0, change(102, 104, '[["10.00","6.5"]]', '[["10.20","0.0"]]')),
    (1.2, trade(500, "10.20", "2.0", START_MS + 1_200)),
    (2.0, change(105, 106, '[["10.10","4.0"]]', '[["10.40","3.0"],["11.00","0.0"]]')),
    (2.1, TOUCH),
    (30.0, trade(501, "10.10", "1.25", START_MS + 30_000, is_sell=True)),
    (70.0, trade(502, "10.30", "1.0", START_MS + 70_000)),
    (71.0, change(107, 107, '[["9.90","0.0"]]', "[]")),
]
"""ABCUSDT in 71 seconds: START is 22:13:20 UTC, so the trades fall into 22:13, 22:13 and 22:14."""


def lines(frames: list[tuple[float, str]] = FRAMES) -> bytes:
    return "".join(f"{START_NS + round(at * SECOND_NS)} {frame}\n" for at, frame in frames).encode()


def write(folder: Path, content: bytes, name: str = "small.txt") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path
