from datetime import UTC, datetime, timedelta

import pytest

from financehub.errors import Invalid
from financehub.storage.document_store import Document, DocumentStore

pytestmark = pytest.mark.django_db
AS_OF = datetime(2026, 3, 2, 14, 30, 0, 123456, tzinfo=UTC)
FETCHED = AS_OF + timedelta(seconds=2)


def save(kind: str, key: str, payload: bytes = b"{}", fetched_at: datetime = FETCHED) -> None:
    DocumentStore().save_document(kind, key, payload, source="sec_edgar", as_of=AS_OF, fetched_at=fetched_at)


def test_document_comes_back_as_it_was_given() -> None:
    payload = bytes(range(256)) * 1000
    save("filings", "AAPL", payload)
    assert DocumentStore().load_document("filings", "AAPL") == Document(
        kind="filings", key="AAPL", payload=payload, source="sec_edgar", as_of=AS_OF, fetched_at=FETCHED
    )


def test_unknown_document_is_none() -> None:
    save("filings", "AAPL")
    assert DocumentStore().load_document("filings", "MSFT") is None
    assert DocumentStore().load_document("quotes", "AAPL") is None


def test_later_document_takes_the_place_of_the_earlier() -> None:
    save("filings", "AAPL", b"1")
    save("filings", "AAPL", b"2", FETCHED + timedelta(hours=1))
    found = DocumentStore().load_document("filings", "AAPL")
    assert found is not None
    assert (found.payload, found.fetched_at) == (b"2", FETCHED + timedelta(hours=1))
    assert DocumentStore().list_keys("filings") == ["AAPL"]


def test_keys_tell_case_and_accents_apart() -> None:
    for key, payload in (("a", b"1"), ("A", b"2"), ("ä", b"3")):
        save("filings", key, payload)
    found = [DocumentStore().load_document("filings", key) for key in ("a", "A", "ä")]
    assert [document and document.payload for document in found] == [b"1", b"2", b"3"]


def test_delete_says_whether_there_was_one() -> None:
    save("filings", "AAPL")
    save("quotes", "AAPL")
    assert DocumentStore().delete("filings", "AAPL") is True
    assert DocumentStore().delete("filings", "AAPL") is False
    assert DocumentStore().load_document("quotes", "AAPL") is not None


def test_keys_come_in_pages() -> None:
    for key in ("C", "A", "B", "D"):
        save("filings", key)
    save("quotes", "E")
    assert DocumentStore().list_keys("filings", limit=3) == ["A", "B", "C"]
    assert DocumentStore().list_keys("filings", after="C", limit=3) == ["D"]


def test_retention_removes_what_is_older_and_nothing_else() -> None:
    save("quotes", "old", fetched_at=FETCHED - timedelta(days=8))
    save("quotes", "new")
    save("filings", "old", fetched_at=FETCHED - timedelta(days=8))
    assert DocumentStore().delete_fetched_before("quotes", FETCHED - timedelta(days=7)) == 1
    assert DocumentStore().list_keys("quotes") == ["new"]
    assert DocumentStore().list_keys("filings") == ["old"]


@pytest.mark.parametrize(("kind", "key"), [("", "a"), ("a", ""), ("k" * 41, "a"), ("a", "k" * 201)])
def test_unusable_name_is_refused(kind: str, key: str) -> None:
    with pytest.raises(Invalid):
        save(kind, key)
