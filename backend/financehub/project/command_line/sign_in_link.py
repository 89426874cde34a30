"""`financehub link`: a fresh one-time sign-in link for the owner."""

from typing import Annotated

import typer

from financehub.project.command_line.environment import prepare_django, set_mode
from financehub.project.configuration import DataMode


def register(app: typer.Typer) -> None:
    app.command("link")(link)


def link(
    mode: Annotated[DataMode, typer.Option(help="Whose database: live, simulated or replayed.")] = DataMode.LIVE,
    address: Annotated[str, typer.Option(help="Where the terminal is served.")] = "http://127.0.0.1:8000",
) -> None:
    """Print a one-time link that signs the owner in; it works once, within 15 minutes."""
    set_mode(mode)
    prepare_django()
    typer.echo(make_sign_in_link(address))


def make_sign_in_link(address: str) -> str:
    """Return a sign-in link for the owner, making the owner on first use; the token stands in the fragment, which no log sees."""
    from financehub.accounts.actions import create_owner, create_sign_in_link
    from financehub.accounts.queries import find_owner

    owner = find_owner() or create_owner()
    return f"{address}/sign-in#token={create_sign_in_link(owner.id)}"
