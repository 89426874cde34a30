"""/api/sparklines: the shape of the last five days, for many instruments at once."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel

from financehub import clock
from financehub.api.bearer import caller_of
from financehub.api.error_handlers import FailureBody, failure_of, responses
from financehub.api.json_answer import json_answer
from financehub.api.provenance_body import ProvenanceBody, provenance_body
from financehub.api.rate_limits import take_turns_for_symbols
from financehub.api.symbols import read_symbols, resolve_symbols
from financehub.errors import FinanceHubError
from financehub.market.bar import BarsQuery, Candles, Interval, bucket_start
from financehub.market.provenance import Answer
from financehub.orchestration.data_orchestrator import current_orchestrator

router = Router(tags=["sparklines"])
LENGTH = timedelta(days=5)
CONCURRENT = 10


class SparklineBody(BaseModel):
    """The closes of complete hours, oldest first; hours in which nothing traded are missing."""

    symbol: str
    closes: list[float]
    provenance: ProvenanceBody


class SparklinesAnswer(BaseModel):
    data: list[SparklineBody]
    failures: list[FailureBody]


@router.get("", response=responses(SparklinesAnswer), operation_id="list_sparklines", summary="Five days of hourly closes")
async def list_sparklines(
    request: HttpRequest, symbols: Annotated[str, Query(max_length=4000, description="Up to 100 names, separated by commas.")]
) -> HttpResponse:
    """Answer every symbol on its own: one that fails is told under `failures` and does not disturb the others."""
    names = read_symbols(symbols)
    take_turns_for_symbols(caller_of(request).user_id, len(names))
    known, unknown = await resolve_symbols(names)
    turns = asyncio.Semaphore(CONCURRENT)
    results = dict(zip(known, await asyncio.gather(*(_hourly(symbol, turns) for symbol in known)), strict=True))
    failures = unknown | {symbol: result for symbol, result in results.items() if isinstance(result, FinanceHubError)}
    return json_answer(
        {
            "data": [_sparkline(symbol, result) for symbol, result in results.items() if isinstance(result, Answer)],
            "failures": [failure_of(symbol, error) for symbol, error in failures.items()],
        }
    )


async def _hourly(symbol: str, turns: asyncio.Semaphore) -> Answer[Candles] | FinanceHubError:
    """Ask for whole hours only: within an hour every caller asks the same, and a cache can answer."""
    end = bucket_start(clock.now(), Interval.H1)
    async with turns:
        try:
            return await current_orchestrator().bars(BarsQuery(symbol=symbol, interval=Interval.H1, start=end - LENGTH, end=end))
        except FinanceHubError as error:
            return error


def _sparkline(symbol: str, answer: Answer[Candles]) -> dict[str, Any]:
    closes = [bar.close for bar in answer.value.bars]
    return {"symbol": symbol, "closes": closes, "provenance": provenance_body(answer.provenance)}
