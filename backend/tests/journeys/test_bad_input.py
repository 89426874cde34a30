"""Each wrong input at each door: a clear error, nothing lost, never a 500."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from servers.product_server import ProductServer, run_command, serving

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductServer]:
    with serving(tmp_path_factory.mktemp("demo"), "demo", mode="simulated") as server:
        yield server


@pytest.fixture(scope="module")
def client(product: ProductServer) -> Iterator[httpx.Client]:
    with product.sign_in() as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "code", "words"),
    [
        ("/api/quotes/NOSUCH", 404, "not_found", "NOSUCH"),
        ("/api/bars/BTCUSDT?interval=7m", 422, "invalid", "1m, 5m, 15m, 1h, 1d, 1w"),
        ("/api/bars/BTCUSDT?interval=1d&from=2024-02-01&to=2024-01-01", 422, "invalid", "2024-02-01"),
        ("/api/bars/BTCUSDT?interval=1d&from=2999-01-01", 422, "invalid", "2999"),
        ("/api/bars/BTCUSDT?interval=1d&from=yesterday", 422, "invalid", "yesterday"),
        ("/api/bars/BTCUSDT?interval=1d&limit=0", 422, "invalid", "limit"),
        ("/api/quotes?symbols=", 422, "invalid", "symbols"),
        ("/api/fx/XXX", 404, "not_found", "XXX"),
        ("/api/assets?after=garbage", 422, "invalid", "garbage"),
        ("/api/nothing/here", 404, "not_found", "/api/nothing/here"),
    ],
)
def test_wrong_question_gets_a_typed_answer(client: httpx.Client, path: str, status: int, code: str, words: str) -> None:
    answer = client.get(path)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert words in body["message"] + str(body["facts"])
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_ten_megabytes_are_refused(client: httpx.Client) -> None:
    answer = client.post("/api/auth/password", content=b"x" * 10_000_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_wrong_json_is_refused_with_its_place(client: httpx.Client) -> None:
    answer = client.post("/api/auth/password", content=b'{"new_password": ', headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("token", ["x", "garbage", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
def test_token_that_is_not_ours_is_refused(product: ProductServer, token: str) -> None:
    answer = httpx.get(f"{product.address}/api/quotes/BTCUSDT", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_foreign_host_name_is_refused(product: ProductServer) -> None:
    assert httpx.get(f"{product.address}/api/health", headers={"Host": "evil.example"}).status_code == 400


def test_occupied_data_folder_names_the_holder(product: ProductServer) -> None:
    said = run_command(product.data_dir, "demo", "--port", "0x1")
    assert said.returncode == 2
    said = run_command(product.data_dir, "demo", "--port", "18000")
    assert said.returncode == 1
    assert f"another FinanceHub (process {product.process.pid}) is using" in said.stderr
    assert "Traceback" not in said.stderr


def test_port_in_use_is_named(product: ProductServer, tmp_path: Path) -> None:
    port = product.address.rsplit(":", 1)[1]
    said = run_command(tmp_path, "demo", "--port", port)
    assert said.returncode == 1
    assert said.stderr.startswith(f"error: cannot listen on 127.0.0.1:{port}: Address already in use; choose another port")


def test_unusable_data_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    said = run_command(tmp_path / "file", "demo", "--port", "18001")
    assert said.returncode == 1
    assert f"cannot write to the data folder {tmp_path / 'file'}" in said.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_foreign_database_is_named_and_kept(tmp_path: Path) -> None:
    database = tmp_path / "simulated" / "financehub.sqlite3"
    database.parent.mkdir()
    database.write_bytes(b"this is not a database, it is a diary" * 100)
    said = run_command(tmp_path, "demo", "--port", "18002")
    assert said.returncode == 1
    assert f"cannot use the database {database}: file is not a database" in said.stderr
    assert database.read_bytes() == b"this is not a database, it is a diary" * 100


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "holds no frames"),
        (b"hello\n", "line 1"),
        (b'1723161253937085768 {"stream":"btcusdt@trade","data":{\n', "line 1"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
    ],
)
def test_corrupt_recording_is_named_with_its_line(tmp_path: Path, body: bytes, words: str) -> None:
    file = tmp_path / ("recording.gz" if body.startswith(b"\x1f") else "recording.txt")
    file.write_bytes(body)
    said = run_command(tmp_path / "data", "replay", str(file), "--port", "18003")
    assert said.returncode == 1
    assert said.stderr.startswith("error: ")
    assert file.name in said.stderr
    assert words in said.stderr


def test_missing_recording_is_named(tmp_path: Path) -> None:
    said = run_command(tmp_path, "replay", str(tmp_path / "none.gz"), "--port", "18004")
    assert said.returncode == 1
    assert "none.gz cannot be read: No such file or directory" in said.stderr


def test_interrupt_ends_everything_at_once(tmp_path: Path) -> None:
    with serving(tmp_path, "demo", mode="simulated") as server:
        status, seconds = server.interrupt()
    assert status == 0
    assert seconds < 5
    assert "Traceback" not in (tmp_path / "server.log").read_text()
