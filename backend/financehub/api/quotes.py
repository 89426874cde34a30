"""/api/quotes: the latest price of one instrument or of many."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from msgspec import structs
from ninja import Query, Router
from pydantic import BaseModel

from financehub.api.bearer import caller_of
from financehub.api.error_handlers import FailureBody, failure_of, responses
from financehub.api.json_answer import json_answer
from financehub.api.provenance_body import ProvenanceBody, provenance_body
from financehub.api.rate_limits import take_turns_for_symbols
from financehub.api.symbols import read_symbols, resolve_symbol, resolve_symbols
from financehub.errors import NoAnswer
from financehub.market.provenance import Answer
from financehub.market.quote import Quote
from financehub.orchestration.data_orchestrator import current_orchestrator

router = Router(tags=["quotes"])


class QuoteBody(BaseModel):
    """The latest price and the day around it; null where the source does not say. `change_percent` is in percent."""

    symbol: str
    price: float
    time: datetime
    currency: str | None
    bid: float | None
    ask: float | None
    open: float | None
    high: float | None
    low: float | None
    previous_close: float | None
    change: float | None
    change_percent: float | None
    volume: float | None
    quote_volume: float | None
    market_cap: float | None


class QuoteAnswer(BaseModel):
    data: QuoteBody
    provenance: ProvenanceBody


class QuoteItem(BaseModel):
    quote: QuoteBody
    provenance: ProvenanceBody


class QuotesAnswerBody(BaseModel):
    """The quotes there are, in the order asked, and why the others are not there."""

    data: list[QuoteItem]
    failures: list[FailureBody]


@router.get("", response=responses(QuotesAnswerBody), operation_id="list_quotes", summary="Quote many instruments")
async def list_quotes(
    request: HttpRequest, symbols: Annotated[str, Query(max_length=4000, description="Up to 100 names, separated by commas.")]
) -> HttpResponse:
    """Answer every symbol on its own: one that fails is told under `failures` and does not disturb the others."""
    names = read_symbols(symbols)
    take_turns_for_symbols(caller_of(request).user_id, len(names))
    known, unknown = await resolve_symbols(names)
    answer = await current_orchestrator().quotes(tuple(known)) if known else None
    answers = answer.answers if answer else {}
    failures = unknown | (answer.failures if answer else {})
    return json_answer(
        {
            "data": [quote_item(answers[symbol]) for symbol in known if symbol in answers],
            "failures": [failure_of(symbol, error) for symbol, error in failures.items()],
        }
    )


@router.get("/{symbol}", response=responses(QuoteAnswer), operation_id="get_quote", summary="Quote one instrument")
async def get_quote(request: HttpRequest, symbol: str) -> HttpResponse:
    """Answer the latest quote of an instrument, by any of its names."""
    instrument = await resolve_symbol(symbol)
    answer = await current_orchestrator().quotes((instrument.symbol,))
    if instrument.symbol not in answer.answers:
        raise answer.failures.get(instrument.symbol) or NoAnswer(
            f"no source quotes {instrument.symbol}", symbol=instrument.symbol
        )
    item = quote_item(answer.answers[instrument.symbol])
    return json_answer({"data": item["quote"], "provenance": item["provenance"]})


def quote_item(answer: Answer[Quote]) -> dict[str, Any]:
    return {"quote": structs.asdict(answer.value), "provenance": provenance_body(answer.provenance)}
