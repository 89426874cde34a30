"""The one way to ask for any datum: our symbols in, our symbols out, and a provenance on every answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import msgspec
from msgspec import Struct

from financehub.errors import Invalid, SetupError
from financehub.market.bar import BarsQuery, Candles
from financehub.market.crypto_asset import CryptoAsset, CryptoMarketsQuery
from financehub.market.filing import Filing, FilingsQuery
from financehub.market.fx_rate import FxHistoryQuery, FxRate, FxRatesQuery
from financehub.market.instrument import AssetClass, InstrumentsQuery, ListedInstrument
from financehub.market.order_book import OrderBookQuery, OrderBookSnapshot
from financehub.market.provenance import Answer, DelayClass
from financehub.market.trade import Trade, TradesQuery
from financehub.orchestration.bar_fetching import BarFetcher, BarShelf
from financehub.orchestration.bar_reader import BarReader
from financehub.orchestration.believed_prices import BelievedPrices
from financehub.orchestration.cache_manager import CacheManager, DocumentShelf
from financehub.orchestration.call_planner import CallPlanner
from financehub.orchestration.document_reader import DocumentReader, DocumentRequest
from financehub.orchestration.fallback import Stamp
from financehub.orchestration.naming import Catalogue, Known, Naming
from financehub.orchestration.plausibility import check_book, check_markets, check_rates, check_trades
from financehub.orchestration.quote_reader import QuoteReader, QuotesAnswer
from financehub.orchestration.source_order import Need, Source, SourceRests
from financehub.orchestration.storage_threads import StorageThreads
from financehub.providers.provider import Dataset


class Shelves(Struct, frozen=True):
    """Where answers are stored and instruments are looked up; all of it blocks and is called in threads of its own."""

    bars: BarShelf
    documents: DocumentShelf
    catalogue: Catalogue


class DataOrchestrator:
    """Ask memory, then storage, then the sources in order; lives in one event loop.

    `max_age` in seconds tightens how old a remembered answer may be; 0 asks the sources anew.
    Every method raises NotFound for an unknown instrument and the most telling SourceError where nobody answered.
    """

    def __init__(
        self, sources: Mapping[str, Source], shelves: Shelves, *, delay_class_override: DelayClass | None = None
    ) -> None:
        self.sources = sources
        self.threads = StorageThreads()
        self.naming = Naming(shelves.catalogue, self.threads)
        self.cache = CacheManager(shelves.documents, self.threads)
        self._shelves = shelves
        self._planner = CallPlanner()
        self._rests = SourceRests()
        stamp, believed = Stamp(delay_class_override), BelievedPrices()
        self.bar_fetcher = BarFetcher(sources, shelf=shelves.bars, threads=self.threads, rests=self._rests)
        self._quotes = QuoteReader(
            sources,
            cache=self.cache,
            planner=self._planner,
            naming=self.naming,
            rests=self._rests,
            believed=believed,
            stamp=stamp,
        )
        self._bars = BarReader(
            sources,
            fetcher=self.bar_fetcher,
            shelf=shelves.bars,
            threads=self.threads,
            cache=self.cache,
            planner=self._planner,
            naming=self.naming,
            believed=believed,
            stamp=stamp,
        )
        self._documents = DocumentReader(sources, cache=self.cache, planner=self._planner, rests=self._rests, stamp=stamp)

    @property
    def bar_shelf(self) -> BarShelf:
        return self._shelves.bars

    async def quotes(self, symbols: Sequence[str], *, max_age: float | None = None) -> QuotesAnswer:
        """Return the latest quote of each symbol, or why there is none."""
        return await self._quotes.quotes(symbols, max_age=max_age)

    async def bars(self, query: BarsQuery, *, max_age: float | None = None) -> Answer[Candles]:
        """Return bars, oldest first; the last may still change."""
        return await self._bars.bars(query, max_age=max_age)

    async def fx_rates(self, query: FxRatesQuery) -> Answer[list[FxRate]]:
        """Return the latest fixings of a currency."""
        key = f"{query.base}:{','.join(sorted(query.quotes))}"
        return await self._documents.read(
            DocumentRequest(
                need=Need(dataset=Dataset.FX_RATES, asset_class=AssetClass.FX),
                key=key,
                what=f"exchange rates of {query.base}",
                query=lambda _: query,
                why_wrong=check_rates,
                as_of=_last_day,
                currency=query.quotes[0] if len(query.quotes) == 1 else None,
                stored_type=Answer[list[FxRate]],
            )
        )

    async def fx_history(self, query: FxHistoryQuery) -> Answer[list[FxRate]]:
        """Return the fixings of a currency day by day. Raises Invalid for a range that is upside down."""
        if query.start > query.end:
            raise Invalid(f"start {query.start} must not be after end {query.end}")
        key = f"{query.base}:{','.join(sorted(query.quotes))}:{query.start}:{query.end}"
        return await self._documents.read(
            DocumentRequest(
                need=Need(dataset=Dataset.FX_HISTORY, asset_class=AssetClass.FX),
                key=key,
                what=f"exchange rates of {query.base}",
                query=lambda _: query,
                why_wrong=check_rates,
                as_of=_last_day,
                currency=query.quotes[0] if len(query.quotes) == 1 else None,
                stored_type=Answer[list[FxRate]],
            )
        )

    async def order_book(self, query: OrderBookQuery, *, max_age: float = 0.0) -> Answer[OrderBookSnapshot]:
        """Return a book, asked for anew unless `max_age` allows a remembered one: to follow a stream on, an old book is worthless."""
        known = await self.naming.get(query.symbol)
        symbol = known.instrument.symbol
        return await self._documents.read(
            DocumentRequest(
                need=_need_of(known, Dataset.ORDER_BOOK),
                key=f"{symbol}:{query.limit}",
                what=f"an order book of {symbol}",
                query=lambda candidate: OrderBookQuery(candidate.symbol, query.limit),
                why_wrong=check_book,
                finish=lambda book: msgspec.structs.replace(book, symbol=symbol),
                currency=known.instrument.currency,
            ),
            max_age=max_age,
        )

    async def trades(self, query: TradesQuery, *, max_age: float | None = None) -> Answer[list[Trade]]:
        """Return the latest trades, oldest first."""
        known = await self.naming.get(query.symbol)
        symbol = known.instrument.symbol
        return await self._documents.read(
            DocumentRequest(
                need=_need_of(known, Dataset.TRADES),
                key=f"{symbol}:{query.limit}",
                what=f"trades of {symbol}",
                query=lambda candidate: TradesQuery(candidate.symbol, query.limit),
                why_wrong=check_trades,
                finish=lambda trades: [msgspec.structs.replace(trade, symbol=symbol) for trade in trades],
                as_of=lambda trades: max((trade.time for trade in trades), default=None),
                currency=known.instrument.currency,
            ),
            max_age=max_age,
        )

    async def crypto_markets(self, query: CryptoMarketsQuery) -> Answer[list[CryptoAsset]]:
        """Return a page of the crypto market by capitalisation; `ids` are the source's own."""
        key = f"{query.currency}:{','.join(sorted(query.ids))}:{query.page}:{query.page_size}"
        return await self._documents.read(
            DocumentRequest(
                need=Need(dataset=Dataset.CRYPTO_MARKETS, asset_class=AssetClass.CRYPTO),
                key=key,
                what="the crypto market",
                query=lambda _: query,
                why_wrong=check_markets,
                as_of=lambda rows: max((row.time for row in rows), default=None),
                currency=query.currency,
                stored_type=Answer[list[CryptoAsset]],
            )
        )

    async def filings(self, query: FilingsQuery) -> Answer[list[Filing]]:
        """Return an issuer's filings, newest first."""
        known = await self.naming.get(query.symbol)
        symbol = known.instrument.symbol
        return await self._documents.read(
            DocumentRequest(
                need=_need_of(known, Dataset.FILINGS),
                key=symbol,
                what=f"filings of {symbol}",
                query=lambda candidate: FilingsQuery(candidate.symbol),
                why_wrong=lambda _: "",
                finish=lambda filings: [msgspec.structs.replace(filing, symbol=symbol) for filing in filings],
                as_of=_last_accepted,
                stored_type=Answer[list[Filing]],
            )
        )

    async def list_instruments(self, provider_id: str) -> Answer[list[ListedInstrument]]:
        """Return everything that one source lists, under the source's own names."""
        return await self._documents.read(
            DocumentRequest(
                need=Need(dataset=Dataset.INSTRUMENTS),
                key="all",
                what=f"a list of instruments at {provider_id}",
                query=lambda _: InstrumentsQuery(),
                why_wrong=lambda _: "",
                only=provider_id,
            )
        )

    async def close(self) -> None:
        """End every call under way, finish what is being saved, and end the storage threads."""
        await self._planner.close()
        await self.cache.close()
        self.threads.close()


def _need_of(known: Known, dataset: Dataset) -> Need:
    instrument = known.instrument
    return Need(dataset=dataset, asset_class=instrument.asset_class, names=known.names, venue=instrument.venue)


def _last_day(rates: list[FxRate]) -> datetime | None:
    day = max((rate.day for rate in rates), default=None)
    return datetime.combine(day, time(), UTC) if day is not None else None


def _last_accepted(filings: list[Filing]) -> datetime | None:
    return max((filing.accepted_at or datetime.combine(filing.filed_on, time(), UTC) for filing in filings), default=None)


_orchestrator: DataOrchestrator | None = None


def install_orchestrator(orchestrator: DataOrchestrator | None) -> None:
    """Make `orchestrator` the one of this process (None at shutdown); called by whoever starts the process."""
    global _orchestrator  # one process asks in one way, whichever door it came through
    _orchestrator = orchestrator


def current_orchestrator() -> DataOrchestrator:
    """Return the orchestrator of this process. Raises SetupError before it was installed."""
    if _orchestrator is None:
        raise SetupError("the data orchestrator has not been started in this process")
    return _orchestrator
