"""Ask one source after another until one gives an answer that can be true, and write down what became of each."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from financehub.errors import FinanceHubError, Implausible, KeyMissing, NotCovered, Retired, SourceError
from financehub.market.provenance import DelayClass, Provenance, TraceOutcome, TraceStep
from financehub.orchestration.call_planner import restate
from financehub.orchestration.source_order import Candidate, FetchedValue, Ranking, SourceRests


class Asked(Struct, frozen=True):
    """What the first source with a good answer said, and which source that was."""

    fetched: FetchedValue
    candidate: Candidate


class Attempts:
    """Collect what happened to each source on the way to one answer."""

    def __init__(self, ranking: Ranking, rests: SourceRests) -> None:
        self._rests = rests
        self.candidates = ranking.candidates
        self._steps = ranking.skipped_steps()
        self._failures: list[FinanceHubError] = []
        self._skipped = [error for _, error in ranking.skipped]

    def note(self, step: TraceStep) -> None:
        self._steps.append(step)

    def answered(self, candidate: Candidate, milliseconds: float | None, reason: str = "") -> None:
        self._rests.record_answer(candidate.source.id)
        self._steps.append(TraceStep(candidate.source.id, TraceOutcome.ANSWERED, reason, "", milliseconds))

    def failed(self, candidate: Candidate, error: FinanceHubError, milliseconds: float | None = None) -> None:
        """Note that asking failed, or that the answer was refused as implausible."""
        outcome = TraceOutcome.REJECTED if isinstance(error, Implausible) else TraceOutcome.FAILED
        self._rests.record_failure(candidate.source.id, error)
        self._failures.append(error)
        self._steps.append(TraceStep(candidate.source.id, outcome, error.message, error.code, milliseconds))

    @property
    def has_failed(self) -> bool:
        return bool(self._failures)

    def trace(self) -> tuple[TraceStep, ...]:
        """Return the steps so far, and for each source that nobody had to ask because it rests, why it came last."""
        mentioned = {step.source for step in self._steps}
        left = [candidate.source.id for candidate in self.candidates if candidate.source.id not in mentioned]
        resting = [TraceStep(id_, TraceOutcome.SKIPPED, self._rests.reason(id_)) for id_ in left if self._rests.is_resting(id_)]
        return (*self._steps, *resting)

    def most_telling(self, what: str) -> FinanceHubError:
        """Return the error that says best why nobody answered, with the whole trace in its facts.

        The best source that should have answered comes first; that a key is missing tells more than that a source was retired,
        and "does not have it" is the truth only if everybody who was asked says so.
        """
        errors = [*self._failures, *self._skipped]
        order = sorted(errors, key=_how_little_it_tells)
        trace = [f"{step.source}: {step.outcome} {step.code} {step.reason}".strip() for step in self.trace()]
        if not order:
            return NotCovered(f"no source that is switched on has {what}", trace=trace)
        return restate(order[0], trace=trace)


def _how_little_it_tells(error: FinanceHubError) -> int:
    if isinstance(error, NotCovered):
        return 3
    if isinstance(error, Retired):
        return 2
    return 1 if isinstance(error, KeyMissing) else 0


async def ask_in_order(
    attempts: Attempts,
    *,
    what: str,
    ask: Callable[[Candidate], Awaitable[FetchedValue]],
    why_wrong: Callable[[Any], str],
) -> Asked:
    """Return the first answer that `why_wrong` has nothing against. Raises the most telling error when there is none."""
    for candidate in attempts.candidates:
        try:
            fetched = await ask(candidate)
        except SourceError as error:
            attempts.failed(candidate, error)
            continue
        if reason := why_wrong(fetched.value):
            refusal = Implausible(f"{candidate.source.provider.name}: {reason}", provider=candidate.source.id)
            attempts.failed(candidate, refusal, fetched.milliseconds)
            continue
        attempts.answered(candidate, fetched.milliseconds)
        return Asked(fetched, candidate)
    raise attempts.most_telling(what)


class Stamp(Struct, frozen=True):
    """Write provenances; `delay_class` overrides what sources declare where the market is simulated or replayed."""

    delay_class: DelayClass | None = None

    def provenance(
        self,
        candidate: Candidate,
        *,
        as_of: datetime,
        fetched_at: datetime,
        currency: str | None,
        trace: Sequence[TraceStep],
    ) -> Provenance:
        endpoint = candidate.endpoint
        return Provenance(
            source=candidate.source.id,
            as_of=as_of,
            fetched_at=fetched_at,
            delay_class=self.delay_class or endpoint.delay_class,
            unit=endpoint.unit,
            currency=currency or endpoint.currency,
            trace=tuple(trace),
        )
