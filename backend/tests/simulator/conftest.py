"""What the simulator's tests share."""

from collections.abc import AsyncIterator

import pytest
from served_market import Served, served


@pytest.fixture
async def simulator() -> AsyncIterator[Served]:
    async with served() as running:
        yield running
