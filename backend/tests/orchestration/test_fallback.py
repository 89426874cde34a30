from typing import Any

import pytest
from scripted_sources import make_endpoint, make_source

from financehub.errors import (
    BadPayload,
    BudgetExhausted,
    FinanceHubError,
    Implausible,
    KeyMissing,
    KeyRejected,
    NoAnswer,
    NotCovered,
    RateLimited,
    Retired,
    SourceError,
)
from financehub.market.provenance import TraceOutcome
from financehub.orchestration.fallback import Asked, Attempts, ask_in_order
from financehub.orchestration.source_order import Need, Source, SourceRests, rank_sources
from financehub.providers.provider import Dataset, KeyIn, KeyPlace

NEED = Need(dataset=Dataset.FX_RATES)
RATES = make_endpoint(Dataset.FX_RATES)
LEAVES = [NoAnswer, RateLimited, BudgetExhausted, KeyRejected, KeyMissing, NotCovered, BadPayload, Retired]


def attempts_over(*sources: Source, rests: SourceRests | None = None) -> Attempts:
    rests = rests or SourceRests(lambda: 0.0)
    return Attempts(rank_sources({source.id: source for source in sources}, NEED, rests), rests)


async def ask(attempts: Attempts, why_wrong: Any = lambda _: "") -> Asked:
    return await ask_in_order(
        attempts,
        what="rates",
        ask=lambda candidate: candidate.source.fetcher.fetch(candidate.endpoint, None),
        why_wrong=why_wrong,
    )


def source(id_: str, value: Any, **more: Any) -> Source:
    return make_source(id_, lambda *_: value, RATES, **more)


def test_these_are_all_the_leaves() -> None:
    assert set(SourceError.__subclasses__()) == set(LEAVES)


@pytest.mark.parametrize("leaf", LEAVES)
async def test_after_any_refusal_the_next_source_is_asked(leaf: type[SourceError]) -> None:
    attempts = attempts_over(source("a", leaf("because")), source("b", 7))
    asked = await ask(attempts)
    assert asked.fetched.value == 7
    assert [(step.source, step.outcome, step.reason, step.code, step.milliseconds) for step in attempts.trace()] == [
        ("a", TraceOutcome.FAILED, "because", leaf.code, None),
        ("b", TraceOutcome.ANSWERED, "", "", 7.0),
    ]


async def test_an_implausible_answer_is_refused_and_the_next_source_asked() -> None:
    attempts = attempts_over(source("a", -1), source("b", 7))
    asked = await ask(attempts, lambda value: "below 0" if value < 0 else "")
    assert asked.candidate.source.id == "b"
    assert [(step.outcome, step.code, step.reason) for step in attempts.trace()] == [
        (TraceOutcome.REJECTED, "implausible", "A: below 0"),
        (TraceOutcome.ANSWERED, "", ""),
    ]


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([NotCovered("a"), NoAnswer("b")], NoAnswer),
        ([RateLimited("a", retry_after=9.0), NoAnswer("b")], RateLimited),
        ([Retired("a"), KeyMissing("b")], KeyMissing),
        ([NotCovered("a"), Retired("b")], Retired),
        ([NotCovered("a"), NotCovered("b")], NotCovered),
        ([BadPayload("a"), KeyMissing("b")], BadPayload),
    ],
)
async def test_the_most_telling_error_carries_the_trace(errors: list[FinanceHubError], expected: type[FinanceHubError]) -> None:
    sources = [source(str(index), error) for index, error in enumerate(errors)]
    with pytest.raises(expected) as raised:
        await ask(attempts_over(*sources))
    trace = raised.value.facts["trace"]
    assert isinstance(trace, list)
    assert [line.split(":")[0] for line in trace] == ["0", "1"]
    assert trace[0] == f"0: failed {errors[0].code} {errors[0].message}"


async def test_what_was_implausible_everywhere_says_so() -> None:
    with pytest.raises(Implausible):
        await ask(attempts_over(source("a", 1)), lambda _: "no")


async def test_a_missing_key_is_told_when_nobody_else_could_be_asked() -> None:
    key = KeyIn(place=KeyPlace.HEADER, name="X-Key")
    with pytest.raises(KeyMissing) as raised:
        await ask(attempts_over(source("a", 1, key=key)))
    assert raised.value.facts["setting"] == "FINANCEHUB_A_KEY"


async def test_without_any_source_of_the_kind_it_is_not_covered() -> None:
    with pytest.raises(NotCovered, match="no source that is switched on has rates"):
        await ask(attempts_over())


async def test_a_resting_source_that_nobody_needed_is_in_the_trace() -> None:
    rests = SourceRests(lambda: 0.0)
    rests.record_failure("a", NoAnswer("down"))
    attempts = attempts_over(source("a", 1), source("b", 2), source("c", 3), rests=rests)
    assert (await ask(attempts)).fetched.value == 2
    assert [(step.source, step.outcome, step.reason) for step in attempts.trace()] == [
        ("b", TraceOutcome.ANSWERED, ""),
        ("a", TraceOutcome.SKIPPED, "resting 5 s more after no_answer"),
    ]


async def test_who_failed_is_asked_last_the_next_time_and_who_answered_rests_no_more() -> None:
    rests = SourceRests(lambda: 0.0)
    a, b = source("a", NoAnswer("down")), source("b", 2)
    await ask(attempts_over(a, b, rests=rests))
    assert rests.is_resting("a")
    assert [candidate.source.id for candidate in attempts_over(a, b, rests=rests).candidates] == ["b", "a"]
    await ask(attempts_over(source("a", 1), rests=rests))
    assert not rests.is_resting("a")
