import argparse
import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from small_recording import START_NS, lines, write

from financehub.clock import ScaledClock, SystemClock
from financehub.errors import BadRecording, Invalid
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.replay_source import ReplaySource
from financehub.simulator.simulator_command import main, open_source
from financehub.simulator.simulator_server import SimulatorServer, SimulatorThread


@pytest.fixture
def url() -> Any:
    thread = SimulatorThread(SimulatorServer(SeededMarket(7), SystemClock()))
    yield thread.start()["binance"]["rest"].removesuffix("/binance")
    thread.stop()


def test_faults_are_ordered_from_a_shell(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    order = [
        "fault",
        "add",
        "--provider",
        "binance",
        "--kind",
        "rate_limited",
        "--retry-after",
        "3",
        "--count",
        "5",
        "--url",
        url,
    ]
    assert main(order) == 0
    added = msgspec.json.decode(capsys.readouterr().out)
    assert (added["kind"], added["provider"], added["retry_after"], added["left"]) == ("rate_limited", "binance", 3.0, 5)
    assert main(["fault", "list", "--url", url]) == 0
    assert [fault["id"] for fault in msgspec.json.decode(capsys.readouterr().out)["data"]] == [1]
    assert main(["fault", "remove", "1", "--url", url]) == 0
    assert main(["fault", "clear", "--url", url]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["add", "--kind", "earthquake"], "earthquake"),
        (["add", "--kind", "cut", "--count", "0"], "count must be at least 1"),
        (["remove", "9"], "there is no fault 9"),
    ],
)
def test_refusals_are_said_in_one_line(
    url: str, arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fault", *arguments, "--url", url]) == 1
    assert complaint in capsys.readouterr().err


def test_where_nothing_listens_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fault", "list", "--url", "http://127.0.0.1:1"]) == 1
    assert "no simulator answers at http://127.0.0.1:1" in capsys.readouterr().err


def options(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"seed": 3, "speed": 1.0, "at": "", "replay": None} | given)


def test_options_choose_market_and_clock(tmp_path: Path) -> None:
    source, clock = open_source(options())
    assert isinstance(source, SeededMarket)
    assert (source.seed, type(clock)) == (3, SystemClock)
    _, clock = open_source(options(speed=60.0, at="2024-01-02T15:00:00"))
    assert isinstance(clock, ScaledClock)
    assert clock.speed == 60
    assert 0 <= clock.now_ns() - 1_704_207_600_000_000_000 < 3_600_000_000_000
    _, clock = open_source(options(speed=2.0))
    assert isinstance(clock, ScaledClock)
    source, clock = open_source(options(replay=write(tmp_path, lines()), speed=5.0))
    assert isinstance(source, ReplaySource)
    assert 0 <= clock.now_ns() - START_NS < 600_000_000_000


def test_options_that_make_no_sense_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Invalid, match="--speed must be above 0"):
        open_source(options(speed=0))
    with pytest.raises(Invalid, match="--at must be a time"):
        open_source(options(at="soon"))
    with pytest.raises(BadRecording):
        open_source(options(replay=tmp_path / "nothing"))
    assert main(["--replay", str(tmp_path / "nothing")]) == 1
    assert "nothing cannot be read" in capsys.readouterr().err


def test_it_serves_until_interrupted() -> None:
    command = [sys.executable, "-m", "financehub.simulator", "--port", "0", "--speed", "60"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2], text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.split()[:2] == ["binance", "rest"]
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    process.stdout.close()


def test_it_ends_cleanly_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    """The same in this process, so that its lines are seen to run."""
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    assert main(["--port", "0"]) == 0
    timer.join()
    assert capsys.readouterr().out.count("http://127.0.0.1:") == 6
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
