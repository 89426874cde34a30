import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from financehub.errors import FinanceHubError, NoAnswer, NotCovered
from financehub.orchestration.call_planner import CallPlanner, restate


class Gate:
    """A call that waits to be let through, and counts."""

    def __init__(self, value: Any = "answer") -> None:
        self.open = asyncio.Event()
        self.value = value
        self.calls = 0
        self.cancelled = 0

    async def call(self) -> Any:
        self.calls += 1
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_thousand_equal_asks_make_exactly_one_call() -> None:
    planner, gate = CallPlanner(), Gate()
    asks = [asyncio.create_task(planner.ask("key", gate.call)) for _ in range(1000)]
    await settle()
    assert planner.in_flight == 1
    gate.open.set()
    assert await asyncio.gather(*asks) == ["answer"] * 1000
    assert gate.calls == 1
    assert planner.in_flight == 0


async def test_asks_for_different_keys_do_not_wait_for_each_other() -> None:
    planner, slow, quick = CallPlanner(), Gate("slow"), Gate("quick")
    waiting = asyncio.create_task(planner.ask("slow", slow.call))
    quick.open.set()
    assert await planner.ask("quick", quick.call) == "quick"
    slow.open.set()
    assert await waiting == "slow"


async def test_a_cancelled_waiter_leaves_the_call_to_the_others() -> None:
    planner, gate = CallPlanner(), Gate()
    first, second = (asyncio.create_task(planner.ask("key", gate.call)) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    assert first.cancelled()
    gate.open.set()
    assert await second == "answer"
    assert (gate.calls, gate.cancelled) == (1, 0)


async def test_the_call_is_cancelled_when_nobody_waits_and_the_next_ask_begins_anew() -> None:
    planner, gate = CallPlanner(), Gate()
    asks = [asyncio.create_task(planner.ask("key", gate.call)) for _ in range(3)]
    await settle()
    for ask in asks:
        ask.cancel()
    await settle()
    assert gate.cancelled == 1
    assert planner.in_flight == 0
    again = Gate("again")
    again.open.set()
    assert await planner.ask("key", again.call) == "again"


async def test_a_failure_reaches_every_waiter_as_a_copy_and_is_not_remembered() -> None:
    planner, gate = CallPlanner(), Gate(NoAnswer("no", source="x"))
    gate.open.set()
    results = await asyncio.gather(*(planner.ask("key", gate.call) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [NoAnswer] * 3
    assert len({id(result) for result in results}) == 3
    assert gate.calls == 1
    gate.value = "now"
    assert await planner.ask("key", gate.call) == "now"
    assert gate.calls == 2


async def test_a_mistake_of_ours_is_raised_as_it_is() -> None:
    gate = Gate(ZeroDivisionError())
    gate.open.set()
    with pytest.raises(ZeroDivisionError):
        await CallPlanner().ask("key", gate.call)


async def test_many_keys_join_what_is_in_flight_and_call_for_the_rest_once() -> None:
    planner = CallPlanner()
    called: list[list[str]] = []
    gate = asyncio.Event()

    async def call(keys: Sequence[str]) -> dict[str, str | FinanceHubError]:
        called.append(list(keys))
        await gate.wait()
        return {key: key.upper() if key != "bad" else NotCovered("none") for key in keys}

    first = asyncio.create_task(planner.ask_many(["a", "b"], call))
    await settle()
    second = asyncio.create_task(planner.ask_many(["b", "c", "c", "bad"], call))
    await settle()
    gate.set()
    assert await first == {"a": "A", "b": "B"}
    outcome = await second
    assert {key: outcome[key] for key in ("b", "c")} == {"b": "B", "c": "C"}
    assert isinstance(outcome["bad"], NotCovered)
    assert called == [["a", "b"], ["c", "bad"]]
    assert await planner.ask_many([], call) == {}


async def test_close_ends_what_is_under_way() -> None:
    planner, gate = CallPlanner(), Gate()
    ask = asyncio.create_task(planner.ask("key", gate.call))
    await settle()
    await planner.close()
    assert gate.cancelled == 1
    with pytest.raises(asyncio.CancelledError):
        await ask


def test_restating_copies_and_adds_facts() -> None:
    error = NoAnswer("no", source="x")
    copied = restate(error, trace=["a"])
    assert (copied.message, str(copied), copied.facts) == ("no", "no", {"source": "x", "trace": ["a"]})
    assert error.facts == {"source": "x"}
