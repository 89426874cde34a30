import asyncio
import time
from collections.abc import Callable
from typing import Any

import dramatiq
import pytest
from dramatiq.brokers.stub import StubBroker
from servers.file_database import in_thread

from financehub import clock
from financehub.assets import queries as asset_queries
from financehub.errors import SetupError
from financehub.orchestration.data_orchestrator import DataOrchestrator, Shelves
from financehub.storage.bar_store import BarStore
from financehub.storage.document_store import DocumentStore
from financehub.tasks.actors import declare_actors, make_middleware
from financehub.tasks.embedded import EmbeddedJobs
from financehub.tasks.job_clock import JobClock
from financehub.tasks.job_runs import INTERRUPTED, JobInterrupted, JobReport
from financehub.tasks.loop_bridge import LoopBridge
from financehub.tasks.models import JobRun
from financehub.tasks.schedule import JOBS, REFRESH_CATALOGUE

pytestmark = pytest.mark.usefixtures("file_database")


def make_orchestrator() -> DataOrchestrator:
    return DataOrchestrator({}, Shelves(BarStore(), DocumentStore(), asset_queries))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what other threads do; fails after ten seconds."""
    async with asyncio.timeout(10):
        while not await in_thread(condition):  # noqa: ASYNC110 - another thread makes it true, without telling
            await asyncio.sleep(0.01)


def ended() -> set[str]:
    return set(JobRun.objects.exclude(ended_at=None).values_list("job", flat=True))


async def test_what_fell_due_runs_at_the_start_and_everything_ends_at_once() -> None:
    orchestrator = make_orchestrator()
    jobs = EmbeddedJobs(orchestrator, asyncio.get_running_loop())
    jobs.start()
    at_start = {job.name for job in JOBS.values() if job.is_at_start}
    await until(lambda: at_start <= ended())
    started = time.perf_counter()
    await asyncio.to_thread(jobs.stop)
    assert time.perf_counter() - started < 1.0
    jobs.stop()
    errors = await in_thread(lambda: set(JobRun.objects.values_list("error", flat=True)))
    assert errors == {""}
    await orchestrator.close()


async def test_a_job_that_waits_for_an_answer_is_interrupted_by_the_end() -> None:
    orchestrator = make_orchestrator()
    bridge = LoopBridge(orchestrator, asyncio.get_running_loop())
    asking = asyncio.Event()

    async def never() -> None:
        asking.set()
        await asyncio.Event().wait()

    waiting = asyncio.create_task(asyncio.to_thread(lambda: bridge.ask(never())))
    await asking.wait()
    bridge.stop()
    with pytest.raises(JobInterrupted):
        await waiting
    with pytest.raises(JobInterrupted):
        await asyncio.to_thread(lambda: bridge.ask(never()))
    await orchestrator.close()


async def test_a_bridge_hands_back_answers_and_errors() -> None:
    orchestrator = make_orchestrator()
    bridge = LoopBridge(orchestrator, asyncio.get_running_loop())

    async def answer(value: Any) -> Any:
        if isinstance(value, Exception):
            raise value
        return value

    assert await asyncio.to_thread(lambda: bridge.ask(answer(7))) == 7
    with pytest.raises(SetupError):
        await asyncio.to_thread(lambda: bridge.ask(answer(SetupError("no"))))
    bridge.check()
    bridge.pause(0.0)
    bridge.forget_names()
    bridge.stop()
    with pytest.raises(JobInterrupted):
        bridge.pause(3600.0)
    await orchestrator.close()


def process_one(name: str, work: Callable[[], JobReport] | None, slots: list[str]) -> None:
    """Send `slots` of one job through a broker and a worker, to the end."""
    broker = StubBroker(middleware=make_middleware())
    actors = declare_actors(broker, {} if work is None else {name: work})
    worker = dramatiq.Worker(broker, worker_timeout=10, worker_threads=2)
    worker.start()
    for slot in slots:
        actors[name].send(slot)
    broker.join("jobs", fail_fast=False, timeout=10_000)
    worker.stop()


def test_a_message_delivered_twice_runs_once() -> None:
    runs: list[int] = []

    def work() -> JobReport:
        runs.append(1)
        return JobReport(written=1, error="half done")

    process_one(REFRESH_CATALOGUE.name, work, ["a", "a", "b", "a"])
    assert len(runs) == 2
    assert JobRun.objects.count() == 2


def test_an_expected_failure_is_recorded_and_not_retried() -> None:
    runs: list[int] = []

    def work() -> JobReport:
        runs.append(1)
        raise SetupError("no disk")

    process_one(REFRESH_CATALOGUE.name, work, ["a"])
    assert len(runs) == 1
    assert JobRun.objects.get().error == "SetupError: no disk"


def test_a_process_that_only_sends_never_runs_anything() -> None:
    process_one(REFRESH_CATALOGUE.name, None, ["a"])
    assert JobRun.objects.count() == 0


def test_only_missed_jobs_that_want_it_are_made_up_for() -> None:
    broker = StubBroker(middleware=make_middleware())
    actors = declare_actors(broker, {})
    jobs = JobClock(actors)
    jobs.send_missed()
    queue = broker.queues["jobs"]
    assert queue.qsize() == 3
    now = clock.wall_now()
    for job in JOBS.values():
        slot = job.slot_at(now).strftime("%Y-%m-%dT%H:%M:%SZ")
        error = INTERRUPTED if job is REFRESH_CATALOGUE else ""
        JobRun.objects.create(job=job.name, slot=slot, started_at=now, ended_at=now, error=error)
    jobs.send_missed()
    assert queue.qsize() == 4
