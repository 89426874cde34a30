"""Who the tests sign in, from where, and how time passes for them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from financehub import clock
from financehub.accounts.actions import Device

PASSWORD = "rhubarb-lantern-47"
LAPTOP = Device(ip="203.0.113.7", user_agent="Laptop/1.0")
PHONE = Device(ip="198.51.100.4", user_agent="Phone/2.0")


def stop_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Make wall time stand still; the function that comes back moves it on."""
    moment = datetime.now(UTC)

    def pass_time(length: timedelta) -> None:
        nonlocal moment
        moment += length

    monkeypatch.setattr(clock, "wall_now", lambda: moment)
    return pass_time
