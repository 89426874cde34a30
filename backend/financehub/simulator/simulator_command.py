"""The simulator from a shell: serve a market, or order a fault at one that runs."""

import argparse
import asyncio
import contextlib
import http.client
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from financehub.clock import Clock, ScaledClock, SystemClock, now_ns, to_ns
from financehub.errors import FinanceHubError, Invalid, NoAnswer
from financehub.simulator.control_api import CONTROL
from financehub.simulator.fault_desk import PROVIDERS, FaultKind
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.replay_source import ReplaySource
from financehub.simulator.simulator_server import MarketSource, SimulatorServer

_DEFAULT_URL = "http://127.0.0.1:9000"
_ANSWER_SECONDS = 10.0
_SHAPES: dict[str, type] = {
    "provider": str,
    "pattern": str,
    "count": int,
    "seconds": float,
    "probability": float,
    "seed": int,
    "retry_after": float,
    "status": int,
    "bytes_per_second": float,
    "factor": float,
    "offset_seconds": float,
}


def main(arguments: list[str]) -> int:
    """Run a command line; return 0, or 1 after saying what was wrong."""
    try:
        if arguments[:1] == ["fault"]:
            return _fault(_fault_parser().parse_args(arguments[1:]))
        return _serve(_serve_parser().parse_args(arguments))
    except FinanceHubError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1


def _serve_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m financehub.simulator", description="Serve a market in the providers' wire formats."
    )
    parser.add_argument("--seed", type=int, default=7, help="which market (default 7)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--speed", type=float, default=1.0, help="market seconds a second (default 1)")
    parser.add_argument("--at", default="", help="when market time begins, ISO 8601 (default now)")
    parser.add_argument("--replay", type=Path, help="serve this recording instead of a seed")
    parser.add_argument("--limits", action="store_true", help="enforce the providers' documented limits")
    return parser


def _fault_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m financehub.simulator fault", description="Make a running simulator misbehave."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="order a fault")
    add.add_argument("--kind", required=True, help=", ".join(FaultKind))
    for name, shape in _SHAPES.items():
        note = f"one of {', '.join(PROVIDERS)}, or *" if name == "provider" else None
        add.add_argument(f"--{name.replace('_', '-')}", type=shape, help=note)
    remove = commands.add_parser("remove", help="take one fault away")
    remove.add_argument("id", type=int)
    for command in (
        add,
        remove,
        commands.add_parser("list", help="show what is at work"),
        commands.add_parser("clear", help="end all"),
    ):
        command.add_argument("--url", default=_DEFAULT_URL, help=f"where the simulator answers (default {_DEFAULT_URL})")
    return parser


def open_source(options: argparse.Namespace) -> tuple[MarketSource, Clock]:
    """Return the market and the clock that the options ask for; raises BadRecording and Invalid."""
    if options.speed <= 0:
        raise Invalid(f"--speed must be above 0, was {options.speed:g}", field="speed")
    if options.replay is not None:
        recording = ReplaySource(options.replay)
        return recording, ScaledClock(recording.start_ns, options.speed)
    if not options.at and options.speed == 1.0:
        return SeededMarket(options.seed), SystemClock()
    return SeededMarket(options.seed), ScaledClock(_moment(options.at) if options.at else now_ns(), options.speed)


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"--at must be a time in ISO 8601, was {text!r}", field="at") from None
    return to_ns(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _serve(options: argparse.Namespace) -> int:
    source, clock = open_source(options)
    server = SimulatorServer(source, clock, options.host, options.port, has_limits=options.limits)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_until_stopped(server))
    return 0


async def _until_stopped(server: SimulatorServer) -> None:
    urls = await server.start()
    for provider, hosts in urls.items():
        for name, url in hosts.items():
            sys.stdout.write(f"{provider:14} {name:7} {url}\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await server.stop()


def _fault(options: argparse.Namespace) -> int:
    """Send one order to the control API and show its answer."""
    match options.command:
        case "add":
            asked = {name: getattr(options, name) for name in ("kind", *_SHAPES)}
            order = {name: value for name, value in asked.items() if value is not None}
            answer = _ask(options.url, "POST", "faults", msgspec.json.encode(order))
        case "list":
            answer = _ask(options.url, "GET", "faults")
        case "remove":
            answer = _ask(options.url, "DELETE", f"faults/{options.id}")
        case _:
            answer = _ask(options.url, "DELETE", "faults")
    if answer:
        sys.stdout.write(msgspec.json.format(answer, indent=2).decode() + "\n")
    return 0


def _ask(url: str, method: str, path: str, body: bytes | None = None) -> bytes:
    """Return the control API's answer; raises NoAnswer when nothing listens, Invalid when it refuses."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=_ANSWER_SECONDS)
    try:
        connection.request(method, f"/{CONTROL}/{path}", body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        content = response.read()
    except OSError as error:
        raise NoAnswer(f"no simulator answers at {url}: {error}", url=url) from error
    finally:
        connection.close()
    if response.status >= 400:
        raise Invalid(_message(content) or f"the simulator answered {response.status}")
    return content


def _message(content: bytes) -> str:
    try:
        body: Any = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return ""
    return str(body.get("message", "")) if isinstance(body, dict) else ""
