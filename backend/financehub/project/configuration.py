"""What an operator can set, read once from the environment, each with its default and what it means."""

import os
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from financehub.errors import Invalid


class DataMode(StrEnum):
    """Where the market comes from; each mode keeps its data in a folder of its own, so that they never mix."""

    LIVE = "live"
    SIMULATED = "simulated"
    REPLAYED = "replayed"


class Configuration(Struct, frozen=True, kw_only=True):
    data_dir: Path
    mode: DataMode
    database_url: str
    redis_url: str
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    sources: tuple[str, ...]
    is_debug: bool
    trusted_proxies: tuple[str, ...]
    replay_speed: float

    @property
    def mode_dir(self) -> Path:
        return self.data_dir / self.mode.value


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def default_data_dir() -> Path:
    return Path.home() / ".local" / "share" / "financehub"


def read_configuration(environment: dict[str, str] | None = None) -> Configuration:
    """Return the configuration that `environment` (the process's own by default) describes.

    Raises Invalid, naming the setting, for a value that cannot be used.
    """
    env = dict(os.environ) if environment is None else environment
    mode = env.get("FINANCEHUB_MODE", DataMode.LIVE)
    if mode not in set(DataMode):
        raise Invalid(f"FINANCEHUB_MODE must be live, simulated or replayed, was {mode!r}", setting="FINANCEHUB_MODE")
    speed = env.get("FINANCEHUB_REPLAY_SPEED", "1")
    try:
        replay_speed = float(speed)
    except ValueError:
        raise Invalid(f"FINANCEHUB_REPLAY_SPEED must be a number, was {speed!r}", setting="FINANCEHUB_REPLAY_SPEED") from None
    if not 0 < replay_speed <= 1000:
        raise Invalid(f"FINANCEHUB_REPLAY_SPEED must be above 0 and at most 1000, was {speed}", setting="FINANCEHUB_REPLAY_SPEED")
    return Configuration(
        data_dir=Path(env.get("FINANCEHUB_DATA_DIR") or default_data_dir()).expanduser(),
        mode=DataMode(mode),
        database_url=env.get("FINANCEHUB_DATABASE_URL", ""),
        redis_url=env.get("FINANCEHUB_REDIS_URL", ""),
        allowed_hosts=_list(env.get("FINANCEHUB_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")),
        allowed_origins=_list(env.get("FINANCEHUB_ALLOWED_ORIGINS", "")),
        sources=_list(env.get("FINANCEHUB_SOURCES", "")),
        is_debug=env.get("FINANCEHUB_DEBUG", "") == "1",
        trusted_proxies=_list(env.get("FINANCEHUB_TRUSTED_PROXIES", "")),
        replay_speed=replay_speed,
    )
