"""Read the database for the door in a few threads that keep their connections: opening one costs more than the read.

Without threads (`open_reader_threads` was not called, as in tests) a read happens in the request's own thread.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

READERS = 2
_pool: ThreadPoolExecutor | None = None


def open_reader_threads() -> None:
    """Let all reads of this process go through the threads; called once, at start."""
    global _pool  # one process has one door
    _pool = ThreadPoolExecutor(READERS, thread_name_prefix="door-read")


def close_reader_threads() -> None:
    """End the threads after what they are doing, each with its connection."""
    global _pool
    pool, _pool = _pool, None
    if pool is None:
        return
    meeting = Barrier(READERS)  # holds each thread until all have come, so that none closes twice and none never
    for _ in range(READERS):
        pool.submit(_close_connections, meeting)
    pool.shutdown(wait=True)


async def read(call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
    """Return what the blocking `call` returns, raising whatever it raises. Only for reads: writes keep the request's own thread."""
    if _pool is None:
        return await sync_to_async(call)(*args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(
        _pool, partial(_on_a_sound_connection, partial(call, *args, **kwargs))
    )


def _on_a_sound_connection(call: Callable[[], Result]) -> Result:
    """Drop a connection that a restart of the server broke, then call."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred and not connection.is_usable():
            connection.close()
        connection.errors_occurred = False
    return call()


def _close_connections(meeting: Barrier) -> None:
    connections.close_all()
    meeting.wait()
