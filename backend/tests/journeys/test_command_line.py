"""The command line as a person uses it, on the simulated market: no server runs beside it."""

import json
from pathlib import Path

import pytest
from servers.product_server import run_command

from financehub import __version__

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("command_line")]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("command-line")


def test_quote_as_json_has_a_row_or_a_reason_for_each_name(data_dir: Path) -> None:
    said = run_command(data_dir, "quote", "AAPL", "bitcoin", "EURUSD", "NOSUCH", "--json", "--mode", "simulated")
    body = json.loads(said.stdout)
    assert said.returncode == 1
    assert [row["symbol"] for row in body["data"]] == ["AAPL", "BTCUSDT", "EURUSD"]
    assert {row["delay_class"] for row in body["data"]} == {"simulated"}
    assert all(row["price"] > 0 and row["source"] and row["as_of"].endswith("+00:00") for row in body["data"])
    assert [(row["symbol"], row["code"]) for row in body["failures"]] == [("NOSUCH", "not_found")]


def test_quote_as_table_names_source_and_delay(data_dir: Path) -> None:
    said = run_command(data_dir, "quote", "BTC-USD", "--mode", "simulated", COLUMNS="200")
    header, row = said.stdout.splitlines()[:2]
    assert said.returncode == 0
    assert header.split() == ["symbol", "price", "currency", "change", "%", "as", "of", "age", "s", "source"]
    assert row.split()[0] == "BTCUSDT"
    assert row.rstrip().endswith("binance (simulated)")


def test_quote_with_no_source_in_reach_says_what_was_tried(data_dir: Path) -> None:
    nobody = "http://127.0.0.1:9"
    sources = ("BINANCE_REST", "YAHOO_FINANCE_REST", "COINGECKO_REST", "FRANKFURTER_REST")
    settings = {f"FINANCEHUB_{source}_URL": nobody for source in sources}
    said = run_command(data_dir, "quote", "AAPL", **settings)
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.startswith("AAPL: ")
    assert "Traceback" not in said.stderr


def test_backfill_reports_and_resumes(data_dir: Path) -> None:
    arguments = ("backfill", "BTCUSDT", "--interval", "1d", "--from", "2024-01-01", "--to", "2024-01-31", "--mode", "simulated")
    first = run_command(data_dir, *arguments)
    assert (first.returncode, first.stdout) == (0, "BTCUSDT: 30 written, 0 changed, 0 unchanged, 0 rejected, 1 of 1 slices\n")
    again = run_command(data_dir, *arguments)
    assert (again.returncode, again.stdout) == (0, "BTCUSDT: 0 written, 0 changed, 0 unchanged, 0 rejected, 0 of 0 slices\n")


def test_backfill_of_an_unknown_name_says_so_and_does_the_rest(data_dir: Path) -> None:
    said = run_command(
        data_dir, "backfill", "NOSUCH", "AAPL", "--from", "2024-03-04", "--to", "2024-03-09", "--mode", "simulated"
    )
    assert said.returncode == 1
    assert "AAPL: 5 written" in said.stdout
    assert "NOSUCH" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "yesterday"), "--from must be a day or moment like 2024-01-31"),
        (("--from", "2999-01-01"), "--from 2999-01-01T00:00:00+00:00 lies in the future"),
        (("--from", "2024-02-01", "--to", "2024-01-01"), "must be before --to 2024-01-01T00:00:00+00:00"),
    ],
)
def test_backfill_refuses_a_wrong_range(data_dir: Path, arguments: tuple[str, ...], words: str) -> None:
    said = run_command(data_dir, "backfill", "BTCUSDT", *arguments)
    assert said.returncode == 1
    assert words in said.stderr


def test_unknown_interval_lists_those_there_are(data_dir: Path) -> None:
    said = run_command(data_dir, "backfill", "BTCUSDT", "--interval", "7m", "--from", "2024-01-01", COLUMNS="200")
    assert said.returncode == 2
    assert "'1m', '5m', '15m', '1h', '1d', '1w'" in said.stderr


def test_doctor_is_content_with_a_machine_without_network(data_dir: Path) -> None:
    said = run_command(data_dir, "doctor", "--port", "18100")
    lines = said.stdout.splitlines()
    assert any(line.startswith("ok     Python") for line in lines)
    assert any(line.startswith("ok     database") for line in lines)
    assert any(line.startswith(("note   source binance", "ok     source binance")) for line in lines)
    assert any("key coingecko" in line for line in lines)


def test_doctor_fails_on_a_folder_it_cannot_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    said = run_command(tmp_path / "file", "doctor", "--port", "18101")
    assert said.returncode == 1
    assert "wrong  database" in said.stdout


def test_link_works_without_a_server(data_dir: Path) -> None:
    said = run_command(data_dir, "link", "--mode", "simulated", "--address", "http://hub.example")
    assert said.returncode == 0
    assert said.stdout.startswith("http://hub.example/sign-in#token=")


def test_version_and_help(data_dir: Path) -> None:
    assert run_command(data_dir, "--version").stdout == f"financehub {__version__}\n"
    shown = run_command(data_dir, "--help").stdout
    assert all(command in shown for command in ("up", "demo", "replay", "backfill", "quote", "doctor", "link"))
