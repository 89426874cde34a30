"""The market that stands in for the world: simulated or replayed, in this process, reached over real loopback connections.

Nothing above knows: the sources' base URLs are settings, and here they are set.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from financehub import clock
from financehub.errors import Invalid
from financehub.project.configuration import Configuration, DataMode
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.replay_source import ReplaySource
from financehub.simulator.simulator_server import BaseUrls, SimulatorServer, SimulatorThread

REPLAY_LEAD_NS = clock.NANOSECONDS
ROOM_FACTOR = "1000"
"""A market of our own is not asked politely: its limits are a thousand times the real ones."""
CONTACT = "FinanceHub demo@localhost"
"""Who asks, for the source that wants to know: here it is us on both ends."""


@contextmanager
def market_environment(configuration: Configuration) -> Iterator[Mapping[str, str]]:
    """Yield the environment in which sources are opened, with the stand-in market running for the length of the block.

    In a replay this also makes the recording's time our market time, from shortly before its first frame.
    """
    if configuration.mode is DataMode.LIVE:
        yield os.environ
        return
    before = clock.current_clock()
    simulator = SimulatorThread(_server(configuration))
    try:
        yield {**os.environ, **_settings(simulator.start())}
    finally:
        simulator.stop()
        clock.install_clock(before)


def _server(configuration: Configuration) -> SimulatorServer:
    if configuration.mode is DataMode.SIMULATED:
        return SimulatorServer(
            SeededMarket(configuration.simulator_seed), clock.current_clock(), port=configuration.simulator_port
        )
    if configuration.replay_file is None:
        raise Invalid(
            "FINANCEHUB_MODE=replayed needs FINANCEHUB_REPLAY_FILE, the recording to replay", setting="FINANCEHUB_REPLAY_FILE"
        )
    recording = ReplaySource(configuration.replay_file)
    clock.install_clock(clock.ScaledClock(recording.start_ns - REPLAY_LEAD_NS, configuration.replay_speed))
    return SimulatorServer(recording, clock.current_clock(), port=configuration.simulator_port)


def _settings(urls: BaseUrls) -> dict[str, str]:
    settings = {"FINANCEHUB_CONTACT": os.environ.get("FINANCEHUB_CONTACT") or CONTACT}
    for provider, hosts in urls.items():
        settings[f"FINANCEHUB_{provider.upper()}_LIMIT_FACTOR"] = ROOM_FACTOR
        settings |= {f"FINANCEHUB_{provider.upper()}_{host.upper()}_URL": url for host, url in hosts.items()}
    return settings
