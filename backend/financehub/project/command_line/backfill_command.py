"""`financehub backfill`: fetch history into the store, resumably."""

import asyncio
import signal
import threading
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from financehub import clock
from financehub.errors import Invalid
from financehub.market.bar import Interval
from financehub.orchestration.backfill import BackfillReport, SymbolBackfill, backfill
from financehub.project.command_line.environment import prepare_django, set_mode
from financehub.project.configuration import Configuration, DataMode

SHOWN_REJECTIONS = 10


def register(app: typer.Typer) -> None:
    app.command("backfill")(backfill_bars)


def backfill_bars(
    symbols: Annotated[list[str], typer.Argument(help="Symbols or any name we know: AAPL, BTCUSDT, bitcoin.")],
    start: Annotated[str, typer.Option("--from", help="First day or moment, ISO 8601; UTC where no zone is given.")],
    end: Annotated[str, typer.Option("--to", help="Last moment, not included (default: now).")] = "",
    interval: Annotated[Interval, typer.Option(help="Length of a bar.")] = Interval.D1,
    mode: Annotated[DataMode, typer.Option(help="Which market: live or simulated.")] = DataMode.LIVE,
) -> None:
    """Fetch bars into the store. Ctrl-C stops between slices; run it again and it goes on where it stopped."""
    first = read_moment(start, "--from")
    last = read_moment(end, "--to") if end else clock.now()
    check_range(first, min(last, clock.now()))
    set_mode(mode)
    configuration = prepare_django()
    report = asyncio.run(run(configuration, symbols, interval, first, min(last, clock.now())))
    show(report)
    if not report.is_complete:
        raise typer.Exit(1)


def read_moment(text: str, option: str) -> datetime:
    """Return the aware time that `text` names; raises Invalid, naming the option."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{option} must be a day or moment like 2024-01-31 or 2024-01-31T12:00Z, was {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def check_range(first: datetime, last: datetime) -> None:
    """Raise Invalid for a range that is empty, upside down or in the future."""
    if first >= clock.now():
        raise Invalid(f"--from {first.isoformat()} lies in the future")
    if first >= last:
        raise Invalid(f"--from {first.isoformat()} must be before --to {last.isoformat()}")


async def run(
    configuration: Configuration, symbols: list[str], interval: Interval, first: datetime, last: datetime
) -> BackfillReport:
    """Fill with a progress bar; the first Ctrl-C stops after the slice under way."""
    from financehub.project.runtime import sources_open

    is_stopping = threading.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, is_stopping.set)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("slices"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        rows = {symbol: progress.add_task(symbol, total=None) for symbol in symbols}

        def note(work: SymbolBackfill) -> None:
            progress.update(rows[work.symbol], total=work.slices, completed=work.slices_done)

        async with sources_open(configuration) as orchestrator:
            return await backfill(orchestrator, symbols, interval, first, last, on_progress=note, should_stop=is_stopping.is_set)


def show(report: BackfillReport) -> None:
    """Say for each symbol how many rows were written, changed, unchanged and rejected, and why; failures on standard error."""
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    for work in report.symbols:
        totals = work.totals
        typer.echo(
            f"{work.symbol}: {totals.written} written, {totals.changed} changed, {totals.unchanged} unchanged, "
            f"{len(totals.rejected)} rejected, {work.slices_done} of {work.slices} slices"
        )
        for moment, reason in totals.rejected[:SHOWN_REJECTIONS]:
            errors.print(f"  rejected {moment:%Y-%m-%d %H:%M}: {reason}", markup=False)
        if len(totals.rejected) > SHOWN_REJECTIONS:
            errors.print(f"  and {len(totals.rejected) - SHOWN_REJECTIONS} more", markup=False)
        for failure in work.failures:
            errors.print(f"  {failure.start:%Y-%m-%d} to {failure.end:%Y-%m-%d}: {failure.message}", style="red", markup=False)
