from pathlib import Path

import pytest

from financehub.errors import Invalid
from financehub.market.provenance import DelayClass
from financehub.project.configuration import Configuration, DataMode, Role, default_data_dir, read_configuration


def test_defaults_need_no_setting() -> None:
    configuration = read_configuration({})
    assert configuration == Configuration(data_dir=default_data_dir())
    assert configuration.mode_dir == default_data_dir() / "live"
    assert (configuration.mode, configuration.role) == (DataMode.LIVE, Role.ALL)


def test_every_setting_is_read() -> None:
    configuration = read_configuration(
        {
            "FINANCEHUB_DATA_DIR": "/var/lib/fh",
            "FINANCEHUB_MODE": "live",
            "FINANCEHUB_ROLE": "web",
            "FINANCEHUB_DATABASE_URL": "postgresql://u@h/d",
            "FINANCEHUB_REDIS_URL": "redis://h",
            "FINANCEHUB_ALLOWED_HOSTS": "a.example, b.example,",
            "FINANCEHUB_ALLOWED_ORIGINS": "https://a.example",
            "FINANCEHUB_TRUSTED_PROXIES": "10.0.0.1",
            "FINANCEHUB_SOURCES": "binance,yahoo_finance",
            "FINANCEHUB_DEBUG": "1",
            "FINANCEHUB_BEHIND_TLS": "1",
            "FINANCEHUB_REPLAY_FILE": "/r.gz",
            "FINANCEHUB_REPLAY_SPEED": "20",
            "FINANCEHUB_SIMULATOR_SEED": "42",
            "FINANCEHUB_SIMULATOR_PORT": "9000",
            "FINANCEHUB_FRONTEND_DIR": "/app/out",
            "FINANCEHUB_RECORD_DIR": "/rec",
            "FINANCEHUB_LOGS_JSON": "1",
        }
    )
    assert configuration == Configuration(
        data_dir=Path("/var/lib/fh"),
        mode=DataMode.LIVE,
        role=Role.WEB,
        database_url="postgresql://u@h/d",
        redis_url="redis://h",
        allowed_hosts=("a.example", "b.example"),
        allowed_origins=("https://a.example",),
        trusted_proxies=("10.0.0.1",),
        sources=("binance", "yahoo_finance"),
        is_debug=True,
        is_behind_tls=True,
        replay_file=Path("/r.gz"),
        replay_speed=20.0,
        simulator_seed=42,
        simulator_port=9000,
        frontend_dir=Path("/app/out"),
        record_dir=Path("/rec"),
        logs_json=True,
    )


@pytest.mark.parametrize(
    ("environment", "setting", "words"),
    [
        ({"FINANCEHUB_MODE": "dream"}, "FINANCEHUB_MODE", "must be one of live, simulated, replayed, was 'dream'"),
        ({"FINANCEHUB_ROLE": "king"}, "FINANCEHUB_ROLE", "must be one of all, web, was 'king'"),
        ({"FINANCEHUB_REPLAY_SPEED": "fast"}, "FINANCEHUB_REPLAY_SPEED", "must be a number, was 'fast'"),
        ({"FINANCEHUB_REPLAY_SPEED": "nan"}, "FINANCEHUB_REPLAY_SPEED", "must be from 0.001 to 1000, was nan"),
        ({"FINANCEHUB_REPLAY_SPEED": "0"}, "FINANCEHUB_REPLAY_SPEED", "must be from 0.001 to 1000, was 0"),
        ({"FINANCEHUB_SIMULATOR_SEED": "-1"}, "FINANCEHUB_SIMULATOR_SEED", "was -1"),
    ],
)
def test_a_bad_setting_is_named(environment: dict[str, str], setting: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_configuration(environment)
    assert caught.value.facts == {"setting": setting}
    assert words in caught.value.message


def test_only_unreal_markets_override_the_delay_class() -> None:
    assert [mode.delay_class for mode in DataMode] == [None, DelayClass.SIMULATED, DelayClass.REPLAYED]


@pytest.mark.parametrize("mode", ["simulated", "replayed"])
def test_a_market_that_is_not_real_never_touches_the_servers_of_the_real_one(mode: str) -> None:
    servers = {"FINANCEHUB_DATABASE_URL": "postgresql://u@h/d", "FINANCEHUB_REDIS_URL": "redis://h"}
    configuration = read_configuration({"FINANCEHUB_MODE": mode, **servers})
    assert (configuration.database_url, configuration.redis_url) == ("", "")
    assert configuration.mode_dir.name == mode
