import os
import signal
import threading
import time
from typing import Any

import msgspec
import pytest
from django.core.management import CommandError, call_command

from financehub.tasks.actors import QUEUE, declare_actors, open_redis_broker
from financehub.tasks.schedule import JOBS


def test_without_redis_it_says_where_jobs_run(settings: Any) -> None:
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, redis_url="")
    with pytest.raises(CommandError, match="FINANCEHUB_REDIS_URL is not set"):
        call_command("start_scheduler")


@pytest.mark.usefixtures("file_database")
def test_missed_jobs_are_sent_at_the_start_and_a_signal_ends_it(redis_url: str, settings: Any) -> None:
    settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, redis_url=redis_url)
    with open_redis_broker(redis_url) as broker:
        run_until_sent(broker)


def run_until_sent(broker: Any) -> None:
    declare_actors(broker, {})  # a broker flushes the queues that it knows
    broker.flush_all()
    due = sum(job.is_at_start for job in JOBS.values())
    waiting: list[int] = []

    def end_when_sent() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            waiting.append(broker.do_qsize(QUEUE))
            if waiting[-1] >= due:
                break
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)

    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    observer = threading.Thread(target=end_when_sent)
    observer.start()
    try:
        call_command("start_scheduler")
    finally:
        observer.join()
        for name, handler in before.items():
            signal.signal(name, handler)
    assert waiting[-1] >= due
    broker.flush_all()
