"""The jobs as Dramatiq actors, on whichever broker this process has."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import dramatiq
import redis
from django.db import connections
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, Middleware, ShutdownNotifications, TimeLimit

from financehub import clock
from financehub.errors import FinanceHubError
from financehub.tasks.job_runs import JobReport, run_once
from financehub.tasks.schedule import JOBS

log = logging.getLogger(__name__)
QUEUE = "jobs"
MAX_AGE_MILLISECONDS = 15 * 60 * 1000


def make_middleware() -> list[Middleware]:
    """Return what surrounds every job. There are no retries: a job that failed is due again in its next slot."""
    return [AgeLimit(), TimeLimit(), ShutdownNotifications()]


@contextmanager
def open_redis_broker(url: str) -> Iterator[dramatiq.Broker]:
    """Open the broker that web, worker and scheduler processes share; its connections are closed after the block."""
    client = redis.Redis.from_url(url)
    broker = RedisBroker(client=client, middleware=make_middleware(), namespace="financehub-jobs")  # type: ignore[no-untyped-call]
    try:
        yield broker
    finally:
        broker.close()
        client.close()


def declare_actors(
    broker: dramatiq.Broker, jobs: Mapping[str, Callable[[], JobReport]]
) -> dict[str, dramatiq.Actor[[str], None]]:
    """Return an actor per job on `broker`; a process that only sends declares them with no work behind."""
    return {name: _declare(broker, name, jobs.get(name)) for name in JOBS}


def _declare(broker: dramatiq.Broker, name: str, work: Callable[[], JobReport] | None) -> dramatiq.Actor[[str], None]:
    job = JOBS[name]

    def run(slot: str) -> None:
        if work is None:
            raise RuntimeError(f"this process only sends {name}")
        started = clock.monotonic()
        try:
            report = run_once(job, slot, work)
        except FinanceHubError as error:
            log.warning("job failed", extra={"job": name, "slot": slot, "code": error.code, "reason": error.message})
            return
        finally:
            connections.close_all()
        if report is not None:
            level = logging.WARNING if report.error else logging.INFO
            log.log(level, "job done", extra=_about(name, slot, report, clock.monotonic() - started))

    longest = round(job.longest.total_seconds() * 1000)
    return dramatiq.Actor(
        run,
        broker=broker,
        actor_name=name,
        queue_name=QUEUE,
        priority=0,
        options={"time_limit": longest, "max_age": MAX_AGE_MILLISECONDS, "notify_shutdown": True},
    )


def _about(name: str, slot: str, report: JobReport, seconds: float) -> dict[str, object]:
    return {
        "job": name,
        "slot": slot,
        "written": report.written,
        "changed": report.changed,
        "rejected": len(report.rejected),
        "reasons": report.rejected[:5],
        "error": report.error,
        "seconds": round(seconds, 3),
    }
