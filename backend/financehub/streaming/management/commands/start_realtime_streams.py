"""Run the stream manager as a process of its own until told to stop."""

import asyncio
import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from financehub.bus import open_bus
from financehub.errors import FinanceHubError
from financehub.orchestration.assembly import open_orchestrator
from financehub.orchestration.sources import enabled_providers
from financehub.providers.provider import Provider
from financehub.providers.source_settings import read_source_settings
from financehub.streaming.realtime_stream_manager import RealTimeStreamManager

STREAMS = ["price", "trades", "orderbook", "bars:1m"]


class Command(BaseCommand):
    help = "Stream what somebody watches, and --symbols whoever watches, to Redis (FINANCEHUB_REDIS_URL) until SIGINT or SIGTERM."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--source", help="stream from this source only (its id, such as binance)")
        parser.add_argument("--symbols", default="", help="watch these always, separated by commas (BTCUSDT,ETHUSDT)")

    def handle(self, *_: Any, **options: Any) -> None:
        configuration = settings.CONFIGURATION
        if not configuration.redis_url:
            raise CommandError(
                "FINANCEHUB_REDIS_URL is not set: without Redis no other process would hear this one; "
                "the serving process streams by itself"
            )
        symbols = [symbol.strip().upper() for symbol in options["symbols"].split(",") if symbol.strip()]
        try:
            providers = streaming_providers(configuration.sources, options["source"])
            asyncio.run(run_streams(configuration, providers, symbols, self.stdout.write))
        except FinanceHubError as error:
            raise CommandError(error.message) from error


def streaming_providers(enabled: tuple[str, ...], source: str | None) -> dict[str, Provider]:
    """Return the sources to stream from: all that are switched on and can, or only `source`. Raises CommandError where that is none."""
    can_stream = {id_: provider for id_, provider in enabled_providers(enabled).items() if provider.stream is not None}
    if source is None:
        return can_stream
    if source not in can_stream:
        raise CommandError(f"{source} is not a source that streams; these do: {', '.join(can_stream) or 'none'}")
    return {source: can_stream[source]}


async def run_streams(configuration: Any, providers: dict[str, Provider], symbols: list[str], say: Any) -> None:
    """Stream until a signal, then close everything."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, done.set)
    override = configuration.mode.delay_class
    bus = open_bus(configuration.redis_url)
    try:
        async with open_orchestrator(configuration.sources, os.environ, delay_class_override=override) as orchestrator:
            source_settings = {id_: read_source_settings(provider, os.environ) for id_, provider in providers.items()}
            manager = RealTimeStreamManager(providers, source_settings, bus, orchestrator, delay_class_override=override)
            await manager.start()
            manager.watch_always(symbols, STREAMS)
            say(f"streaming from {', '.join(providers) or 'no source'}; stop with Ctrl-C")
            try:
                await done.wait()
            finally:
                await manager.stop()
    finally:
        await bus.close()
