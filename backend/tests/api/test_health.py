"""Health says which market is shown, and asks nobody."""

import pytest
from api.door import Door, assert_as_documented
from django.conf import settings
from msgspec import structs

from financehub import __version__
from financehub.project.configuration import DataMode


@pytest.mark.parametrize(("mode", "speed"), [(DataMode.LIVE, None), (DataMode.SIMULATED, None), (DataMode.REPLAYED, 20.0)])
def test_health(monkeypatch: pytest.MonkeyPatch, mode: DataMode, speed: float | None) -> None:
    configuration = structs.replace(settings.CONFIGURATION, mode=mode, replay_speed=20.0)
    monkeypatch.setattr(settings, "CONFIGURATION", configuration)
    body = assert_as_documented(Door().get("/api/health"), "get_health")
    uptime = body.pop("uptime_seconds")
    assert uptime > 0
    assert body == {
        "status": "ok",
        "version": __version__,
        "mode": mode.value,
        "market_time": "2024-08-08T12:00:00Z",
        "replay_speed": speed,
    }
