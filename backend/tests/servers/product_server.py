"""The product itself as a process, for journeys: started by its own command line, asked over its own doors."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 40.0
COMMAND = [sys.executable, "-m", "financehub.project.command_line"]
BACKEND = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def clean_environment(**settings: str) -> dict[str, str]:
    """Return our environment without any FINANCEHUB_ setting but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FINANCEHUB_", "DJANGO_"))}
    return {**kept, "PYTHONPATH": str(BACKEND), **settings}


def run_command(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end and return what it said."""
    command = [*COMMAND, "--data-dir", str(data_dir), *arguments]
    return subprocess.run(command, env=clean_environment(**settings), capture_output=True, text=True, timeout=90, check=False)


class ProductServer:
    """A served product: its address, a signed-in client for it, and its end."""

    def __init__(
        self, process: subprocess.Popen[bytes], address: str, data_dir: Path, mode: str, settings: dict[str, str]
    ) -> None:
        self.settings = settings
        self.process = process
        self.address = address
        self.data_dir = data_dir
        self.mode = mode

    @contextmanager
    def sign_in(self) -> Iterator[httpx.Client]:
        """Yield a client signed in by a fresh link."""
        said = run_command(self.data_dir, "link", "--mode", self.mode, "--address", self.address, **self.settings)
        token = said.stdout.strip().split("#token=")[1]
        with httpx.Client(base_url=self.address, timeout=30) as client:
            answer = client.post("/api/auth/link", json={"token": token})
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client

    @property
    def websocket_address(self) -> str:
        return self.address.replace("http", "ws", 1)

    def interrupt(self) -> tuple[int, float]:
        """Press Ctrl-C; return the exit status and how many seconds the end took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=20)
        return status, time.monotonic() - started


@contextmanager
def serving(data_dir: Path, *arguments: str, mode: str, **settings: str) -> Iterator[ProductServer]:
    """Serve the product with `arguments` until the block ends."""
    port = free_port()
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "server.log"
    command = [*COMMAND, "--data-dir", str(data_dir), *arguments, "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=clean_environment(**settings), stdout=output, stderr=output)
    try:
        wait_until_it_serves(f"http://127.0.0.1:{port}", process, log)
        yield ProductServer(process, f"http://127.0.0.1:{port}", data_dir, mode, settings)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt, as a person would; kill what does not end."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_it_serves(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if json.loads(httpx.get(f"{address}/api/health", timeout=1).content)["status"] == "ok":
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the product did not start:\n{log.read_text()[-3000:]}")
