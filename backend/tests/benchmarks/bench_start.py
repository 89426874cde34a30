"""Start the embedded product a second time, and weigh it when it has nothing to do; weigh what a browser loads first."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from measuring import Row, Sample, emit, is_quick

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
IDLE_SECONDS = 3.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def first_byte(address: str, started: float) -> float:
    """Return the seconds from `started` to the first answer."""
    while time.perf_counter() - started < 60:
        try:
            with urllib.request.urlopen(f"{address}/api/health", timeout=5) as answer:
                assert json.load(answer)["status"] == "ok"
                return time.perf_counter() - started
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the product did not answer within a minute")


def memory_mb(pid: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def start_once(folder: str) -> tuple[float, float, float]:
    """Return seconds to the first byte, MB when idle, and the CPU seconds of the start."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FINANCEHUB_", "DJANGO_"))}
    port = free_port()
    command = [sys.executable, "-m", "financehub.project.command_line", "--data-dir", folder, "demo", "--port", str(port)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env={**kept, "PYTHONPATH": str(HERE.parents[1])}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        seconds = first_byte(f"http://127.0.0.1:{port}", started)
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        time.sleep(IDLE_SECONDS)
        return seconds, memory_mb(process.pid), cpu
    finally:
        process.kill()
        process.wait()


def bare_start() -> float:
    """Return the seconds until a Python that imports Django and uvicorn is there: nothing of ours can be faster."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import django.http, channels, dramatiq, httpx, numpy, pydantic, uvicorn"], check=True)
    return time.perf_counter() - started


def start_rows() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="financehub-bench-") as folder:
        start_once(folder)  # the first start makes the database
        taken = [(*start_once(folder), bare_start()) for _ in range(2 if is_quick() else 5)]
    cpu = sorted(values[2] for values in taken)[len(taken) // 2]
    return [
        Row(room="Start", what="second start to first byte", input="`financehub demo`, embedded, seeded market", unit="s",
            ours=Sample([values[0] for values in taken]), peer_name="floor: importing the frameworks",
            peer=Sample([values[3] for values in taken]), budget=4, note=f"{cpu:.1f} s of CPU"),
        Row(room="Start", what="memory of the idle embedded process", input=f"{IDLE_SECONDS:.0f} s after the first answer", unit="MB",
            ours=Sample([values[1] for values in taken]), budget=350),
    ]  # fmt: skip


def size_row() -> list[Row]:
    """Ask the front end's own gate; without a build there is nothing to weigh."""
    frontend = ROOT / "frontend"
    shims = ROOT / ".venv" / "node"
    node = shutil.which("node") or shutil.which("node", path=str(shims))
    if node is None or not (frontend / "out").is_dir():
        return []
    said = subprocess.run([node, "scripts/check-size.mjs"], cwd=frontend, capture_output=True, text=True, check=False).stdout
    sizes = sorted((float(total), route) for total, route in re.findall(r"([\d.]+)\s+(?:KB\s+)?(?:ok|TOO LARGE)\s+(/\S*)", said))
    if not sizes:
        return []
    return [
        Row(room="Terminal", what="first-load JavaScript, gzip", input=f"{len(sizes)} routes of the static build; heaviest {sizes[-1][1]}",
            unit="KB", ours=Sample([sizes[-1][0]]), budget=200,
            note=", ".join(f"{route} {size:.0f}" for size, route in sizes)),
    ]  # fmt: skip


if __name__ == "__main__":
    emit([*start_rows(), *size_row()])
