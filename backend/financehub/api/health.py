"""GET /api/health: whether this process serves, and which market it shows."""

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from financehub import __version__, clock

router = Router(tags=["health"])
_started = clock.monotonic()


class HealthBody(BaseModel):
    """`replay_speed` is null unless a recording is replayed; `market_time` is then the recording's."""

    status: Literal["ok"]
    version: str
    mode: Literal["live", "simulated", "replayed"]
    market_time: datetime
    replay_speed: float | None
    uptime_seconds: float


@router.get("", response=HealthBody, auth=None, operation_id="get_health", summary="Say that the server serves")
async def get_health(request: HttpRequest) -> dict[str, Any]:
    """Answer as soon as the process serves; it asks no source and no database."""
    configuration = settings.CONFIGURATION
    is_replay = configuration.mode == "replayed"
    return {
        "status": "ok",
        "version": __version__,
        "mode": configuration.mode,
        "market_time": clock.now(),
        "replay_speed": configuration.replay_speed if is_replay else None,
        "uptime_seconds": round(clock.monotonic() - _started, 3),
    }
