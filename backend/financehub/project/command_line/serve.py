"""`financehub up`, `demo` and `replay`: one process that serves the terminal, streams and works."""

import asyncio
import os
import signal
import socket
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from financehub.errors import PortInUse
from financehub.project.command_line.environment import prepare_django, set_mode
from financehub.project.configuration import Configuration, DataMode, read_configuration

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")]

EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
MAX_FRAME_BYTES = 65_536
PING_SECONDS = 20.0


def register(app: typer.Typer) -> None:
    app.command("up")(up)
    app.command("demo")(demo)
    app.command("replay")(replay)


def up(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    live: Annotated[bool, typer.Option("--live", help="Never fall back to the simulated market.")] = False,
) -> None:
    """Serve live data from the sources that answer; the simulated market where none can be reached."""
    from financehub.orchestration.reachability import find_reachable_sources

    listener = listen(host, port)
    if live or asyncio.run(find_reachable_sources(os.environ)):
        set_mode(DataMode.LIVE)
    else:
        typer.echo(
            "No keyless source answers from here: serving the simulated market. It is badged, and kept in its own database."
        )
        set_mode(DataMode.SIMULATED)
    serve(listener, host)


def demo(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the simulated market, whether or not sources can be reached."""
    listener = listen(host, port)
    set_mode(DataMode.SIMULATED)
    serve(listener, host)


def replay(
    file: Annotated[Path, typer.Argument(help="A recording: lines of `<ns> {json}`, plain or gzip.")],
    speed: Annotated[float, typer.Option(min=0.1, max=1000.0, help="How many times as fast as it happened.")] = 1.0,
    host: Host = "127.0.0.1",
    port: Port = 8000,
) -> None:
    """Serve a recorded market as if it happened now, through the whole of FinanceHub."""
    from financehub.simulator.replay_source import ReplaySource

    ReplaySource(file)  # a recording that cannot be replayed is refused before anything starts
    listener = listen(host, port)
    set_mode(DataMode.REPLAYED)
    os.environ.update(
        FINANCEHUB_REPLAY_FILE=str(file.absolute()), FINANCEHUB_REPLAY_SPEED=str(speed), FINANCEHUB_SOURCES="binance"
    )
    serve(listener, host)


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything slow happens.

    Raises PortInUse, saying how to choose another.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortInUse(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another port, for example PORT={port + 1} make run "
            f"or financehub up --port {port + 1}",
            port=port,
        ) from error
    return listener


def serve(listener: socket.socket, host: str) -> None:
    """Serve until interrupted; the address and a sign-in link are printed when the first request would be answered."""
    from financehub.project.command_line.sign_in_link import make_sign_in_link
    from financehub.project.database_setup import forget_market, hold_data_dir, open_data_dir

    reserve_simulator_port()
    allow_host(host)
    configuration = read_configuration()
    open_data_dir(configuration.mode_dir)
    # processes that share a database server share the folder too; an embedded one is alone on its files
    with nullcontext() if configuration.database_url else hold_data_dir(configuration.mode_dir):
        prepare_django()
        if configuration.mode is DataMode.REPLAYED:
            forget_market()
        address = f"http://{'127.0.0.1' if host in EVERY_ADDRESS else host}:{listener.getsockname()[1]}"
        link = make_sign_in_link(address)
        server = AnnouncingServer(server_configuration(), announcement(configuration, address, link))
        server.run(sockets=[listener])
        if not server.started:  # the reason was logged as it happened
            raise typer.Exit(1)


def allow_host(host: str) -> None:
    """Answer under the name we listen on, unless the operator listed the names."""
    names = {"localhost", "127.0.0.1", "[::1]", host}
    os.environ.setdefault("FINANCEHUB_ALLOWED_HOSTS", ",".join(sorted(names)))


def reserve_simulator_port() -> None:
    """Choose where the market that stands in will answer, so that faults can be ordered from it by an address known beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        os.environ.setdefault("FINANCEHUB_SIMULATOR_PORT", str(probe.getsockname()[1]))


def announcement(configuration: Configuration, address: str, link: str) -> str:
    """Return what a person needs to know once we serve."""
    mode = configuration.mode
    lines = ["", f"FinanceHub ({mode}) serves {address}", f"Sign in once with {link}"]
    if EVERY_ADDRESS & set(configuration.allowed_hosts):
        lines.append("Other machines are refused until FINANCEHUB_ALLOWED_HOSTS lists the name they know this one by")
    if mode is not DataMode.LIVE:
        lines.append(
            f"The {mode} market answers at http://127.0.0.1:{configuration.simulator_port} (docs/simulator.md: break it on purpose)"
        )
    return "\n".join([*lines, f"Stop with Ctrl-C. For a new link: financehub link --mode {mode}", ""])


def server_configuration() -> uvicorn.Config:
    return uvicorn.Config(
        "financehub.project.asgi:application",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )


class AnnouncingServer(uvicorn.Server):
    """A server that says where it is once it answers, and that ends quietly on the first interrupt."""

    def __init__(self, config: uvicorn.Config, words: str) -> None:
        super().__init__(config)
        self._words = words

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            typer.echo(self._words)

    def handle_exit(self, sig: int, frame: object) -> None:
        """Leave on the first signal; uvicorn's own handler would raise it again after a clean end, as if we had been killed."""
        self.should_exit = True
        if sig == signal.SIGINT and self._interrupted_before:
            self.force_exit = True
        self._interrupted_before = True

    _interrupted_before = False
