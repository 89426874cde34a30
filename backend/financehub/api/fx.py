"""/api/fx: reference exchange rates."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel

from financehub.api.error_handlers import responses
from financehub.api.provenance_body import ProvenanceBody, provenance_body
from financehub.errors import Invalid, NotCovered, NotFound
from financehub.market.fx_rate import FxRate, FxRatesQuery
from financehub.market.provenance import Answer
from financehub.orchestration.data_orchestrator import current_orchestrator

router = Router(tags=["fx"])
MAX_QUOTES = 50


class FxRatesBody(BaseModel):
    """How many units of each currency one unit of `base` buys, fixed on `day`."""

    base: str
    day: date
    rates: dict[str, float]


class FxAnswer(BaseModel):
    data: FxRatesBody
    provenance: ProvenanceBody


Currency = Annotated[str, Path(pattern="^[A-Za-z]{3}$", description="Three letters, ISO 4217.")]


@router.get("/{base}", response=responses(FxAnswer), operation_id="get_fx_rates", summary="Reference rates of a currency")
async def get_fx_rates(
    request: HttpRequest,
    base: Currency,
    quotes: Annotated[
        str, Query(max_length=400, description="Currencies, separated by commas; all the source has when empty.")
    ] = "",
) -> dict[str, Any]:
    """Answer the latest fixing."""
    query = FxRatesQuery(base=base.upper(), quotes=read_currencies(quotes))
    answer = await _fx_rates(query)
    rates = {rate.quote: rate.rate for rate in answer.value}
    return {
        "data": {"base": query.base, "day": max(rate.day for rate in answer.value), "rates": rates},
        "provenance": provenance_body(answer.provenance),
    }


async def _fx_rates(query: FxRatesQuery) -> Answer[list[FxRate]]:
    """Ask; a currency that no source covers is, to the caller, one that is not there."""
    missing = NotFound(f"no source has a rate of {query.base} in {', '.join(query.quotes) or 'any currency'}", base=query.base)
    try:
        answer = await current_orchestrator().fx_rates(query)
    except NotCovered:
        raise missing from None
    if not answer.value:
        raise missing
    return answer


def read_currencies(text: str) -> tuple[str, ...]:
    """Return the currencies in a comma-separated list, each once, upper case; raises Invalid for what cannot be one."""
    names = tuple(dict.fromkeys(name.strip().upper() for name in text.split(",") if name.strip()))
    for name in names:
        if not (len(name) == 3 and name.isascii() and name.isalpha()):
            raise Invalid(f"quotes: a currency has three letters, was {name!r}", field="quotes", value=name)
    if len(names) > MAX_QUOTES:
        raise Invalid(f"quotes must name at most {MAX_QUOTES} currencies, named {len(names)}", field="quotes", count=len(names))
    return names
