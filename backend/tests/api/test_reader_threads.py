"""Reads for the door: in threads that stay, or in the request's own."""

import asyncio
import threading
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.db import connections

from financehub.api import reader_threads
from financehub.api.reader_threads import READERS, close_reader_threads, open_reader_threads, read
from financehub.errors import NotFound


@pytest.fixture
def opened() -> Iterator[None]:
    open_reader_threads()
    yield
    close_reader_threads()


def where(label: str, *, suffix: str = "") -> str:
    return f"{label}{suffix} in {threading.current_thread().name}"


async def test_reads_happen_in_the_threads_that_stay(opened: None) -> None:
    seen = set(await asyncio.gather(*(read(where, "read", suffix="!") for _ in range(20))))
    assert seen <= {f"read! in door-read_{number}" for number in range(READERS)}


async def test_what_a_read_raises_is_raised(opened: None) -> None:
    def refuse() -> None:
        raise NotFound("not there")

    with pytest.raises(NotFound):
        await read(refuse)


async def test_without_threads_reads_still_happen() -> None:
    assert "door-read" not in await read(where, "read")


async def test_broken_connection_is_dropped_and_a_sound_one_kept(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = Mock(errors_occurred=True, is_usable=Mock(return_value=True))
    broken = Mock(errors_occurred=True, is_usable=Mock(return_value=False))
    fresh = Mock(errors_occurred=False)
    handler = Mock(all=Mock(return_value=[sound, broken, fresh]))
    monkeypatch.setattr(reader_threads, "connections", handler)
    assert await read(lambda: 7) == 7
    assert (sound.close.called, broken.close.called, fresh.close.called) == (False, True, False)
    assert not (sound.errors_occurred or broken.errors_occurred)


async def test_every_thread_closes_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    monkeypatch.setattr(type(connections), "close_all", lambda _: closed.append(threading.current_thread().name))
    open_reader_threads()
    await read(lambda: None)
    close_reader_threads()
    close_reader_threads()
    assert sorted(closed) == [f"door-read_{number}" for number in range(READERS)]
