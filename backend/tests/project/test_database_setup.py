import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from financehub.accounts.actions import create_owner
from financehub.accounts.queries import find_owner
from financehub.assets.actions import seed_catalogue
from financehub.assets.queries import list_instruments
from financehub.errors import StorageUnusable
from financehub.project.database_setup import forget_market, hold_data_dir, open_data_dir
from financehub.providers.registry import load_providers
from financehub.storage.document_store import DocumentStore

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)


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


@pytest.mark.django_db
def test_forgetting_the_market_keeps_the_accounts() -> None:
    owner = create_owner()
    seed_catalogue(load_providers())
    DocumentStore().save_document("k", "x", b"{}", source="binance", as_of=MOMENT, fetched_at=MOMENT)
    forget_market()
    assert find_owner() == owner
    assert list_instruments().instruments == []
    assert DocumentStore().load_document("k", "x") is None
