"""Run jobs from Redis until told to stop."""

import asyncio
import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from financehub.orchestration.assembly import open_orchestrator
from financehub.tasks.actors import open_redis_broker
from financehub.tasks.embedded import JobWorker


class Command(BaseCommand):
    help = "Run background jobs from Redis (FINANCEHUB_REDIS_URL) until SIGINT or SIGTERM."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--threads", type=int, default=4, help="how many jobs run at once")

    def handle(self, *_: Any, **options: Any) -> None:
        if not settings.CONFIGURATION.redis_url:
            raise CommandError("FINANCEHUB_REDIS_URL is not set: without Redis, jobs run inside the serving process")
        asyncio.run(run_worker(settings.CONFIGURATION, options["threads"]))


async def run_worker(configuration: Any, threads: int) -> None:
    """Run jobs until a signal."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, done.set)
    override = configuration.mode.delay_class
    with open_redis_broker(configuration.redis_url) as broker:
        async with open_orchestrator(configuration.sources, os.environ, delay_class_override=override) as orchestrator:
            worker = JobWorker(broker, orchestrator, loop, threads=threads)
            worker.start()
            try:
                await done.wait()
            finally:
                await asyncio.to_thread(worker.stop)
