from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from scripted_sources import START, START_NS, DictDocuments, make_quote

from financehub.clock import ManualClock, use_clock
from financehub.errors import NoAnswer, NotCovered, NotFound
from financehub.market.provenance import Answer, CacheTier, DelayClass, Provenance, TraceOutcome, TraceStep
from financehub.market.quote import Quote
from financehub.orchestration.cache_manager import (
    REFUSAL_SECONDS,
    CacheManager,
    MemoryTier,
    estimate_bytes,
    with_trace,
)
from financehub.orchestration.storage_threads import StorageThreads

KEYS = st.sampled_from("abcdef")


class NaiveTier(RuleBasedStateMachine):
    """Hold a memory tier of three entries and 600 bytes against a list that does the same in the plainest way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.tier = MemoryTier(max_entries=3, max_bytes=600, now=lambda: self.now)
        self.oracle: list[tuple[str, Any, float, float]] = []  # oldest use first: key, value, kept at, lifetime

    @rule(key=KEYS, size=st.integers(0, 700), lifetime=st.sampled_from([0, 5, 50]))
    def keep(self, key: str, size: int, lifetime: float) -> None:
        value = b"x" * size
        self.tier.keep(key, value, lifetime)
        self.oracle = [entry for entry in self.oracle if entry[0] != key]
        if estimate_bytes(value) <= 600 and lifetime > 0:
            self.oracle.append((key, value, self.now, lifetime))
        while len(self.oracle) > 3 or sum(estimate_bytes(entry[1]) for entry in self.oracle) > 600:
            self.oracle.pop(0)

    @rule(key=KEYS, max_age=st.sampled_from([None, 0.0, 3.0]))
    def find(self, key: str, max_age: float | None) -> None:
        expected = None
        for entry in list(self.oracle):
            if entry[0] != key:
                continue
            self.oracle.remove(entry)
            age = self.now - entry[2]
            if age < entry[3]:
                is_fresh = max_age is None or age <= max_age
                expected = entry[1] if is_fresh else None
                self.oracle.insert(len(self.oracle) if is_fresh else self._place(entry), entry)
        assert self.tier.find(key, max_age=max_age) == expected

    def _place(self, entry: tuple[str, Any, float, float]) -> int:
        """Return where a found but unused entry stays: its use did not count."""
        return next(index for index, key in enumerate(self._order_before) if key == entry[0])

    @rule(seconds=st.sampled_from([1, 4, 10]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(key=KEYS)
    def forget(self, key: str) -> None:
        self.tier.forget(key)
        self.oracle = [entry for entry in self.oracle if entry[0] != key]

    @invariant()
    def same_size(self) -> None:
        self._order_before = [entry[0] for entry in self.oracle]
        counts = self.tier.counts()
        assert counts.entries == len(self.oracle) <= 3
        assert counts.bytes == sum(estimate_bytes(entry[1]) for entry in self.oracle) <= 600


TestMemoryTier = NaiveTier.TestCase
TestMemoryTier.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


@pytest.fixture
def manual() -> Iterator[ManualClock]:
    with use_clock(ManualClock(START_NS)) as installed:
        yield installed


def make_answer(price: float = 1.0) -> Answer[Quote]:
    about = Provenance(
        source="first",
        as_of=START,
        fetched_at=START,
        delay_class=DelayClass.LIVE,
        unit="price",
        trace=(TraceStep("first", TraceOutcome.ANSWERED),),
    )
    return Answer(make_quote("X", price, time=START), about)


def make_cache(documents: DictDocuments | None = None) -> CacheManager:
    return CacheManager(documents or DictDocuments(), StorageThreads())


async def test_an_answer_from_memory_says_so_and_keeps_its_own_times(manual: ManualClock) -> None:
    cache = make_cache()
    cache.keep("key", make_answer(), 60)
    await manual.advance(59)
    found = cache.recall("key")
    assert found is not None
    assert (found.provenance.cached, found.provenance.fetched_at) == (CacheTier.L1, START)
    assert cache.recall("key", max_age=58) is None
    await manual.advance(1)
    assert cache.recall("key") is None
    assert (cache.memory.counts().hits, cache.memory.counts().misses) == (1, 2)


async def test_only_refusals_that_would_be_repeated_are_kept_and_only_for_half_a_minute(manual: ManualClock) -> None:
    cache = make_cache()
    cache.keep_refusal("none", NoAnswer("later"))
    assert cache.recall("none") is None
    for error in (NotFound("no such thing"), NotCovered("not here")):
        cache.keep_refusal("key", error)
        with pytest.raises(type(error)) as raised:
            cache.recall("key")
        assert raised.value is not error
    await manual.advance(REFUSAL_SECONDS)
    assert cache.recall("key") is None


async def test_documents_come_back_whole_and_marked(manual: ManualClock) -> None:
    cache = make_cache()
    cache.save_document_later("quotes", "X", make_answer(7.0))
    await cache.close()
    found = await cache.load_document("quotes", "X", Answer[Quote])
    assert found is not None
    assert found.value.price == 7.0
    assert found.provenance == msgspec.structs.replace(make_answer().provenance, cached=CacheTier.L3)
    assert await cache.load_document("quotes", "Y", Answer[Quote]) is None


async def test_a_document_of_another_shape_counts_as_absent(manual: ManualClock) -> None:
    documents = DictDocuments()
    documents.rows["quotes", "X"] = b'{"value": 7}'
    assert await make_cache(documents).load_document("quotes", "X", Answer[Quote]) is None


def test_what_happened_now_stands_before_what_happened_then() -> None:
    failed = TraceStep("second", TraceOutcome.FAILED, "down", "no_answer")
    assert [step.source for step in with_trace(make_answer(), (failed,)).provenance.trace] == ["second", "first"]


def test_the_size_of_a_long_list_is_near_that_of_its_parts() -> None:
    quotes = [make_quote("X", float(price), time=START + timedelta(seconds=price)) for price in range(1000)]
    exact = sum(estimate_bytes(quote) for quote in quotes)
    assert 0.9 < estimate_bytes(quotes) / exact < 1.2
    assert estimate_bytes({"a": 1}) > estimate_bytes({})


def test_clearing_forgets_everything() -> None:
    tier = MemoryTier(now=lambda: 0.0)
    tier.keep("a", 1, 5)
    tier.clear()
    assert tier.find("a") is None
    assert tier.counts().bytes == 0
