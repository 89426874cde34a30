"""Merge equal calls in flight: whoever asks for what is already being asked for waits for the same answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Any, TypeVar

from financehub.errors import FinanceHubError

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Flight:
    """One call under way for some keys, and how many wait for it."""

    def __init__(self, task: "asyncio.Task[dict[Any, Any]]", keys: Sequence[Hashable]) -> None:
        self.task = task
        self.keys = keys
        self.waiters = 0


class CallPlanner:
    """Keep one call in flight per key; lives in one event loop.

    A waiter that is cancelled leaves the others alone; the call is cancelled when nobody waits for it any more.
    """

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight] = {}

    @property
    def in_flight(self) -> int:
        return len(self._flights)

    async def ask(self, key: Hashable, call: Callable[[], Awaitable[Value]]) -> Value:
        """Return what `call` returns, calling it only if no call for `key` is under way; raises what it raises."""

        async def call_one(_: Sequence[Hashable]) -> dict[Hashable, Value | FinanceHubError]:
            try:
                return {key: await call()}
            except FinanceHubError as error:
                return {key: error}

        outcome = (await self.ask_many([key], call_one))[key]
        if isinstance(outcome, FinanceHubError):
            raise restate(outcome)
        return outcome

    async def ask_many(
        self, keys: Sequence[Key], call: Callable[[Sequence[Key]], Awaitable[dict[Key, Value | FinanceHubError]]]
    ) -> dict[Key, Value | FinanceHubError]:
        """Return an outcome per key: `call` gets only the keys that nobody is asking for yet."""
        new = [key for key in dict.fromkeys(keys) if key not in self._flights]
        if new:
            self._take_off(new, call)
        joined = {key: self._flights[key] for key in keys}
        flights = set(joined.values())
        for flight in flights:
            flight.waiters += 1
        try:
            if flights:
                await asyncio.wait([flight.task for flight in flights])
        finally:
            for flight in flights:
                self._leave(flight)
        return {key: flight.task.result()[key] for key, flight in joined.items()}

    def _take_off(self, keys: Sequence[Key], call: Callable[[Sequence[Key]], Awaitable[dict[Key, Any]]]) -> None:
        async def run() -> dict[Any, Any]:
            return await call(keys)

        # An empty context: the call outlives the request that happened to come first, and must not keep what that one carries.
        task = asyncio.get_running_loop().create_task(run(), context=Context())
        flight = _Flight(task, keys)
        for key in keys:
            self._flights[key] = flight
        task.add_done_callback(lambda _: self._land(flight))

    def _leave(self, flight: _Flight) -> None:
        flight.waiters -= 1
        if flight.waiters == 0 and not flight.task.done():
            self._land(flight)
            flight.task.cancel()

    def _land(self, flight: _Flight) -> None:
        for key in flight.keys:
            if self._flights.get(key) is flight:
                del self._flights[key]

    async def close(self) -> None:
        """Cancel every call under way and wait until each has ended."""
        tasks = {flight.task for flight in self._flights.values()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


Failure = TypeVar("Failure", bound=FinanceHubError)


def restate(error: Failure, **facts: Any) -> Failure:
    """Return a copy of `error` with more `facts`: one error may be raised to many waiters, each with a traceback of its own."""
    copied: Failure = type(error).__new__(type(error))
    copied.args = error.args
    copied.__dict__.update(error.__dict__)
    copied.facts = {**error.facts, **facts}
    return copied
