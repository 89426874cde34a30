import threading
from datetime import timedelta

import pytest
from django.db import connections
from dramatiq.middleware import Interrupt

from financehub import clock
from financehub.tasks.job_runs import INTERRUPTED, JobInterrupted, JobReport, is_slot_open, prune_job_runs, run_once, slot_name
from financehub.tasks.models import JobRun
from financehub.tasks.schedule import PRUNE_SESSIONS

JOB = PRUNE_SESSIONS
SLOT = "2026-03-02T03:10:00Z"


class Work:
    """Count how often it ran; report or raise what it is told."""

    def __init__(self, outcome: JobReport | BaseException | None = None) -> None:
        self.runs = 0
        self.outcome = outcome or JobReport(written=3, changed=2, rejected=["a: b"])

    def __call__(self) -> JobReport:
        self.runs += 1
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


def the_run() -> JobRun:
    return JobRun.objects.get(job=JOB.name, slot=SLOT)


def age(seconds: float) -> None:
    """Make the run as old as `seconds`."""
    then = clock.wall_now() - timedelta(seconds=seconds)
    JobRun.objects.update(started_at=then)
    JobRun.objects.exclude(ended_at=None).update(ended_at=then)


@pytest.mark.django_db
def test_a_slot_runs_once_and_what_it_did_is_written_down() -> None:
    work = Work()
    assert run_once(JOB, SLOT, work) == JobReport(written=3, changed=2, rejected=["a: b"])
    assert run_once(JOB, SLOT, work) is None
    assert work.runs == 1
    run = the_run()
    assert (run.written, run.changed, run.rejected, run.error) == (3, 2, 1, "")
    assert run.ended_at is not None
    assert run.started_at <= run.ended_at
    age(1e9)
    assert run_once(JOB, SLOT, work) is None
    assert run_once(JOB, "2026-03-03T03:10:00Z", work) is not None
    assert work.runs == 2


@pytest.mark.django_db
def test_a_failed_run_says_why_and_runs_again_after_a_while() -> None:
    work = Work(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        run_once(JOB, SLOT, work)
    assert the_run().error == "ValueError: no"
    assert run_once(JOB, SLOT, work) is None
    age(JOB.retry_after.total_seconds() + 1)
    work.outcome = JobReport(written=1)
    assert run_once(JOB, SLOT, work) == JobReport(written=1)
    assert (the_run().error, the_run().written, JobRun.objects.count()) == ("", 1, 1)


@pytest.mark.django_db
def test_a_run_that_left_something_undone_runs_again_after_a_while() -> None:
    work = Work(JobReport(written=5, error="first: down"))
    run_once(JOB, SLOT, work)
    assert (the_run().written, the_run().error) == (5, "first: down")
    assert run_once(JOB, SLOT, work) is None
    age(JOB.retry_after.total_seconds() + 1)
    assert run_once(JOB, SLOT, work) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("interruption", [JobInterrupted(), Interrupt()])
def test_an_interrupted_run_gives_its_slot_back_at_once(interruption: BaseException) -> None:
    work = Work(interruption)
    assert run_once(JOB, SLOT, work) is None
    assert the_run().error == INTERRUPTED
    work.outcome = JobReport(written=1)
    assert run_once(JOB, SLOT, work) == JobReport(written=1)


@pytest.mark.django_db
def test_the_slot_of_a_process_that_died_is_free_when_its_time_is_over() -> None:
    JobRun.objects.create(job=JOB.name, slot=SLOT, started_at=clock.wall_now())
    work = Work()
    assert run_once(JOB, SLOT, work) is None
    age(JOB.longest.total_seconds() + 1)
    assert run_once(JOB, SLOT, work) is not None
    assert work.runs == 1


@pytest.mark.usefixtures("file_database")
def test_of_many_that_ask_at_once_one_runs() -> None:
    work, start, errors = Work(), threading.Barrier(6), []

    def ask() -> None:
        start.wait()
        try:
            run_once(JOB, SLOT, work)
        except Exception as error:  # noqa: BLE001 - the test fails on any
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (work.runs, errors, JobRun.objects.count()) == (1, [], 1)


@pytest.mark.django_db
def test_a_slot_is_open_until_it_was_run_to_a_good_end() -> None:
    now = clock.wall_now()
    slot = slot_name(JOB, now)
    assert is_slot_open(JOB, now)
    run = JobRun.objects.create(job=JOB.name, slot=slot, started_at=now)
    assert not is_slot_open(JOB, now)
    run.error = INTERRUPTED
    run.save()
    assert is_slot_open(JOB, now)
    run.error, run.ended_at = "", now
    run.save()
    assert not is_slot_open(JOB, now)


@pytest.mark.django_db
def test_runs_are_forgotten_after_thirty_days() -> None:
    for days in (29, 31, 400):
        JobRun.objects.create(job="x", slot=str(days), started_at=clock.wall_now() - timedelta(days=days))
    assert prune_job_runs() == JobReport(changed=2)
    assert [run.slot for run in JobRun.objects.all()] == ["29"]
