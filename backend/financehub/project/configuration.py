"""What an operator can set, read once from the environment, each with its default and what it means."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from financehub.errors import Invalid
from financehub.market.provenance import DelayClass

Chosen = TypeVar("Chosen", bound=StrEnum)


class DataMode(StrEnum):
    """Where the market comes from; each mode keeps its data in a folder of its own, so that they never mix."""

    LIVE = "live"
    SIMULATED = "simulated"
    REPLAYED = "replayed"

    @property
    def delay_class(self) -> DelayClass | None:
        """Return what every number of this mode must say about itself; None leaves it to the source."""
        return {DataMode.SIMULATED: DelayClass.SIMULATED, DataMode.REPLAYED: DelayClass.REPLAYED}.get(self)


class Role(StrEnum):
    """What this process does: everything, or only answer requests while others stream and work."""

    ALL = "all"
    WEB = "web"


class Configuration(Struct, frozen=True, kw_only=True):
    """Each field is the setting FINANCEHUB_<FIELD> (docs/operator-manual.md says what each is for)."""

    data_dir: Path
    mode: DataMode = DataMode.LIVE
    role: Role = Role.ALL
    database_url: str = ""
    redis_url: str = ""
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    is_debug: bool = False
    is_behind_tls: bool = False
    replay_file: Path | None = None
    replay_speed: float = 1.0
    simulator_seed: int = 7
    simulator_port: int = 0
    frontend_dir: Path = Path(__file__).resolve().parents[3] / "frontend" / "out"
    record_dir: Path | None = None
    logs_json: bool = False

    @property
    def mode_dir(self) -> Path:
        return self.data_dir / self.mode.value


def default_data_dir() -> Path:
    return Path.home() / ".local" / "share" / "financehub"


def read_configuration(environment: Mapping[str, str] | None = None) -> Configuration:
    """Return the configuration that `environment` (the process's own by default) describes.

    Raises Invalid, naming the setting, for a value that cannot be used.
    """
    env = os.environ if environment is None else environment
    defaults = Configuration(data_dir=default_data_dir())
    mode = _choice(env, "FINANCEHUB_MODE", DataMode, DataMode.LIVE)
    is_live = mode is DataMode.LIVE  # a market that is not real never touches the servers that hold the real one
    return Configuration(
        data_dir=_path(env, "FINANCEHUB_DATA_DIR") or defaults.data_dir,
        mode=mode,
        role=_choice(env, "FINANCEHUB_ROLE", Role, Role.ALL),
        database_url=env.get("FINANCEHUB_DATABASE_URL", "") if is_live else "",
        redis_url=env.get("FINANCEHUB_REDIS_URL", "") if is_live else "",
        allowed_hosts=_list(env, "FINANCEHUB_ALLOWED_HOSTS") or defaults.allowed_hosts,
        allowed_origins=_list(env, "FINANCEHUB_ALLOWED_ORIGINS"),
        trusted_proxies=_list(env, "FINANCEHUB_TRUSTED_PROXIES"),
        sources=_list(env, "FINANCEHUB_SOURCES"),
        is_debug=env.get("FINANCEHUB_DEBUG") == "1",
        is_behind_tls=env.get("FINANCEHUB_BEHIND_TLS") == "1",
        replay_file=_path(env, "FINANCEHUB_REPLAY_FILE"),
        replay_speed=_number(env, "FINANCEHUB_REPLAY_SPEED", 1.0, least=0.001, most=1000.0),
        simulator_seed=int(_number(env, "FINANCEHUB_SIMULATOR_SEED", 7, least=0, most=2**31)),
        simulator_port=int(_number(env, "FINANCEHUB_SIMULATOR_PORT", 0, least=0, most=65_535)),
        frontend_dir=_path(env, "FINANCEHUB_FRONTEND_DIR") or defaults.frontend_dir,
        record_dir=_path(env, "FINANCEHUB_RECORD_DIR"),
        logs_json=env.get("FINANCEHUB_LOGS_JSON") == "1",
    )


def _choice(env: Mapping[str, str], name: str, kind: type[Chosen], default: Chosen) -> Chosen:
    value = env.get(name, "")
    if not value:
        return default
    try:
        return kind(value)
    except ValueError:
        raise Invalid(f"{name} must be one of {', '.join(kind)}, was {value!r}", setting=name) from None


def _list(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name)
    return Path(value).expanduser().absolute() if value else None


def _number(env: Mapping[str, str], name: str, default: float, *, least: float, most: float) -> float:
    value = env.get(name, "")
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        raise Invalid(f"{name} must be a number, was {value!r}", setting=name) from None
    if not least <= number <= most:
        raise Invalid(f"{name} must be from {least:g} to {most:g}, was {value}", setting=name)
    return number
