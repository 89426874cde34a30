"""The import contracts hold, and each refuses a violation planted in a copy of the tree."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2]

VIOLATIONS = {
    "a storey imports upwards": ("financehub/market/quote.py", "import financehub.api.health", "Storeys"),
    "strangers on one storey": ("financehub/consumers/fan_out.py", "import financehub.api.health", "Storeys"),
    "an undeclared package": ("financehub/attic/__init__.py", "", "Storeys"),
    "the cellar reaches django": ("financehub/market/bar.py", "import django", "The cellar"),
    "the cellar reaches redis through bus": ("financehub/simulator/__init__.py", "import financehub.bus", "The cellar"),
    "an adapter does I/O": ("financehub/providers/adapters/frankfurter.py", "import httpx", "Adapters do no I/O"),
    "an adapter knows another": (
        "financehub/providers/adapters/frankfurter.py",
        "import financehub.providers.adapters.coingecko",
        "Adapters are strangers",
    ),
    "the simulator knows the providers": (
        "financehub/simulator/__init__.py",
        "import financehub.providers.provider",
        "The simulator",
    ),
    "ninja outside api": ("financehub/storage/bar_store.py", "import ninja", "ninja only in api"),
    "channels outside consumers": ("financehub/streaming/trade_tape.py", "import channels", "channels only in consumers"),
    "dramatiq outside tasks": ("financehub/orchestration/backfill.py", "import dramatiq", "dramatiq only in tasks"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts of the tree in `folder`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", str(folder / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copied_tree(tmp_path: Path) -> Path:
    shutil.copy(BACKEND / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__", "*.json")
    shutil.copytree(BACKEND / "financehub", tmp_path / "financehub", ignore=ignored)
    return tmp_path


def test_contracts_hold(copied_tree: Path) -> None:
    result = lint(copied_tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", VIOLATIONS)
def test_violation_is_refused(copied_tree: Path, name: str) -> None:
    path, line, contract = VIOLATIONS[name]
    file = copied_tree / path
    file.parent.mkdir(exist_ok=True)
    file.write_text((file.read_text() if file.exists() else "") + f"\n{line}\n")
    result = lint(copied_tree)
    assert result.returncode == 1
    broken = [row for row in result.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(contract in row for row in broken), result.stdout
