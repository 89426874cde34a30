"""What ran when, and what came of it."""

from django.db import models


class JobRun(models.Model):
    """One firing of one job. The pair of job and slot is unique, so that a slot fires once however many processes ask.

    `ended_at` is null while it runs, and stays so when its process died. `rejected` counts what was refused, `error` says why the
    whole run failed ("" when it did not).
    """

    job = models.CharField(max_length=40)
    slot = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    written = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    error = models.TextField(default="")

    class Meta:
        db_table = "tasks_job_run"
        constraints = (models.UniqueConstraint(fields=("job", "slot"), name="tasks_job_run_slot"),)
        indexes = (models.Index(fields=("started_at",), name="tasks_job_run_started"),)
