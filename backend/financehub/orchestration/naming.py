"""Look up instruments and what each source calls them, with a short memory, because every question needs it."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from financehub import clock
from financehub.errors import FinanceHubError
from financehub.market.instrument import Instrument
from financehub.orchestration.call_planner import CallPlanner, restate
from financehub.orchestration.storage_threads import StorageThreads

REMEMBERED_SECONDS = 300.0
_CAPACITY = 20_000


class Catalogue(Protocol):
    """What is asked of `assets.queries` here; every call blocks."""

    def get_instrument(self, name: str) -> Instrument: ...

    def provider_names(self, symbol: str) -> Mapping[str, str]: ...


class Known(Struct, frozen=True):
    """An instrument and its names at the sources, by provider id."""

    instrument: Instrument
    names: Mapping[str, str]


class Naming:
    """Answer from memory for five minutes, then from the catalogue."""

    def __init__(self, catalogue: Catalogue, threads: StorageThreads, monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._catalogue = catalogue
        self._threads = threads
        self._monotonic = monotonic
        self._planner = CallPlanner()
        self._known: OrderedDict[str, tuple[float, Known]] = OrderedDict()

    async def get(self, symbol: str) -> Known:
        """Return what is known of `symbol`. Raises NotFound."""
        found = (await self.find_all([symbol]))[symbol]
        if isinstance(found, FinanceHubError):
            raise restate(found)
        return found

    async def find_all(self, symbols: Sequence[str]) -> dict[str, Known | FinanceHubError]:
        """Return what is known of each symbol, or why nothing is; one trip to the database for all that are not remembered."""
        fresh_since = self._monotonic() - REMEMBERED_SECONDS
        found: dict[str, Known | FinanceHubError] = {}
        for symbol in symbols:
            remembered = self._known.get(symbol)
            if remembered is not None and remembered[0] > fresh_since:
                found[symbol] = remembered[1]
        missing = [symbol for symbol in dict.fromkeys(symbols) if symbol not in found]
        if missing:
            found.update(await self._planner.ask_many(missing, self._look_up_all))
        return found

    async def _look_up_all(self, symbols: Sequence[str]) -> dict[str, Known | FinanceHubError]:
        looked_up = await self._threads.run(self._look_up, symbols)
        self._remember(looked_up)
        return looked_up

    def _look_up(self, symbols: Sequence[str]) -> dict[str, Known | FinanceHubError]:
        found: dict[str, Known | FinanceHubError] = {}
        for symbol in symbols:
            try:
                instrument = self._catalogue.get_instrument(symbol)
                found[symbol] = Known(instrument, dict(self._catalogue.provider_names(instrument.symbol)))
            except FinanceHubError as error:
                found[symbol] = error
        return found

    def _remember(self, looked_up: Mapping[str, Known | FinanceHubError]) -> None:
        now = self._monotonic()
        for symbol, known in looked_up.items():
            if isinstance(known, Known):
                self._known[symbol] = (now, known)
                self._known.move_to_end(symbol)
        while len(self._known) > _CAPACITY:
            self._known.popitem(last=False)

    def forget_all(self) -> None:
        """Drop what is remembered: the catalogue changed."""
        self._known.clear()
