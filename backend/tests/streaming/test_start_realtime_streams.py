import pytest
from django.core.management import CommandError, call_command

from financehub.streaming.management.commands.start_realtime_streams import streaming_providers


def test_without_redis_the_command_says_that_nobody_would_hear_it():
    with pytest.raises(CommandError, match="FINANCEHUB_REDIS_URL is not set"):
        call_command("start_realtime_streams")


def test_only_sources_that_stream_can_be_chosen():
    assert list(streaming_providers((), "binance")) == ["binance"]
    assert "frankfurter" not in streaming_providers((), None)
    with pytest.raises(CommandError, match="frankfurter is not a source that streams; these do: binance"):
        streaming_providers((), "frankfurter")
