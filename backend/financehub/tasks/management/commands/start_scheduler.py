"""Send jobs to Redis when they are due until told to stop."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from financehub.tasks.actors import declare_actors, open_redis_broker
from financehub.tasks.job_clock import JobClock


class Command(BaseCommand):
    help = "Send background jobs to Redis (FINANCEHUB_REDIS_URL) when they are due, until SIGINT or SIGTERM."

    def handle(self, *_: Any, **__: Any) -> None:
        if not settings.CONFIGURATION.redis_url:
            raise CommandError("FINANCEHUB_REDIS_URL is not set: without Redis, jobs run inside the serving process")
        done = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: done.set())
        with open_redis_broker(settings.CONFIGURATION.redis_url) as broker:
            jobs = JobClock(declare_actors(broker, {}))
            jobs.start()
            done.wait()
            jobs.stop()
