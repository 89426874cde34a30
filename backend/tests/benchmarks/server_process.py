"""Start a server of a benchmark on one core, command it, and weigh it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SERVER_CORE, CLIENT_CORE = "0", 1
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


class ServerProcess:
    """A running server: its address, a token, and what it costs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server ended with {process.wait()} before it served")
        facts = json.loads(line)
        self._process = process
        self.host, port = facts["address"].split(":")
        self.port = int(port)
        self.token: str = facts["tokens"][0]
        self.pid: int = facts["pid"]

    def command(self, **values: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(values) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, float]:
        """Wait until the last command is done."""
        assert self._process.stdout is not None
        done: dict[str, float] = json.loads(self._process.stdout.readline())
        return done

    def memory_kb(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE_KB

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pin_client() -> None:
    """Leave the server's core to the server."""
    if os.cpu_count() and os.cpu_count() != 1:
        os.sched_setaffinity(0, set(range(CLIENT_CORE, os.cpu_count() or 2)))


@contextmanager
def running(script: str, *arguments: str, **settings: str) -> Iterator[ServerProcess]:
    """Run a script of this folder on one core, in a data folder of its own, until the block ends."""
    pin = ["taskset", "-c", SERVER_CORE] if shutil.which("taskset") else []
    with tempfile.TemporaryDirectory(prefix="financehub-bench-") as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FINANCEHUB_", "DJANGO_"))}
        environment = {**kept, "PYTHONPATH": str(HERE.parents[1]), "FINANCEHUB_DATA_DIR": folder, **settings}
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen(
                [*pin, sys.executable, str(HERE / script), *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
            )  # fmt: skip
            try:
                yield ServerProcess(process)
            except BaseException:
                sys.stderr.write((Path(folder) / "log").read_text()[-3000:])
                raise
            finally:
                process.kill()
                process.wait()
