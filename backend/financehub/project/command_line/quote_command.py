"""`financehub quote`: the latest quotes, with where they come from."""

import asyncio
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from financehub import clock
from financehub.errors import NotFound
from financehub.project.command_line.environment import prepare_django, set_mode
from financehub.project.configuration import Configuration, DataMode


def register(app: typer.Typer) -> None:
    app.command("quote")(quote)


def quote(
    symbols: Annotated[list[str], typer.Argument(help="Symbols or any name we know: AAPL, BTCUSDT, bitcoin, EURUSD.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    mode: Annotated[DataMode, typer.Option(help="Which market: live or simulated.")] = DataMode.LIVE,
) -> None:
    """Print the latest quotes with source, age and delay."""
    set_mode(mode)
    configuration = prepare_django()
    rows, failures = asyncio.run(look_up(configuration, symbols))
    show = show_json if as_json else show_table
    show(rows, failures)
    if failures:
        raise typer.Exit(1)


Rows = list[dict[str, object]]


async def look_up(configuration: Configuration, names: list[str]) -> tuple[Rows, Rows]:
    """Return a row per quote and a row per failure, in the order asked."""
    from asgiref.sync import sync_to_async

    from financehub.assets.queries import get_instrument
    from financehub.project.runtime import sources_open

    failures: Rows = []
    async with sources_open(configuration) as orchestrator:
        symbols = []
        for name in names:
            try:
                symbols.append((await sync_to_async(get_instrument)(name)).symbol)
            except NotFound as error:
                failures.append({"symbol": name, "code": error.code, "message": error.message})
        found = await orchestrator.quotes(symbols)
    failures += [{"symbol": symbol, "code": error.code, "message": error.message} for symbol, error in found.failures.items()]
    now = clock.now()
    rows: Rows = [
        {
            **msgspec.to_builtins(answer.value),
            "source": answer.provenance.source,
            "as_of": answer.provenance.as_of.isoformat(),
            "age_seconds": round(answer.provenance.age_seconds(now), 1),
            "delay_class": answer.provenance.delay_class.value,
        }
        for answer in found.answers.values()
    ]
    return rows, failures


def show_json(rows: Rows, failures: Rows) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode({"data": rows, "failures": failures}), indent=2).decode())


def show_table(rows: Rows, failures: Rows) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("symbol")
    for column in ("price", "currency", "change %", "as of", "age s"):
        table.add_column(column, justify="right")
    table.add_column("source")
    for row in rows:
        change = row["change_percent"]
        table.add_row(
            str(row["symbol"]),
            f"{row['price']:,.10g}",
            str(row["currency"] or "—"),
            f"{change:+.2f}" if isinstance(change, float) else "—",
            str(row["as_of"]),
            f"{row['age_seconds']}",
            f"{row['source']} ({row['delay_class']})",
        )
    if rows:
        Console().print(table)
    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    for failure in failures:
        errors.print(f"{failure['symbol']}: {failure['message']}", style="red", markup=False)
