"""`financehub doctor`: look at what FinanceHub needs, and say what to do about what is wrong."""

import asyncio
import os
import shutil
import socket
import sys
from email.utils import parsedate_to_datetime
from typing import Annotated

import httpx
import typer
from msgspec import Struct
from rich.console import Console
from rich.markup import escape

from financehub import clock
from financehub.errors import FinanceHubError
from financehub.orchestration.reachability import Reachability, probe_sources
from financehub.project.command_line.environment import prepare_django
from financehub.project.configuration import Configuration, read_configuration
from financehub.providers.registry import load_providers
from financehub.providers.source_settings import read_source_settings

MOST_CLOCK_ERROR_SECONDS = 5.0


class Finding(Struct, frozen=True):
    """One thing looked at: whether it is fine, what was seen, and what to do if it is not."""

    what: str
    is_fine: bool
    seen: str
    advice: str = ""
    is_needed: bool = True


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(port: Annotated[int, typer.Option(min=1, max=65_535, help="The port you want to serve on.")] = 8000) -> None:
    """Check Python, Node, the port, the database, every source, the clock and the keys; say what to do."""
    findings = [check_python(), check_node(), check_port(port)]
    try:
        configuration = read_configuration()
        findings += [check_frontend(configuration), check_database(configuration)]
    except FinanceHubError as error:
        findings.append(Finding("settings", False, error.message, "correct the setting and run doctor again"))
    reachability = asyncio.run(probe_sources(os.environ, seconds=5.0))
    findings += [check_source(result) for result in reachability]
    findings += [asyncio.run(check_clock(any(result.is_reachable for result in reachability))), *check_keys()]
    show(findings)
    if any(not finding.is_fine and finding.is_needed for finding in findings):
        raise typer.Exit(1)


def check_python() -> Finding:
    seen = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), seen, "install Python 3.11 or newer")


def check_node() -> Finding:
    found = shutil.which("node")
    advice = "nothing to do: it is only needed to build the terminal, and `make run` gets it"
    return Finding("Node", found is not None, found or "not installed", advice, is_needed=False)


def check_port(port: int) -> Finding:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            return Finding(
                f"port {port}", False, str(error.strerror), f"stop what listens there, or use PORT={port + 1}", is_needed=False
            )
    return Finding(f"port {port}", True, "free")


def check_frontend(configuration: Configuration) -> Finding:
    is_built = (configuration.frontend_dir / "index.html").is_file()
    return Finding("terminal", is_built, "built" if is_built else "not built", "run `make run` once: it builds the terminal")


def check_database(configuration: Configuration) -> Finding:
    try:
        prepare_django()
    except FinanceHubError as error:
        return Finding("database", False, error.message, "see the message; nothing was changed")
    return Finding(
        "database", True, configuration.database_url.split("://")[0] or str(configuration.mode_dir / "financehub.sqlite3")
    )


def check_source(result: Reachability) -> Finding:
    if result.is_reachable:
        return Finding(f"source {result.source}", True, f"answered in {result.milliseconds:g} ms")
    advice = "see the reason; other sources stand in, and the simulated market where none answers"
    return Finding(f"source {result.source}", False, result.reason, advice, is_needed=False)


async def check_clock(has_network: bool) -> Finding:
    """Compare our clock with the Date header of a source that answers."""
    if not has_network:
        return Finding("clock", True, "not compared: no source answers", is_needed=False)
    provider = load_providers()["frankfurter"]
    try:
        async with httpx.AsyncClient(timeout=5.0) as client:
            response = await client.head(provider.hosts["rest"])
        theirs = parsedate_to_datetime(response.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return Finding("clock", True, f"not compared: {error}", is_needed=False)
    off = (clock.wall_now() - theirs).total_seconds()
    return Finding(
        "clock",
        abs(off) <= MOST_CLOCK_ERROR_SECONDS,
        f"{off:+.1f} s",
        "switch on time synchronisation (NTP): ages would be wrong",
    )


def check_keys() -> list[Finding]:
    """Say for each source that takes a key whether one is set, never what it is."""
    findings = []
    for provider in load_providers().values():
        if provider.key is not None:
            has_key = bool(read_source_settings(provider, os.environ).key)
            seen = "set" if has_key else ("not set" if provider.key.is_required else "not set: works without, with lower limits")
            advice = f"set FINANCEHUB_{provider.id.upper()}_KEY; get one at {provider.homepage}"
            findings.append(Finding(f"key {provider.id}", has_key or not provider.key.is_required, seen, advice, is_needed=False))
    return findings


def show(findings: list[Finding]) -> None:
    """Print a line for each finding, and below what is not fine, what to do about it."""
    console = Console(soft_wrap=True, highlight=False)
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        mark, style = ("ok   ", "green") if finding.is_fine else (("wrong", "red") if finding.is_needed else ("note ", "yellow"))
        console.print(f"[{style}]{mark}[/]  {finding.what:<{width}}  {escape(finding.seen)}")
        if not finding.is_fine:
            console.print(f"{'':{width + 9}}{escape(finding.advice)}", style="dim")
