"""Put an orchestrator together from the real store, the real catalogue and the sources that are switched on."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from financehub.assets import queries as catalogue
from financehub.market.provenance import DelayClass
from financehub.monitoring.monitor import Monitor
from financehub.orchestration.data_orchestrator import DataOrchestrator, Shelves
from financehub.orchestration.sources import enabled_providers, open_sources
from financehub.providers.fetch_monitor import FetchMonitor
from financehub.providers.response_recorder import Recorder
from financehub.storage.bar_store import BarStore
from financehub.storage.document_store import DocumentStore


@asynccontextmanager
async def open_orchestrator(
    enabled: Sequence[str],
    environment: Mapping[str, str],
    *,
    delay_class_override: DelayClass | None = None,
    monitor: FetchMonitor | None = None,
    recorder: Recorder | None = None,
) -> AsyncIterator[DataOrchestrator]:
    """Open an orchestrator over the sources named in `enabled` (all where none is named); everything is closed after the block."""
    async with open_sources(enabled_providers(enabled), environment, monitor=monitor or Monitor(), recorder=recorder) as sources:
        shelves = Shelves(BarStore(), DocumentStore(), catalogue)
        orchestrator = DataOrchestrator(sources, shelves, delay_class_override=delay_class_override)
        try:
            yield orchestrator
        finally:
            await orchestrator.close()
