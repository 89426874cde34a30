"""Everything that runs beside the requests, opened in order and closed in the opposite one."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from asgiref.sync import sync_to_async

from financehub.accounts.session_events import install_session_listener
from financehub.accounts.session_liveness import live_sessions
from financehub.api.reader_threads import close_reader_threads, open_reader_threads
from financehub.assets.actions import seed_catalogue
from financehub.bus import Bus, Topic, install_bus, open_bus
from financehub.consumers.connections import current_connections
from financehub.consumers.fan_out import FanOut, install_fan_out
from financehub.orchestration.assembly import open_orchestrator
from financehub.orchestration.data_orchestrator import DataOrchestrator, install_orchestrator
from financehub.orchestration.sources import enabled_providers
from financehub.project.configuration import Configuration, Role
from financehub.project.stand_in_market import market_environment
from financehub.providers.provider import Provider
from financehub.providers.response_recorder import ResponseRecorder
from financehub.providers.source_settings import read_source_settings
from financehub.streaming.realtime_stream_manager import RealTimeStreamManager, install_stream_manager
from financehub.tasks.embedded import EmbeddedJobs


@asynccontextmanager
async def sources_open(configuration: Configuration) -> AsyncIterator[DataOrchestrator]:
    """Open the market and the sources of `configuration`, and nothing else: for the length of one command."""
    with market_environment(configuration) as environment:
        async with orchestrator_open(configuration, environment) as orchestrator:
            yield orchestrator


@asynccontextmanager
async def orchestrator_open(configuration: Configuration, environment: Mapping[str, str]) -> AsyncIterator[DataOrchestrator]:
    """Open the orchestrator over the sources that are switched on, and make it this process's."""
    async with open_orchestrator(
        configuration.sources,
        environment,
        delay_class_override=configuration.mode.delay_class,
        recorder=ResponseRecorder(configuration.record_dir) if configuration.record_dir else None,
    ) as orchestrator:
        install_orchestrator(orchestrator)
        await sync_to_async(seed_catalogue)(enabled_providers(configuration.sources))
        try:
            yield orchestrator
        finally:
            install_orchestrator(None)


CLOSE_GOING_AWAY, CLOSE_SIGNED_OUT = 1001, 4401


class Runtime:
    """The parts of one serving process. With the role `web`, streams and jobs are left to other processes."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Open everything; what was opened is closed again if something fails."""
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise

    async def _start(self) -> None:
        configuration = self._configuration
        environment = self._open.enter_context(market_environment(configuration))
        bus = open_bus(configuration.redis_url or None)
        install_bus(bus)
        self._open.push_async_callback(bus.close)
        orchestrator = await self._open.enter_async_context(orchestrator_open(configuration, environment))
        announce_ended_sessions(bus, asyncio.get_running_loop())
        self._open.callback(install_session_listener, None)
        open_reader_threads()
        self._open.callback(close_reader_threads)
        await self._start_fan_out(bus)
        if configuration.role is Role.ALL:
            providers = enabled_providers(configuration.sources)
            await self._start_streams(providers, environment, bus, orchestrator)
            jobs = EmbeddedJobs(orchestrator, asyncio.get_running_loop())
            jobs.start()
            self._open.push_async_callback(asyncio.to_thread, jobs.stop)

    async def _start_fan_out(self, bus: Bus) -> None:
        async def end_sockets(user_id: int, session_id: str | None) -> None:
            live_sessions.forget(session_id)
            await current_connections().end_session(user_id, session_id, CLOSE_SIGNED_OUT, "the session has ended")

        fan_out = FanOut(bus, end_sockets)
        await fan_out.start()
        self._open.push_async_callback(fan_out.stop)
        install_fan_out(fan_out)
        self._open.callback(install_fan_out, None)
        self._open.push_async_callback(current_connections().end_all, CLOSE_GOING_AWAY, "the server stops")

    async def _start_streams(
        self, providers: Mapping[str, Provider], environment: Mapping[str, str], bus: Bus, orchestrator: DataOrchestrator
    ) -> None:
        settings = {id_: read_source_settings(provider, environment) for id_, provider in providers.items()}
        override = self._configuration.mode.delay_class
        manager = RealTimeStreamManager(providers, settings, bus, orchestrator, delay_class_override=override)
        await manager.start()
        self._open.push_async_callback(manager.stop)
        install_stream_manager(manager)
        self._open.callback(install_stream_manager, None)

    async def stop(self) -> None:
        """Close everything, last opened first."""
        await self._open.aclose()


def announce_ended_sessions(bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
    """Put every ended session of this process on the bus, so that its sockets close wherever they are."""

    def announce(user_id: int, session_id: str | None) -> None:
        payload = msgspec.json.encode({"session_id": session_id})
        asyncio.run_coroutine_threadsafe(bus.publish(Topic.session_ended(user_id), payload), loop)

    install_session_listener(announce)
