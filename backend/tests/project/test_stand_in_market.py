import os
from pathlib import Path

import httpx
import pytest

from financehub import clock
from financehub.errors import BadRecording, Invalid
from financehub.project.configuration import Configuration, DataMode
from financehub.project.stand_in_market import market_environment

FRAME = '1723161253937085768 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161253900,"s":"BTCUSDT","t":1,"p":"61000.10000000",'
FRAME += '"q":"0.50000000","T":1723161253900,"m":false,"M":true}}\n'


def configuration(tmp_path: Path, mode: DataMode, **rest: object) -> Configuration:
    return Configuration(data_dir=tmp_path, mode=mode, **rest)  # type: ignore[arg-type]


def test_live_asks_the_world(tmp_path: Path) -> None:
    with market_environment(configuration(tmp_path, DataMode.LIVE)) as environment:
        assert environment is os.environ


def test_simulated_market_answers_where_its_settings_say(tmp_path: Path) -> None:
    before = clock.current_clock()
    with market_environment(configuration(tmp_path, DataMode.SIMULATED)) as environment:
        url = environment["FINANCEHUB_BINANCE_REST_URL"]
        assert httpx.get(f"{url}/api/v3/ping").json() == {}
        assert environment["FINANCEHUB_YAHOO_FINANCE_LIMIT_FACTOR"] == "1000"
        assert clock.current_clock() is before
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/api/v3/ping")


def test_replay_makes_the_recording_s_time_ours_and_gives_it_back(tmp_path: Path) -> None:
    file = tmp_path / "recording.txt"
    file.write_text(FRAME)
    before = clock.current_clock()
    with market_environment(configuration(tmp_path, DataMode.REPLAYED, replay_file=file)):
        assert clock.now().date().isoformat() == "2024-08-08"
    assert clock.current_clock() is before


def test_replay_without_a_recording_names_the_setting(tmp_path: Path) -> None:
    with (
        pytest.raises(Invalid, match="needs FINANCEHUB_REPLAY_FILE"),
        market_environment(configuration(tmp_path, DataMode.REPLAYED)),
    ):
        pass


def test_replay_of_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello\n")
    before = clock.current_clock()
    with (
        pytest.raises(BadRecording),
        market_environment(configuration(tmp_path, DataMode.REPLAYED, replay_file=tmp_path / "x")),
    ):
        pass
    assert clock.current_clock() is before
