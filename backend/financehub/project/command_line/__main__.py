"""`financehub`: the command line."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from financehub import __version__
from financehub.errors import FinanceHubError
from financehub.project.command_line.environment import set_data_dir

app = typer.Typer(
    help="FinanceHub: a market terminal whose every number says where it came from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"financehub {__version__}")
        raise typer.Exit


@app.callback()
def configure(
    data_dir: Annotated[Path | None, typer.Option(help="Where data is kept (default: ~/.local/share/financehub).")] = None,
    version: Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Read what holds for every command."""
    set_data_dir(data_dir)


def main() -> int:
    """Run one command; an expected error is one plain message on standard error and exit status 1."""
    from financehub.project.command_line import backfill_command, doctor, quote_command, serve, sign_in_link

    for command in (serve, backfill_command, quote_command, doctor, sign_in_link):
        command.register(app)
    try:
        app(prog_name="financehub")
    except FinanceHubError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"error: {error.message}", style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
