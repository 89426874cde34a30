"""Find out which sources can be reached from this machine, quickly and at their cheapest."""

import asyncio
from collections.abc import Mapping

import httpx
import msgspec

from financehub import clock
from financehub.providers.provider import Provider
from financehub.providers.registry import load_providers
from financehub.providers.source_settings import SourceSettings, read_source_settings

PROBE_SECONDS = 1.5


class Reachability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a source answered its probe, in how many milliseconds, and if not, why."""

    source: str
    is_reachable: bool
    milliseconds: float | None = None
    reason: str = ""


async def probe_sources(environment: Mapping[str, str], seconds: float = PROBE_SECONDS) -> list[Reachability]:
    """Ask every source that declares a probe, all at once, each for at most `seconds`."""
    providers = [provider for provider in load_providers().values() if provider.probe is not None]
    async with httpx.AsyncClient(timeout=seconds, follow_redirects=False) as client:
        probes = (_probe(client, provider, read_source_settings(provider, environment), seconds) for provider in providers)
        return list(await asyncio.gather(*probes))


async def find_reachable_sources(environment: Mapping[str, str]) -> list[str]:
    """Return the ids of the sources that answer; empty means that none can be reached from here."""
    return [result.source for result in await probe_sources(environment) if result.is_reachable]


async def _probe(client: httpx.AsyncClient, provider: Provider, settings: SourceSettings, seconds: float) -> Reachability:
    request = provider.probe
    assert request is not None
    if not settings.contact and any("{contact}" in value for _, value in provider.headers):
        reason = "FINANCEHUB_CONTACT is not set, and this source wants to know who asks"
        return Reachability(source=provider.id, is_reachable=False, reason=reason)
    base = settings.base_url(provider, request.host)
    started = clock.monotonic()
    try:
        async with asyncio.timeout(seconds):
            response = await client.get(base + request.path, params=request.params, headers=_headers(provider, settings))
        msgspec.json.decode(response.content)  # a portal or a proxy answers with a page
    except (httpx.HTTPError, TimeoutError) as error:
        return Reachability(source=provider.id, is_reachable=False, reason=str(error) or "no answer in time")
    except msgspec.DecodeError:
        return Reachability(source=provider.id, is_reachable=False, reason=f"HTTP {response.status_code}, not JSON")
    milliseconds = round((clock.monotonic() - started) * 1000, 1)
    if response.status_code >= 400:
        return Reachability(
            source=provider.id, is_reachable=False, milliseconds=milliseconds, reason=f"HTTP {response.status_code}"
        )
    return Reachability(source=provider.id, is_reachable=True, milliseconds=milliseconds)


def _headers(provider: Provider, settings: SourceSettings) -> dict[str, str]:
    return {name: value.replace("{contact}", settings.contact) for name, value in provider.headers}
