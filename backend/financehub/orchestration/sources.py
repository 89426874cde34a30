"""Open the sources that are switched on: one fetcher each over one pool of connections."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx

from financehub.errors import Invalid
from financehub.orchestration.source_order import Source
from financehub.providers.base_api_fetcher import BaseAPIFetcher
from financehub.providers.fetch_monitor import FetchMonitor
from financehub.providers.limit_turns import LimitTurns, TakeTurn
from financehub.providers.provider import Provider
from financehub.providers.registry import load_providers
from financehub.providers.response_recorder import Recorder
from financehub.providers.source_settings import read_source_settings

_POOL = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30.0)


def enabled_providers(enabled: Sequence[str], providers: Mapping[str, Provider] | None = None) -> dict[str, Provider]:
    """Return the providers named in `enabled`, all that there are where none is named. Raises Invalid for an unknown name."""
    known = load_providers() if providers is None else providers
    unknown = [name for name in enabled if name not in known]
    if unknown:
        raise Invalid(
            f"FINANCEHUB_SOURCES names {unknown[0]}, which is not one of {', '.join(known)}", setting="FINANCEHUB_SOURCES"
        )
    return {id_: provider for id_, provider in known.items() if not enabled or id_ in enabled}


@asynccontextmanager
async def open_sources(
    providers: Mapping[str, Provider],
    environment: Mapping[str, str],
    *,
    monitor: FetchMonitor,
    take_turn: TakeTurn | None = None,
    recorder: Recorder | None = None,
) -> AsyncIterator[dict[str, Source]]:
    """Open a source for each of `providers`; connections are closed at the end of the block.

    `take_turn` are the turns within the sources' limits, this process's own unless given. Raises Invalid, naming the setting.
    """
    settings = {id_: read_source_settings(provider, environment) for id_, provider in providers.items()}
    turns = take_turn or LimitTurns(factors={id_: each.limit_factor for id_, each in settings.items()})
    async with httpx.AsyncClient(limits=_POOL) as client:
        yield {
            id_: Source(
                provider=provider,
                fetcher=BaseAPIFetcher(provider, settings[id_], client, take_turn=turns, monitor=monitor, recorder=recorder),
                has_key=settings[id_].key is not None,
            )
            for id_, provider in providers.items()
        }
