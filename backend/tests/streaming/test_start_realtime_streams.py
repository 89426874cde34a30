import asyncio
import os
import signal

import pytest
from django.core.management import CommandError, call_command
from msgspec.structs import replace

from financehub.streaming.management.commands.start_realtime_streams import run_streams, streaming_providers


def test_without_redis_the_command_says_that_nobody_would_hear_it():
    with pytest.raises(CommandError, match="FINANCEHUB_REDIS_URL is not set"):
        call_command("start_realtime_streams")


def test_only_sources_that_stream_can_be_chosen():
    assert list(streaming_providers((), "binance")) == ["binance"]
    assert "frankfurter" not in streaming_providers((), None)
    with pytest.raises(CommandError, match="frankfurter is not a source that streams; these do: binance"):
        streaming_providers((), "frankfurter")


def test_a_source_that_cannot_stream_is_an_error_of_the_command(settings):
    settings.CONFIGURATION = replace(settings.CONFIGURATION, redis_url="redis://127.0.0.1:1/0")
    with pytest.raises(CommandError, match="nowhere is not a source that streams"):
        call_command("start_realtime_streams", source="nowhere")


async def test_it_streams_until_ctrl_c_and_then_leaves_nothing_behind(settings, redis_url):
    configuration = replace(settings.CONFIGURATION, redis_url=redis_url, sources=("binance",))
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        os.kill(os.getpid(), signal.SIGINT)

    async with asyncio.timeout(10):
        await run_streams(configuration, streaming_providers(("binance",), None), [], say)
    assert said == ["streaming from binance; stop with Ctrl-C"]
    assert len(asyncio.all_tasks()) == 1
