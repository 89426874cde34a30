"""What deploy/ starts and copies exists: the same four roles as containers and as units."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
ROLES = ("web", "stream", "worker", "scheduler")
UNITS = {path.stem.removeprefix("financehub-"): path.read_text() for path in (DEPLOY / "systemd").glob("*.service")}
COMPOSE = (DEPLOY / "compose.yaml").read_text()
COMMANDS = {path.stem for path in (ROOT / "backend" / "financehub").rglob("management/commands/*.py")} | {"migrate"}


def test_each_role_is_a_container_and_a_unit() -> None:
    assert set(UNITS) == set(ROLES)
    assert [role for role in ROLES if f"\n  {role}:\n" not in COMPOSE] == []


@pytest.mark.parametrize("text", [COMPOSE, *UNITS.values()], ids=["compose", *UNITS])
def test_every_management_command_exists(text: str) -> None:
    named = re.findall(r'manage\.py(?:", "| )(\w+)', text)
    assert named or "financehub up" in text
    assert set(named) <= COMMANDS


def test_the_image_copies_what_is_there_and_runs_as_a_user() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    sources = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert len(sources) >= 5
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert "\nUSER financehub\n" in text
    assert "--require-hashes" in text


def test_no_secret_has_a_default() -> None:
    settings = dict(line.split("=", 1) for line in (DEPLOY / "example.env").read_text().splitlines() if re.match(r"\w+=", line))
    assert [name for name in settings if re.search("PASSWORD|SECRET|KEY", name) and settings[name]] == []
