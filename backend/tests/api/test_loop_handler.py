"""Requests end where their database work was done, and no thread is started for those that did none."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.http import HttpRequest, HttpResponse

from financehub.api.loop_handler import LoopHandler


async def ask(handler: LoopHandler, path: str = "/api/health", messages: list[dict[str, Any]] | None = None) -> list[Any]:
    """Return what the handler sends for a request."""
    waiting = iter(messages or [{"type": "http.request", "body": b"", "more_body": False}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(waiting)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"host", b"localhost")]}
    async with ThreadSensitiveContext():
        await handler.handle(scope, receive, send)
    return sent


class Ending(HttpResponse):
    """An answer that knows in which thread it was closed."""

    closed_in: threading.Thread | None = None

    def close(self) -> None:
        self.closed_in = threading.current_thread()


@pytest.fixture
def handler() -> LoopHandler:
    return LoopHandler()


async def test_health_is_answered_without_a_thread(handler: LoopHandler) -> None:
    before = set(threading.enumerate())
    sent = await ask(handler)
    assert sent[0]["status"] == 200
    assert set(threading.enumerate()) == before


async def test_a_request_is_closed_where_it_worked(handler: LoopHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [Ending(), Ending()]
    workers: list[threading.Thread] = []

    async def work(request: HttpRequest) -> HttpResponse:
        if len(answers) == 2:
            workers.append(await sync_to_async(threading.current_thread)())
        return answers.pop(0)

    worked, idle = answers
    monkeypatch.setattr(handler, "run_get_response", work)
    await ask(handler)
    await ask(handler)
    assert worked.closed_in is workers[0]
    assert worked.closed_in is not threading.current_thread()
    assert idle.closed_in is threading.current_thread()


async def test_a_caller_who_left_before_the_end_of_the_body_gets_nothing(handler: LoopHandler) -> None:
    assert await ask(handler, messages=[{"type": "http.disconnect"}]) == []


async def test_an_answer_is_closed_when_sending_is_cut_off(handler: LoopHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Ending()

    async def work(request: HttpRequest) -> HttpResponse:
        return answer

    async def cut(response: HttpResponse, send: Any) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(handler, "run_get_response", work)
    monkeypatch.setattr(handler, "send_response", cut)
    with pytest.raises(asyncio.CancelledError):
        await ask(handler)
    assert answer.closed_in is threading.current_thread()
