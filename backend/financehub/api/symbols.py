"""The names that callers give, and the instruments they mean."""

from financehub.errors import FinanceHubError, Invalid, RequestError
from financehub.market.instrument import Instrument
from financehub.orchestration.call_planner import restate
from financehub.orchestration.data_orchestrator import current_orchestrator

MAX_SYMBOLS = 100


def read_symbols(text: str) -> list[str]:
    """Return the names in a comma-separated list, each once; raises Invalid for none or more than 100."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not 1 <= len(names) <= MAX_SYMBOLS:
        raise Invalid(f"symbols must name 1 to {MAX_SYMBOLS} instruments, named {len(names)}", field="symbols", count=len(names))
    return names


async def resolve_symbol(name: str) -> Instrument:
    """Return the instrument; raises NotFound with suggestions."""
    return (await current_orchestrator().naming.get(name)).instrument


async def resolve_symbols(names: list[str]) -> tuple[dict[str, Instrument], dict[str, FinanceHubError]]:
    """Return the instruments by our symbol, each once however often it was named, and the names that nobody knows with the reason."""
    known: dict[str, Instrument] = {}
    unknown: dict[str, FinanceHubError] = {}
    for name, found in (await current_orchestrator().naming.find_all(names)).items():
        if isinstance(found, RequestError):
            unknown[name] = found
        elif isinstance(found, FinanceHubError):
            raise restate(found)
        else:
            known[found.instrument.symbol] = found.instrument
    return known, unknown
