"""Run every benchmark, each as a process of its own, print the table and write docs/benchmarks.md.

    python tests/benchmarks/run_benchmarks.py [--quick] [name …]     names: decode order_book merge bar_store rest sockets start

With names or --quick the page is printed but not written.
"""

import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec
from measuring import ROUNDS, Row, Sample

HERE = Path(__file__).resolve().parent
BACKEND = HERE.parents[1]
PAGE = BACKEND.parent / "docs" / "benchmarks.md"
BENCHMARKS = {
    "decode": ["bench_decode.py"],
    "order_book": ["bench_order_book.py"],
    "merge": ["bench_merge.py"],
    "bar_store": ["bench_bar_store.py"],
    "postgresql": ["bench_bar_store.py", "--postgresql"],
    "rest": ["bench_rest.py"],
    "sockets": ["bench_sockets.py"],
    "start": ["bench_start.py"],
}
VERSIONS = ("msgspec", "numpy", "django", "django-ninja", "channels", "uvicorn", "uvloop", "websockets", "orjson")


def run_one(name: str, *, is_quick: bool) -> list[Row]:
    command = [sys.executable, str(HERE / BENCHMARKS[name][0]), *BENCHMARKS[name][1:], *(["--quick"] if is_quick else [])]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(BACKEND)}, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"{name} failed with {done.returncode}\n")
        return []
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=list[Row])


def number(value: float) -> str:
    if value >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.4g}" if value >= 10 else f"{value:.3g}"


def shown(sample: Sample) -> str:
    """Return the median and the extremes of a sample."""
    if len(sample.values) == 1:
        return f"**{number(sample.median)}**"
    return f"**{number(sample.median)}** ({number(min(sample.values))}–{number(max(sample.values))})"


def budget_of(row: Row) -> str:
    if row.budget_ratio is not None:
        return f"≥ {row.budget_ratio:g} ×"
    if row.budget is None:
        return "–"
    return f"{'≥' if row.is_rate else '≤'} {number(row.budget)}"


def line_of(row: Row) -> str:
    verdict = {True: "met", False: "**missed**", None: "–"}[row.is_met]
    peer = f"{row.peer_name}: {shown(row.peer)}" if row.peer is not None else "–"
    ratio = f"{row.ratio:.2f} ×" if row.ratio is not None else "–"
    what = f"{row.what}, {row.unit}"
    given = f"{row.input}; {row.note}" if row.note else row.input
    return f"| {what} | {given} | {shown(row.ours)} | {peer} | {ratio} | {budget_of(row)} | {verdict} |"


def tables(rows: list[Row]) -> list[str]:
    lines: list[str] = []
    for room in dict.fromkeys(row.room for row in rows):
        lines += [
            "",
            f"## {room}",
            "",
            "| what, unit | input | ours | peer or floor | ratio | budget | |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [line_of(row) for row in rows if row.room == room]
    return lines


def processor() -> str:
    names = [
        line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()


def page(rows: list[Row], seconds: float, load: tuple[float, float]) -> str:
    prose = (HERE / "page_words.md").read_text()
    head, _, rest = prose.partition("<!-- tables -->\n")
    facts = (
        f"{datetime.now(UTC):%d %B %Y}, {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; {', '.join(f'{name} {version(name)}' for name in VERSIONS)}. Load of the machine "
        f"{load[0]:.1f} before and {load[1]:.1f} after the run, which took {seconds:.0f} s; medians of {ROUNDS} rounds or more."
    )
    return "\n".join([head.rstrip(), "", facts, *tables(rows), "", rest.strip(), ""])


def main() -> int:
    is_quick = "--quick" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or [
        name for name in BENCHMARKS if not (is_quick and name == "postgresql")
    ]
    started, load = time.monotonic(), os.getloadavg()[0]
    rows: list[Row] = []
    is_whole = True
    for name in names:
        began = time.monotonic()
        found = run_one(name, is_quick=is_quick)
        is_whole = is_whole and bool(found)
        rows += found
        sys.stderr.write(f"{name}: {time.monotonic() - began:.0f} s\n")
    text = page(rows, time.monotonic() - started, (load, os.getloadavg()[0]))
    sys.stdout.write(text)
    if is_whole and not is_quick and names == list(BENCHMARKS):
        PAGE.write_text(text)
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
