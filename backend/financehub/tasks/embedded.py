"""Jobs inside the serving process: an in-memory queue, a few worker threads and a clock."""

import asyncio
import logging
import threading

import dramatiq
from dramatiq.brokers.stub import StubBroker

from financehub.orchestration.data_orchestrator import DataOrchestrator
from financehub.tasks.actors import QUEUE, declare_actors, make_middleware
from financehub.tasks.job_clock import JobClock
from financehub.tasks.jobs import build_jobs
from financehub.tasks.loop_bridge import LoopBridge

log = logging.getLogger(__name__)
THREADS = 2
_POLL_MILLISECONDS = 100
_STOP_MILLISECONDS = 800


class JobWorker:
    """Run jobs from `broker` in threads, asking the orchestrator in `loop`."""

    def __init__(
        self, broker: dramatiq.Broker, orchestrator: DataOrchestrator, loop: asyncio.AbstractEventLoop, *, threads: int = THREADS
    ) -> None:
        self._bridge = LoopBridge(orchestrator, loop)
        self.actors = declare_actors(broker, build_jobs(self._bridge))
        self._worker = dramatiq.Worker(broker, queues={QUEUE}, worker_timeout=_POLL_MILLISECONDS, worker_threads=threads)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Interrupt what runs at its next step and end the threads; blocks for less than a second."""
        self._bridge.stop()
        self._worker.stop(timeout=_STOP_MILLISECONDS)


class EmbeddedJobs:
    """Start and stop jobs in this process. What was queued at the end is due again at the next start: intent is in the database."""

    def __init__(self, orchestrator: DataOrchestrator, loop: asyncio.AbstractEventLoop) -> None:
        self._broker = StubBroker(middleware=make_middleware())
        self._worker = JobWorker(self._broker, orchestrator, loop)
        self._clock = JobClock(self._worker.actors)
        self._is_running = False
        self._lock = threading.Lock()

    def start(self) -> None:
        with self._lock:
            self._worker.start()
            self._clock.start()
            self._is_running = True

    def stop(self) -> None:
        """End at once: call it from a thread or after the loop's last turn; it never waits for a job to finish."""
        with self._lock:
            if self._is_running:
                self._is_running = False
                self._clock.stop()
                self._worker.stop()
                self._broker.close()
