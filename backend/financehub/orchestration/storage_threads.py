"""Run blocking storage calls off the event loop: readers beside one writer, so that a long write delays no read."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connections

from financehub.errors import StorageUnusable

log = logging.getLogger(__name__)
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

READERS = 2


class StorageThreads:
    """Own the threads in which storage is used; each keeps its database connection until `close`.

    A store that fails must not take the answer of a source with it: a failed read counts as nothing stored, a failed write as
    not written, and both are logged.
    """

    def __init__(self) -> None:
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="storage-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="storage-write")

    async def read(
        self, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result | None:
        """Return what `call` returns, None if the store cannot be read."""
        return await self._tolerate(self._readers, call, *args, **kwargs)

    async def write(
        self, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result | None:
        """Return what `call` returns, None if the store cannot be written."""
        return await self._tolerate(self._writer, call, *args, **kwargs)

    async def run(self, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Return what `call` returns, raising whatever it raises."""
        return await self._submit(self._readers, call, *args, **kwargs)

    async def write_strictly(
        self, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Return what `call` returns from the writing thread, raising whatever it raises."""
        return await self._submit(self._writer, call, *args, **kwargs)

    async def _tolerate(
        self, pool: ThreadPoolExecutor, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result | None:
        try:
            return await self._submit(pool, call, *args, **kwargs)
        except (DatabaseError, StorageUnusable) as error:
            log.warning("storage failed: %s", error, extra={"call": getattr(call, "__qualname__", repr(call))})
            return None

    async def _submit(
        self, pool: ThreadPoolExecutor, call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        def run() -> Result:
            _drop_broken_connections()
            return call(*args, **kwargs)

        return await sync_to_async(run, thread_sensitive=False, executor=pool)()

    def close(self) -> None:
        """Close the connection of every thread and end the threads."""
        for pool, size in ((self._readers, READERS), (self._writer, 1)):
            meeting = Barrier(size)  # holds each thread until all have come, so that none closes twice and none never
            for _ in range(size):
                pool.submit(_close_connections, meeting)
            pool.shutdown(wait=True)


def _close_connections(meeting: Barrier) -> None:
    connections.close_all()
    meeting.wait()


def _drop_broken_connections() -> None:
    """Close what a server restart left behind; a healthy connection is kept, because opening one costs more than a read."""
    for connection in connections.all(initialized_only=True):
        if connection.errors_occurred and not connection.is_usable():
            connection.close()
        connection.errors_occurred = False
