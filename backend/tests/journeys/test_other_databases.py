"""The rooms that keep data pass the same tests on every database: each run is a process of its own with its URL set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[2]
ROOMS = ("storage", "assets", "accounts")


def _run_rooms(url: str) -> None:
    rooms = [f"tests/{room}" for room in ROOMS if (BACKEND / "tests" / room).is_dir()]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *rooms, "-p", "no:xdist", "-p", "no:cov"],
        cwd=BACKEND,
        env=os.environ | {"FINANCEHUB_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@pytest.mark.journey
def test_rooms_pass_on_postgresql(postgresql_url: str) -> None:
    _run_rooms(postgresql_url)


@pytest.mark.journey
def test_rooms_pass_on_mariadb(mariadb_url: str) -> None:
    _run_rooms(mariadb_url)
