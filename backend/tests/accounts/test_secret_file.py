"""Secrets: made once, whole, for their owner's eyes."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from financehub.accounts import secret_file
from financehub.accounts.secret_file import read_or_create_secret
from financehub.errors import StorageUnusable


def test_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    secret = read_or_create_secret(path, "NO_SUCH_SETTING")
    assert len(secret) == 86
    assert read_or_create_secret(path, "NO_SUCH_SETTING") == secret == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret"]
    assert read_or_create_secret(tmp_path / "other", "NO_SUCH_SETTING") != secret


def test_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SETTING", "from outside")
    assert read_or_create_secret(tmp_path / "secret", "A_SETTING") == "from outside"
    assert not (tmp_path / "secret").exists()


def test_all_who_start_at_once_use_one_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start, create = Barrier(8), secret_file._create
    monkeypatch.setattr(secret_file, "_create", lambda path: (start.wait(), create(path)))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: read_or_create_secret(tmp_path / "secret", "NO_SUCH_SETTING"), range(8)))
    assert found == {(tmp_path / "secret").read_text()}
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: str, target: Path) -> None:
        raise PermissionError("not supported")

    monkeypatch.setattr(os, "link", refuse)
    secret = read_or_create_secret(tmp_path / "secret", "NO_SUCH_SETTING")
    assert secret == (tmp_path / "secret").read_text()
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


def test_unusable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageUnusable, match=str(tmp_path / "file")):
        read_or_create_secret(tmp_path / "file" / "secret", "NO_SUCH_SETTING")


def test_empty_file_is_not_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(StorageUnusable, match="is empty"):
        read_or_create_secret(tmp_path / "secret", "NO_SUCH_SETTING")
