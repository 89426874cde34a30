"""Let a job in a thread ask the orchestrator, which lives in the event loop."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from financehub.orchestration.data_orchestrator import DataOrchestrator
from financehub.tasks.job_runs import JobInterrupted

Result = TypeVar("Result")


class LoopBridge:
    """Run coroutines on the loop of the orchestrator from other threads, until `stop`."""

    def __init__(self, orchestrator: DataOrchestrator, loop: asyncio.AbstractEventLoop) -> None:
        self.orchestrator = orchestrator
        self._loop = loop
        self._waiting: set[Future[Any]] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def check(self) -> None:
        """Raise JobInterrupted once the process is ending; jobs call it between steps."""
        if self._stopping.is_set():
            raise JobInterrupted

    def pause(self, seconds: float) -> None:
        """Wait, so that others get their turns at a source. Raises JobInterrupted when the process ends meanwhile."""
        self._stopping.wait(seconds)
        self.check()

    def ask(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Return what `coroutine` returns. Raises JobInterrupted when the process ends meanwhile."""
        with self._lock:
            if self._stopping.is_set() or self._loop.is_closed():
                coroutine.close()
                raise JobInterrupted
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
            self._waiting.add(future)
        try:
            return future.result()
        except CancelledError:
            raise JobInterrupted from None
        finally:
            with self._lock:
                self._waiting.discard(future)

    def forget_names(self) -> None:
        """Have the orchestrator look names up anew: the catalogue changed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.orchestrator.naming.forget_all)

    def stop(self) -> None:
        """Interrupt every job that waits, and each other one at its next step."""
        with self._lock:
            self._stopping.set()
            waiting = list(self._waiting)
        for future in waiting:
            future.cancel()
