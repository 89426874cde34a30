"""How provenance is written in an answer; the only place that does."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from financehub import clock
from financehub.market.provenance import CacheTier, DelayClass, Freshness, Provenance, TraceOutcome


class TraceStepBody(BaseModel):
    """One source that was considered, and what came of it."""

    source: str
    outcome: TraceOutcome
    reason: str
    code: str
    milliseconds: float | None


class ProvenanceBody(BaseModel):
    """Where a figure came from, how old it is and how sure; times are UTC."""

    source: str
    as_of: datetime
    fetched_at: datetime
    delay_class: DelayClass
    unit: str
    currency: str | None
    freshness: Freshness
    age_seconds: float
    cached: CacheTier | None
    trace: list[TraceStepBody]
    confidence: float | None
    dispersion_bp: float | None


def provenance_body(provenance: Provenance) -> dict[str, Any]:
    """Return `provenance` as it is answered; age and freshness are those of this moment of market time."""
    now = clock.now()
    return {
        "source": provenance.source,
        "as_of": provenance.as_of,
        "fetched_at": provenance.fetched_at,
        "delay_class": provenance.delay_class,
        "unit": provenance.unit,
        "currency": provenance.currency,
        "freshness": provenance.freshness(now),
        "age_seconds": round(provenance.age_seconds(now), 3),
        "cached": provenance.cached,
        "trace": [
            {
                "source": step.source,
                "outcome": step.outcome,
                "reason": step.reason,
                "code": step.code,
                "milliseconds": step.milliseconds,
            }
            for step in provenance.trace
        ],
        "confidence": provenance.confidence,
        "dispersion_bp": provenance.dispersion_bp,
    }
