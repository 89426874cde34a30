import threading
from typing import Any, NoReturn

import pytest
from django.db import OperationalError, connection

from financehub.errors import NotFound, StorageUnusable
from financehub.orchestration.storage_threads import StorageThreads


def fail(error: Exception) -> NoReturn:
    raise error


async def test_a_store_that_fails_costs_no_answer_but_a_mistake_of_ours_shows() -> None:
    threads = StorageThreads()
    assert await threads.read(lambda value, *, more: value + more, 1, more=2) == 3
    for error in (OperationalError("locked"), StorageUnusable("read-only")):
        assert await threads.read(fail, error) is None
        assert await threads.write(fail, error) is None
        with pytest.raises(type(error)):
            await threads.run(fail, error)
    with pytest.raises(NotFound):
        await threads.read(fail, NotFound("x"))
    threads.close()


async def test_writes_take_turns_in_one_thread_and_reads_run_beside_them() -> None:
    threads = StorageThreads()
    writing, reading = await threads.write(threading.current_thread), await threads.read(threading.current_thread)
    assert writing is await threads.write(threading.current_thread)
    assert writing is not reading
    threads.close()
    assert writing is not None
    assert not writing.is_alive()


@pytest.mark.usefixtures("file_database")
async def test_a_broken_connection_is_replaced_and_a_good_one_kept() -> None:
    threads = StorageThreads()

    def use() -> Any:
        connection.ensure_connection()
        return connection.connection

    def spoil(is_usable: bool) -> None:
        connection.errors_occurred = True
        connection.is_usable = lambda: is_usable

    first = await threads.write(use)
    await threads.write(spoil, True)
    assert await threads.write(use) is first
    await threads.write(spoil, False)
    second = await threads.write(use)
    assert second is not first
    assert await threads.write(use) is second
    threads.close()
