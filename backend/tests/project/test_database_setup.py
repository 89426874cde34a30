import os
from pathlib import Path

import pytest

from financehub.errors import StorageUnusable
from financehub.project.database_setup import hold_data_dir, open_data_dir


def test_folder_is_made_and_left_clean(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "live"
    open_data_dir(folder)
    assert list(folder.iterdir()) == []


def test_unusable_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StorageUnusable) as caught:
        open_data_dir(tmp_path / "file" / "live")
    assert str(tmp_path / "file" / "live") in caught.value.message
    assert "set DATA_DIR to a folder you can write to" in caught.value.message
    assert (tmp_path / "file").read_text() == "mine"


def test_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    with (
        hold_data_dir(tmp_path),
        pytest.raises(StorageUnusable, match=f"another FinanceHub \\(process {os.getpid()}\\) is using"),
    ):
        hold_data_dir(tmp_path)
    hold_data_dir(tmp_path).close()
