"""Send each job when it is due; any number of these may run, since a slot fires once."""

import logging
from collections.abc import Mapping
from datetime import timedelta

import dramatiq
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from django.db import connections

from financehub import clock
from financehub.tasks.job_runs import is_slot_open, slot_name
from financehub.tasks.schedule import JOBS, Job

log = logging.getLogger(__name__)
_LATE_BY_AT_MOST = 30
_MAKE_UP_SECONDS = 300


class JobClock:
    """Own a scheduler thread; at the start and every five minutes it also sends what was missed."""

    def __init__(self, actors: Mapping[str, dramatiq.Actor[[str], None]]) -> None:
        self._actors = actors
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        now = clock.wall_now()
        for job in JOBS.values():
            first = job.slot_at(now) + job.every
            trigger = IntervalTrigger(seconds=round(job.every / timedelta(seconds=1)), start_date=first, timezone="UTC")
            self._scheduler.add_job(
                self.send, trigger, args=(job,), id=job.name, coalesce=True, misfire_grace_time=_LATE_BY_AT_MOST
            )
        every = IntervalTrigger(seconds=_MAKE_UP_SECONDS, timezone="UTC")
        self._scheduler.add_job(self.send_missed, every, id="send_missed", next_run_time=now)
        self._scheduler.start()

    def send(self, job: Job) -> None:
        """Send `job` for the slot that is due now."""
        self._actors[job.name].send(slot_name(job, clock.wall_now()))

    def send_missed(self) -> None:
        """Send the jobs that make up for a missed slot and whose last slot was not run to its end."""
        now = clock.wall_now()
        for job in JOBS.values():
            if job.is_at_start and is_slot_open(job, now):
                self.send(job)
        connections.close_all()

    def stop(self) -> None:
        """End the scheduler's thread without waiting for anything that it started."""
        self._scheduler.shutdown(wait=False)
