# ruff: noqa: S310, S603, T201 -- a script for people: it prints, runs fixed commands, and greets an old Python politely
"""Run the browser journeys against real servers: one on the simulated market, one on a recording where there is one.

    .venv/bin/python setup/browser_journeys.py                 the journeys
    .venv/bin/python setup/browser_journeys.py --screenshots   pictures of every page instead

Each server is the product itself on a free port, with a data folder of its own that is removed at the end. Standard library only.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prepare import FRONTEND, PYTHON, ROOT, node_environment

START_SECONDS = 60
RECORDINGS = Path(os.environ.get("FINANCEHUB_RECORDINGS") or ROOT.parent / "shared" / "recordings")
RECORDING = RECORDINGS / "binance" / "frames" / "spot_btcusdt_20240808.txt.gz"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_it_serves(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/api/health", timeout=1) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"the server for the journeys did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def product(mode: str, arguments: list[str]) -> Iterator[dict[str, str]]:
    """Serve the product for the length of a block; yields what the journeys need to know about it."""
    folder = Path(tempfile.mkdtemp(prefix="financehub-journeys-"))
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [
        str(PYTHON),
        "-m",
        "financehub.project.command_line",
        "--data-dir",
        str(folder),
    ]
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen([*command, *arguments, "--port", str(port)], stdout=output, stderr=output)
        try:
            wait_until_it_serves(address, server, log)
            link = " ".join([*command, "link", "--mode", mode, "--address", address])
            yield {
                "E2E_BASE_URL": address,
                "E2E_SIGN_IN_LINK_COMMAND": link,
                "E2E_MODE": mode,
            }
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                raise SystemExit("the server did not end within 10 s of an interrupt") from None
            if server.returncode not in {0, 130}:
                print(log.read_text()[-3000:], file=sys.stderr)
                raise SystemExit(f"the server ended with status {server.returncode}")
    shutil.rmtree(folder)


def playwright(settings: dict[str, str], *arguments: str) -> int:
    command = ["npx", "playwright", "test", *arguments]
    return subprocess.run(command, cwd=FRONTEND, env={**node_environment(), **settings}, check=False).returncode


def main(arguments: list[str]) -> int:
    project = "screenshots" if "--screenshots" in arguments else "journeys"
    with product("simulated", ["demo"]) as settings:
        failed = playwright(settings, f"--project={project}", "--grep-invert", "@replay")
    if not RECORDING.exists():
        print(f"journeys: the replay journeys did not run, there is no recording at {RECORDING}")
        return failed
    with product("replayed", ["replay", str(RECORDING)]) as settings:
        return failed | playwright(settings, f"--project={project}", "--grep", "@replay")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
