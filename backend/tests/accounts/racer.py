"""One of two processes that use the same tokens at the same time: `python -m accounts.racer prepare|run N`.

`prepare` makes N refresh tokens and N links and prints them; `run` reads them, says that it is ready, waits for a line, uses them all and
prints which were accepted.
"""

import json
import sys
from collections.abc import Callable

import django


def accepted(use: Callable[[str], object], tokens: list[str]) -> list[str]:
    from financehub.errors import Unauthenticated  # noqa: PLC0415 Django must be ready first

    won = []
    for token in tokens:
        try:
            use(token)
        except Unauthenticated:
            continue
        won.append(token)
    return won


def prepare(count: int) -> None:
    from django.core.management import call_command  # noqa: PLC0415

    from financehub.accounts import actions  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    owner = actions.create_owner()
    device = actions.Device()
    refresh = [actions.sign_in_by_link(actions.create_sign_in_link(owner.id), device).refresh_token for _ in range(count)]
    sys.stdout.write(
        json.dumps({"refresh": refresh, "links": [actions.create_sign_in_link(owner.id) for _ in range(count)]}) + "\n"
    )


def run() -> None:
    from financehub.accounts import actions  # noqa: PLC0415

    device = actions.Device()
    tokens = json.loads(sys.stdin.readline())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    links = accepted(lambda token: actions.sign_in_by_link(token, device), tokens["links"])
    refresh = accepted(lambda token: actions.refresh(token, device), tokens["refresh"])
    sys.stdout.write(json.dumps({"links": links, "refresh": refresh}) + "\n")


if __name__ == "__main__":
    django.setup()
    prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else run()
