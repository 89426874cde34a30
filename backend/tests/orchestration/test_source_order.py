from datetime import UTC, datetime

import pytest
from scripted_sources import make_endpoint, make_source

from financehub.clock import wall_now
from financehub.errors import BadPayload, BudgetExhausted, FinanceHubError, NoAnswer, NotCovered, RateLimited
from financehub.market.bar import Interval
from financehub.market.instrument import AssetClass
from financehub.market.provenance import DelayClass, TraceOutcome
from financehub.orchestration.source_order import Need, Ranking, Source, SourceRests, rank_sources
from financehub.providers.provider import Dataset, KeyIn, KeyPlace

QUOTES = Need(dataset=Dataset.QUOTES, asset_class=AssetClass.CRYPTO, venue="MAIN")
CRYPTO = frozenset({AssetClass.CRYPTO})


def rank(*sources: Source, need: Need = QUOTES, rests: SourceRests | None = None) -> Ranking:
    return rank_sources({source.id: source for source in sources}, need, rests or SourceRests())


def order(*sources: Source, need: Need = QUOTES, rests: SourceRests | None = None) -> list[str]:
    return [candidate.source.id for candidate in rank(*sources, need=need, rests=rests).candidates]


def source(id_: str, delay_class: DelayClass = DelayClass.LIVE, venue: str = "", batch_size: int = 1) -> Source:
    return make_source(
        id_, lambda *_: None, make_endpoint(Dataset.QUOTES, delay_class=delay_class, batch_size=batch_size), venue=venue
    )


def test_live_goes_before_delayed_and_delayed_before_the_end_of_the_day() -> None:
    found = order(source("a", DelayClass.END_OF_DAY), source("b", DelayClass.DELAYED_15M), source("c", DelayClass.LIVE))
    assert found == ["c", "b", "a"]


def test_the_own_venue_goes_first_then_larger_batches_then_the_alphabet() -> None:
    found = order(source("d"), source("c", batch_size=9), source("b", venue="OTHER"), source("z", venue="MAIN"))
    assert found == ["z", "c", "b", "d"]


def test_a_source_with_more_intervals_is_asked_first_for_bars() -> None:
    few = make_source("a", lambda *_: None, make_endpoint(Dataset.BARS, intervals=frozenset({Interval.D1})))
    many = make_source("b", lambda *_: None, make_endpoint(Dataset.BARS, intervals=frozenset(Interval)))
    need = Need(dataset=Dataset.BARS, asset_class=AssetClass.CRYPTO, interval=Interval.D1)
    assert order(few, many, need=need) == ["b", "a"]
    ranking = rank(few, many, need=Need(dataset=Dataset.BARS, asset_class=AssetClass.CRYPTO, interval=Interval.M1))
    assert [candidate.source.id for candidate in ranking.candidates] == ["b"]
    assert [(id_, error.code, error.message) for id_, error in ranking.skipped] == [("a", "not_covered", "A has no 1m bars")]


def test_whoever_cannot_answer_is_skipped_with_the_reason() -> None:
    key = KeyIn(place=KeyPlace.QUERY, name="token")
    endpoint = make_endpoint(Dataset.QUOTES, asset_classes=CRYPTO)
    answer = lambda *_: None  # noqa: E731
    sources = (
        make_source("gone", answer, endpoint, retired="shut down in 2024"),
        make_source("locked", answer, endpoint, key=key),
        make_source("opened", answer, endpoint, key=key, has_key=True),
        make_source("equities", answer, make_endpoint(Dataset.QUOTES, asset_classes=frozenset({AssetClass.EQUITY}))),
        make_source("rates", answer, make_endpoint(Dataset.FX_RATES)),
        make_source("unnamed", answer, endpoint),
    )
    need = Need(dataset=Dataset.QUOTES, asset_class=AssetClass.CRYPTO, names={"opened": "BTC-USD"})
    ranking = rank(*sources, need=need)
    assert [(each.source.id, each.symbol) for each in ranking.candidates] == [("opened", "BTC-USD")]
    assert [(step.source, step.outcome, step.code) for step in ranking.skipped_steps()] == [
        ("gone", TraceOutcome.SKIPPED, "retired"),
        ("locked", TraceOutcome.SKIPPED, "key_missing"),
        ("equities", TraceOutcome.SKIPPED, "not_covered"),
        ("unnamed", TraceOutcome.SKIPPED, "not_covered"),
    ]
    assert ranking.skipped[1][1].facts["setting"] == "FINANCEHUB_LOCKED_KEY"


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_source_that_failed_goes_last_until_its_rest_is_over() -> None:
    seconds = Seconds()
    rests = SourceRests(seconds)
    a, b = source("a"), source("b")
    rests.record_failure("a", NoAnswer("down"))
    assert order(a, b, rests=rests) == ["b", "a"]
    assert rests.reason("a") == "resting 5 s more after no_answer"
    seconds.now = 5.0
    assert order(a, b, rests=rests) == ["a", "b"]


@pytest.mark.parametrize(("failures", "rest"), [(1, 5), (2, 10), (3, 20), (7, 300), (50, 300)])
def test_rests_double_up_to_five_minutes(failures: int, rest: float) -> None:
    seconds = Seconds()
    rests = SourceRests(seconds)
    for _ in range(failures):
        rests.record_failure("a", BadPayload("html"))
    seconds.now = rest - 0.1
    assert rests.is_resting("a")
    seconds.now = rest
    assert not rests.is_resting("a")


def test_an_answer_ends_the_rest_and_not_covered_starts_none() -> None:
    rests = SourceRests(Seconds())
    rests.record_failure("a", NotCovered("not here"))
    assert not rests.is_resting("a")
    rests.record_failure("a", NoAnswer("down"))
    rests.record_answer("a")
    assert not rests.is_resting("a")


@pytest.mark.parametrize(
    ("error", "shortest", "longest"),
    [
        (RateLimited("slow down", retry_after=77.0), 77, 77),
        (RateLimited("slow down"), 5, 5),
        (BudgetExhausted("spent"), 5, 5),
        (BudgetExhausted("spent", resets_at=datetime(2020, 1, 1, tzinfo=UTC).isoformat()), 0, 0),
        (
            BudgetExhausted("spent", resets_at=wall_now().replace(year=wall_now().year + 1, day=1).isoformat()),
            86_400 * 300,
            86_400 * 400,
        ),
    ],
)
def test_a_source_that_says_for_how_long_is_taken_at_its_word(error: FinanceHubError, shortest: float, longest: float) -> None:
    seconds = Seconds()
    rests = SourceRests(seconds)
    rests.record_failure("a", error)
    seconds.now = shortest - 0.01
    assert rests.is_resting("a") or shortest == 0
    seconds.now = longest + 0.01
    assert not rests.is_resting("a")
