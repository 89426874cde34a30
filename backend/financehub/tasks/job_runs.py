"""Take a slot once, and write down what came of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from dramatiq.middleware import Interrupt
from msgspec import Struct

from financehub import clock
from financehub.tasks.models import JobRun
from financehub.tasks.schedule import Job

KEPT_FOR = timedelta(days=30)
INTERRUPTED = "interrupted: the process was ending"


class JobReport(Struct, frozen=True, kw_only=True):
    """What a run did: rows new, rows changed, and what was refused, with a reason each.

    `error` is set where part of the work was left undone and may succeed later: the slot then runs again.
    """

    written: int = 0
    changed: int = 0
    rejected: list[str] = []
    error: str = ""


class JobInterrupted(Exception):
    """The process is ending: the run stops between two steps."""


def run_once(job: Job, slot: str, work: Callable[[], JobReport]) -> JobReport | None:
    """Run `work` unless the slot was taken, and record it. Returns None where it was taken; raises what `work` raises."""
    run_id = _take(job, slot)
    if run_id is None:
        return None
    try:
        report = work()
    except (JobInterrupted, Interrupt):
        _end(run_id, JobReport(error=INTERRUPTED))
        return None
    except Exception as error:
        _end(run_id, JobReport(error=f"{type(error).__name__}: {error}"))
        raise
    _end(run_id, report)
    return report


def _take(job: Job, slot: str) -> int | None:
    """Return the id of the new run, None where another has the slot or had it to a good end."""
    now = clock.wall_now()
    try:
        with transaction.atomic():
            return JobRun.objects.create(job=job.name, slot=slot, started_at=now).pk
    except IntegrityError:
        pass
    given_back = JobRun.objects.filter(job=job.name, slot=slot).filter(_may_run_again(job, now))
    if given_back.update(started_at=now, ended_at=None, error=""):  # of two processes only one finds the row still so
        return JobRun.objects.values_list("pk", flat=True).get(job=job.name, slot=slot)
    return None


def _may_run_again(job: Job, now: datetime) -> Q:
    """Select runs that were interrupted, that died, or that failed long enough ago."""
    died = Q(ended_at=None, started_at__lt=now - job.longest)
    failed = ~Q(error="") & Q(ended_at__lt=now - job.retry_after)
    return Q(error=INTERRUPTED) | died | failed


def _end(run_id: int, report: JobReport) -> None:
    JobRun.objects.filter(pk=run_id).update(
        ended_at=clock.wall_now(),
        written=report.written,
        changed=report.changed,
        rejected=len(report.rejected),
        error=report.error,
    )


def is_slot_open(job: Job, moment: datetime) -> bool:
    """Return whether the slot that was due at `moment` was never taken, or may be taken again."""
    runs = JobRun.objects.filter(job=job.name, slot=slot_name(job, moment))
    return not runs.exists() or runs.filter(_may_run_again(job, moment)).exists()


def slot_name(job: Job, moment: datetime) -> str:
    return job.slot_at(moment).strftime("%Y-%m-%dT%H:%M:%SZ")


def prune_job_runs() -> JobReport:
    """Forget runs older than 30 days."""
    deleted, _ = JobRun.objects.filter(started_at__lt=clock.wall_now() - KEPT_FOR).delete()
    return JobReport(changed=deleted)
