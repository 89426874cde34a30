"""What the tests of the sources share."""

import pytest
from made_up_source import FakeTime


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()
