# ruff: noqa: PLC0415 -- what needs Django is imported once Django is ready
"""The product as it is served, with only its counts of calls and sockets raised, and a publisher that a benchmark commands.

Started by a benchmark as a process of its own (role web: no streams, no jobs). It prints one JSON line with an address and access
tokens, then obeys lines on its standard input: a JSON `Command`, answered by a JSON line when done.
"""

import asyncio
import json
import os
import sys
import threading
import time
from typing import Any

import msgspec
import uvicorn
from msgspec import Struct

from financehub.project.command_line.environment import prepare_django
from financehub.project.command_line.serve import listen, server_configuration

FLOOD = 10**9
_loop: asyncio.AbstractEventLoop | None = None


class Command(Struct):
    """Publish `size` bytes on the price topics of `symbols` in turn, `per_second` times a second for `seconds`."""

    symbols: list[str]
    per_second: float
    seconds: float
    size: int = 200


def raise_limits() -> None:
    """A benchmark is one user at one address who asks more often than any person: count, but refuse nothing."""
    from financehub.api import rate_limits
    from financehub.consumers.connections import Connections, install_connections

    for name in ("_users", "_addresses"):
        setattr(rate_limits, name, rate_limits.SlidingWindow(FLOOD, rate_limits.WINDOW_SECONDS))
    install_connections(Connections(max_per_user=FLOOD))


def access_token() -> str:
    from financehub.accounts.actions import Device, create_owner, create_sign_in_link, sign_in_by_link

    return sign_in_by_link(create_sign_in_link(create_owner().id), Device()).access_token


def payload(size: int, number: int) -> bytes:
    """Return what a price publishes, filled up to a frame of about `size` bytes, with the time of its publication in it."""
    stamp = time.monotonic_ns()
    body = b'{"data":{"price":60000.01,"number":%d,"at":%d,"fill":"%s"},"provenance":{"source":"bench"}}'
    envelope = 110  # what numbering adds
    empty = len(body % (number, stamp, b""))
    return body % (number, stamp, b"x" * max(0, size - envelope - empty))


async def publish(command: Command) -> dict[str, Any]:
    """Publish evenly; what falls behind is not made up for."""
    from financehub.bus import Topic, current_bus

    bus = current_bus()
    topics = [Topic.quotes("", symbol) if ":" not in symbol else Topic.quotes(*symbol.split(":")) for symbol in command.symbols]
    started = time.monotonic()
    cpu = time.process_time()
    published = 0
    while (now := time.monotonic()) < started + command.seconds:
        due = int((now - started) * command.per_second) - published
        if due > 0:
            await bus.publish(topics[published % len(topics)], payload(command.size, published), retain=True)
            published += 1
        await asyncio.sleep(max(0.0, started + (published + 1) / command.per_second - time.monotonic()))
    return {"published": published, "cpu_seconds": time.process_time() - cpu, "seconds": time.monotonic() - started}


def obey() -> None:
    """Read commands until the standard input ends, which ends the process."""
    for line in sys.stdin:
        assert _loop is not None
        done = asyncio.run_coroutine_threadsafe(publish(msgspec.json.decode(line, type=Command)), _loop).result()
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()
    os._exit(0)


class ObeyingServer(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        global _loop
        await super().startup(sockets)
        _loop = asyncio.get_running_loop()
        port = self.servers[0].sockets[0].getsockname()[1]
        tokens = [await asyncio.to_thread(access_token)]
        sys.stdout.write(json.dumps({"address": f"127.0.0.1:{port}", "tokens": tokens, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        threading.Thread(target=obey, daemon=True).start()


def main() -> None:
    prepare_django()
    raise_limits()
    ObeyingServer(server_configuration()).run(sockets=[listen("127.0.0.1", 0)])


if __name__ == "__main__":
    main()
