"""Ask for the prices of watched instruments that no source streams, all in one batch, at a polite pace."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from financehub.errors import FinanceHubError
from financehub.market.provenance import Answer
from financehub.market.quote import Quote
from financehub.streaming.live_channels import QuoteChannel

POLL_SECONDS = 15.0
SECONDS_PER_SYMBOL = 1.5
"""The pace where a source answers one symbol a call: 40 a minute, of the 60 that the slowest source allows."""


class QuotesReply(Protocol):
    """What was found, and why the rest was not."""

    @property
    def answers(self) -> Mapping[str, Answer[Quote]]: ...

    @property
    def failures(self) -> Mapping[str, FinanceHubError]: ...


class QuoteSource(Protocol):
    """The part of the orchestrator that is needed here."""

    async def quotes(self, symbols: Sequence[str], *, max_age: float | None = None) -> QuotesReply: ...


class QuotePoller:
    """Poll the watched symbols every `every_seconds`; a new one is asked for at once, alone.

    A round asks anew, past what is remembered, for as many symbols as the pace allows; where more are watched they take turns.
    """

    def __init__(
        self,
        source: QuoteSource,
        on_news: Callable[[QuoteChannel], None],
        on_failure: Callable[[str, FinanceHubError | None], None],
        *,
        every_seconds: float = POLL_SECONDS,
        seconds_per_symbol: float = SECONDS_PER_SYMBOL,
    ) -> None:
        self._source = source
        self._on_news = on_news
        self._on_failure = on_failure
        self._every_seconds = every_seconds
        self._symbols_a_round = max(1, int(every_seconds / seconds_per_symbol))
        self._channels: dict[str, QuoteChannel] = {}
        self._new: set[str] = set()
        self._has_new = asyncio.Event()

    def watch(self, channel: QuoteChannel) -> None:
        """Poll for `channel` from now on; what is polled already is not asked for again out of turn."""
        if channel.topic.symbol in self._channels:
            return
        self._channels[channel.topic.symbol] = channel
        self._new.add(channel.topic.symbol)
        self._has_new.set()

    def unwatch(self, symbol: str) -> None:
        self._channels.pop(symbol, None)
        self._new.discard(symbol)

    async def run(self) -> None:
        """Poll until cancelled."""
        loop = asyncio.get_running_loop()
        next_round = loop.time() + self._every_seconds
        while True:
            try:
                async with asyncio.timeout_at(next_round):
                    await self._has_new.wait()
            except TimeoutError:
                next_round = loop.time() + self._every_seconds
                await self.poll_round()
                continue
            await self.poll_new()

    async def poll_round(self) -> None:
        """Ask anew for those whose turn it is; what somebody else asked for since the last round is new enough."""
        turn = list(self._channels)[: self._symbols_a_round]
        for symbol in turn:  # to the end of the queue
            self._channels[symbol] = self._channels.pop(symbol)
        await self._poll(sorted(turn), max_age=self._every_seconds / 2)

    async def poll_new(self) -> None:
        """Ask for what nobody has asked for yet, in one call; a remembered quote will do."""
        symbols, self._new = sorted(self._new), set()
        self._has_new.clear()
        await self._poll(symbols, max_age=None)

    async def _poll(self, symbols: list[str], *, max_age: float | None) -> None:
        if not symbols:
            return
        try:
            answer = await self._source.quotes(symbols, max_age=max_age)
        except FinanceHubError as error:
            for symbol in symbols:
                self._on_failure(symbol, error)
            return
        for symbol, quote in answer.answers.items():
            channel = self._channels.get(symbol)
            if channel is not None:
                self._on_failure(symbol, None)
                if channel.accept(quote.value, quote.provenance):
                    self._on_news(channel)
        for symbol, failure in answer.failures.items():
            self._on_failure(symbol, failure)
