"""Keep answers: in memory while they are fresh (L1), in the document store for when no source answers (L3)."""

import asyncio
import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from msgspec import Struct

from financehub import clock
from financehub.errors import FinanceHubError, NotCovered, NotFound
from financehub.market.provenance import Answer, CacheTier, TraceStep
from financehub.orchestration.call_planner import restate
from financehub.orchestration.storage_threads import StorageThreads
from financehub.providers.provider import Dataset

LIFETIME_SECONDS: Mapping[Dataset, float] = {
    Dataset.QUOTES: 60,
    Dataset.BARS: 60,
    Dataset.ORDER_BOOK: 10,
    Dataset.TRADES: 300,
    Dataset.CRYPTO_MARKETS: 300,
    Dataset.FILINGS: 3_600,
    Dataset.FX_RATES: 14_400,
    Dataset.FX_HISTORY: 14_400,
    Dataset.INSTRUMENTS: 86_400,
}
DAILY_BARS_SECONDS = 3_600.0
FINAL_BARS_SECONDS = 86_400.0
REFUSAL_SECONDS = 30.0
INCOMPLETE_SECONDS = 15.0
MAX_ENTRIES = 1_000
MAX_BYTES = 50_000_000
_SAMPLE = 16
Value = TypeVar("Value")


class StoredDocument(Protocol):
    """What the document store hands back."""

    @property
    def payload(self) -> bytes: ...


class DocumentShelf(Protocol):
    """The document store as it is used here; every call blocks."""

    def save_document(
        self, kind: str, key: str, payload: bytes, *, source: str, as_of: datetime, fetched_at: datetime
    ) -> Any: ...

    def load_document(self, kind: str, key: str) -> StoredDocument | None: ...


class CacheCounts(Struct, frozen=True):
    """What the memory tier holds and did since the start."""

    entries: int
    bytes: int
    hits: int
    misses: int
    evictions: int


class _Entry(Struct, frozen=True):
    value: Any
    bytes: int
    kept_at: float
    lifetime: float


class MemoryTier:
    """Hold values until their lifetime ends or the least recently used one has to go; bounded by entries and by bytes."""

    def __init__(
        self,
        *,
        max_entries: int = MAX_ENTRIES,
        max_bytes: int = MAX_BYTES,
        now: Callable[[], float] = lambda: clock.now_ns() / clock.NANOSECONDS,
    ) -> None:
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._now = now
        self._bytes = self._hits = self._misses = self._evictions = 0

    def find(self, key: Hashable, *, max_age: float | None = None) -> Any | None:
        """Return what is kept under `key` unless it is older than its lifetime or than `max_age` seconds."""
        entry = self._entries.get(key)
        age = self._now() - entry.kept_at if entry else 0.0
        if entry is None or age >= entry.lifetime:
            self.forget(key)
        elif max_age is None or age <= max_age:
            self._entries.move_to_end(key)
            self._hits += 1
            return entry.value
        self._misses += 1
        return None

    def keep(self, key: Hashable, value: Any, lifetime: float) -> None:
        """Keep `value` for `lifetime` seconds; one that is larger than the whole tier is not kept."""
        self.forget(key)
        size = estimate_bytes(value)
        if size > self._max_bytes or lifetime <= 0:
            return
        self._entries[key] = _Entry(value, size, self._now(), lifetime)
        self._bytes += size
        while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self.forget(next(iter(self._entries)))
            self._evictions += 1

    def forget(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.bytes

    def clear(self) -> None:
        self._entries.clear()
        self._bytes = 0

    def counts(self) -> CacheCounts:
        return CacheCounts(len(self._entries), self._bytes, self._hits, self._misses, self._evictions)


class CacheManager:
    """Give back answers with the tier they came from; refusals ("not covered", "not found") are kept for half a minute."""

    def __init__(self, documents: DocumentShelf, threads: StorageThreads, memory: MemoryTier | None = None) -> None:
        self._documents = documents
        self._threads = threads
        self.memory = memory or MemoryTier()
        self._saves: set[asyncio.Task[None]] = set()

    def recall(self, key: Hashable, *, max_age: float | None = None) -> Answer[Any] | None:
        """Return the answer kept in memory, or None. Raises the refusal when that is what is kept."""
        kept = self.memory.find(key, max_age=max_age)
        if isinstance(kept, FinanceHubError):
            raise restate(kept)
        return None if kept is None else from_tier(kept, CacheTier.L1)

    def keep(self, key: Hashable, answer: Answer[Any], lifetime: float) -> None:
        self.memory.keep(key, answer, lifetime)

    def keep_refusal(self, key: Hashable, error: FinanceHubError) -> None:
        """Keep `error` for a short time if asking again would only give it again."""
        if isinstance(error, NotFound | NotCovered):
            self.memory.keep(key, restate(error), REFUSAL_SECONDS)

    async def load_document(self, kind: str, key: str, type_: Any) -> Answer[Any] | None:
        """Return the stored answer of `type_`; one written by a version with another shape counts as absent."""
        document = await self._threads.read(self._documents.load_document, kind, key)
        if document is None:
            return None
        try:
            answer: Answer[Any] = msgspec.json.decode(document.payload, type=type_)
        except msgspec.DecodeError:
            return None
        return from_tier(answer, CacheTier.L3)

    async def save_document(self, kind: str, key: str, answer: Answer[Any]) -> None:
        about = answer.provenance
        payload = msgspec.json.encode(answer)
        await self._threads.write(
            self._documents.save_document, kind, key, payload, source=about.source, as_of=about.as_of, fetched_at=about.fetched_at
        )

    def save_document_later(self, kind: str, key: str, answer: Answer[Any]) -> None:
        """Save without letting the answer wait for it; `close` does."""
        task = asyncio.get_running_loop().create_task(self.save_document(kind, key, answer))
        self._saves.add(task)
        task.add_done_callback(self._saves.discard)

    async def close(self) -> None:
        """Wait until everything is saved."""
        await asyncio.gather(*self._saves)


def with_trace(answer: Answer[Value], trace: tuple[TraceStep, ...]) -> Answer[Value]:
    """Return `answer` with what happened this time before what happened when it was fetched."""
    about = answer.provenance
    return Answer(answer.value, msgspec.structs.replace(about, trace=(*trace, *about.trace)))


def from_tier(answer: Answer[Any], tier: CacheTier) -> Answer[Any]:
    """Return `answer` as coming from `tier`, its own times untouched."""
    return Answer(answer.value, msgspec.structs.replace(answer.provenance, cached=tier))


def estimate_bytes(value: Any) -> int:
    """Return about how much memory `value` takes; long lists are measured by a sample of 16."""
    size = sys.getsizeof(value)
    if isinstance(value, Struct):
        return size + sum(estimate_bytes(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple) and value:
        sample = value[:: max(1, len(value) // _SAMPLE)]
        return size + len(value) * sum(estimate_bytes(item) for item in sample) // len(sample)
    return size
