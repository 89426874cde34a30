"""The recorded frames that are measured with; they stay where they are, outside the repository."""

import gzip
import os
from pathlib import Path

RECORDINGS = Path(os.environ.get("FINANCEHUB_RECORDINGS") or Path(__file__).resolve().parents[4] / "shared" / "recordings")
SESSION = RECORDINGS / "binance" / "frames" / "spot_btcusdt_20240808.txt.gz"


def read_frames(limit: int | None = None) -> list[bytes]:
    """Return the JSON of each frame of five recorded minutes (depth changes, trades, best prices, and one snapshot)."""
    if not SESSION.is_file():
        raise SystemExit(f"no recorded frames at {SESSION}: name their folder in FINANCEHUB_RECORDINGS")
    with gzip.open(SESSION) as lines:
        frames = [line.split(b" ", 1)[1].strip() for line in lines]
    return frames[:limit]
