"""Merge equal questions: a thousand callers at once make one call."""

import asyncio
import time

from measuring import Row, Sample, emit

from financehub.orchestration.call_planner import CallPlanner

ASKS = 1_000
ROUNDS = 7


async def _merged() -> tuple[int, float]:
    calls = 0

    async def call() -> int:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0)
        return 1

    planner = CallPlanner()
    started = time.process_time()
    answers = await asyncio.gather(*(planner.ask("quote", call) for _ in range(ASKS)))
    assert sum(answers) == ASKS
    return calls, time.process_time() - started


async def _nothing() -> float:
    async def nothing() -> None:
        await asyncio.sleep(0)

    started = time.process_time()
    await asyncio.gather(*(nothing() for _ in range(ASKS)))
    return time.process_time() - started


async def measure() -> list[Row]:
    await _merged(), await _nothing()
    merged, floor = [], []
    for _ in range(ROUNDS):
        merged.append(await _merged())
        floor.append(await _nothing())
    return [
        Row(room="Orchestration", what="calls made for equal questions", input=f"{ASKS:,} at once", unit="calls",
            ours=Sample([float(calls) for calls, _ in merged]), budget=1),
        Row(room="Orchestration", what="time to merge them", input=f"{ASKS:,} at once", unit="ms",
            ours=Sample([seconds * 1e3 for _, seconds in merged]), peer_name="floor: gather of as many no-ops",
            peer=Sample([seconds * 1e3 for seconds in floor])),
    ]  # fmt: skip


if __name__ == "__main__":
    emit(asyncio.run(measure()))
