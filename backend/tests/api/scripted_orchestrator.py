"""An orchestrator that answers what a test wrote down, and remembers what it was asked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from asgiref.sync import sync_to_async
from msgspec import structs

from financehub.assets import queries
from financehub.errors import FinanceHubError, NoAnswer
from financehub.market.bar import Bar, BarsQuery, Candles
from financehub.market.fx_rate import FxRate, FxRatesQuery
from financehub.market.provenance import Answer, CacheTier, DelayClass, Provenance, TraceOutcome, TraceStep
from financehub.market.quote import Quote
from financehub.orchestration.naming import Naming
from financehub.orchestration.quote_reader import QuotesAnswer
from financehub.orchestration.storage_threads import StorageThreads

NOW = datetime(2024, 8, 8, 12, 0, tzinfo=UTC)
PROVENANCE = Provenance(
    source="binance",
    as_of=NOW - timedelta(seconds=2),
    fetched_at=NOW - timedelta(seconds=1),
    delay_class=DelayClass.LIVE,
    unit="price",
    currency="USDT",
    cached=CacheTier.L1,
    trace=(
        TraceStep("coingecko", TraceOutcome.SKIPPED, "rests after a refusal", "rate_limited"),
        TraceStep("binance", TraceOutcome.ANSWERED, "", "", 12.5),
    ),
)
PROVENANCE_JSON = {
    "source": "binance",
    "as_of": "2024-08-08T11:59:58Z",
    "fetched_at": "2024-08-08T11:59:59Z",
    "delay_class": "live",
    "unit": "price",
    "currency": "USDT",
    "freshness": "near_realtime",
    "age_seconds": 2.0,
    "cached": "L1",
    "trace": [
        {
            "source": "coingecko",
            "outcome": "skipped",
            "reason": "rests after a refusal",
            "code": "rate_limited",
            "milliseconds": None,
        },
        {"source": "binance", "outcome": "answered", "reason": "", "code": "", "milliseconds": 12.5},
    ],
    "confidence": None,
    "dispersion_bp": None,
}


class OwnThread:
    """Does the database work in the thread of the test."""

    async def run(self, call: Any, *args: Any) -> Any:
        return await sync_to_async(call)(*args)


class ScriptedOrchestrator:
    """What a door needs of a DataOrchestrator; `failures` are raised or told for a symbol or a base currency."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.naming = Naming(queries, cast(StorageThreads, OwnThread()))
        self.failures: dict[str, Exception] = {}
        self.quote_values: dict[str, Quote] = {}
        self.bar_values: dict[str, list[Bar]] = {}
        self.rates: list[FxRate] = []
        self.provenance = PROVENANCE

    async def quotes(self, symbols: Sequence[str], *, max_age: float | None = None) -> QuotesAnswer:
        self.asked.append(tuple(symbols))
        for failure in self.failures.values():
            if not isinstance(failure, FinanceHubError):
                raise failure
        failures = {symbol: error for symbol, error in self.failures.items() if isinstance(error, FinanceHubError)}
        found = {symbol: Answer(self.quote_values[symbol], self.provenance) for symbol in symbols if symbol in self.quote_values}
        for symbol in symbols:
            if symbol not in found and symbol not in failures:
                failures[symbol] = NoAnswer(f"nobody answered for {symbol}", symbol=symbol)
        return QuotesAnswer(found, failures)

    async def bars(self, query: BarsQuery, *, max_age: float | None = None) -> Answer[Candles]:
        self.asked.append(query)
        if query.symbol in self.failures:
            raise self.failures[query.symbol]
        bars = [bar for bar in self.bar_values.get(query.symbol, []) if query.start <= bar.time < query.end]
        return Answer(Candles(bars=bars, currency="USDT"), self.provenance)

    async def fx_rates(self, query: FxRatesQuery) -> Answer[list[FxRate]]:
        self.asked.append(query)
        if query.base in self.failures:
            raise self.failures[query.base]
        wanted = [rate for rate in self.rates if not query.quotes or rate.quote in query.quotes]
        return Answer(wanted, structs.replace(self.provenance, source="frankfurter", unit="rate", currency=None))
