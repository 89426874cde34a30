import asyncio
import os
import signal
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command
from servers.file_database import in_thread

from financehub.tasks.actors import declare_actors, open_redis_broker
from financehub.tasks.management.commands.start_worker import run_worker
from financehub.tasks.models import JobRun


def test_without_redis_it_says_where_jobs_run(settings: Any) -> None:
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, redis_url="")
    with pytest.raises(CommandError, match="FINANCEHUB_REDIS_URL is not set"):
        call_command("start_worker")


@pytest.mark.usefixtures("file_database")
async def test_a_job_sent_over_redis_runs_once_and_a_signal_ends_the_worker(redis_url: str, settings: Any) -> None:
    configuration = msgspec.structs.replace(settings.CONFIGURATION, redis_url=redis_url, sources=("binance",))
    with open_redis_broker(redis_url) as broker:
        await run_until_done(broker, configuration)


async def run_until_done(broker: Any, configuration: Any) -> None:
    actor = declare_actors(broker, {})["prune_job_runs"]
    broker.flush_all()
    for slot in ("first", "first", "second"):
        actor.send(slot)
    worker = asyncio.create_task(run_worker(configuration, threads=2))

    def has_ended() -> bool:
        return JobRun.objects.exclude(ended_at=None).count() == 2

    async with asyncio.timeout(20):
        while not await in_thread(has_ended):  # noqa: ASYNC110 - another thread makes it true, without telling
            await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(5):
        await worker
    runs = await in_thread(lambda: sorted(JobRun.objects.values_list("slot", "error")))
    assert runs == [("first", ""), ("second", "")]
    broker.flush_all()
