"""Keep everything that is not bars: bytes under a kind and a key, with where and when they came from."""

from datetime import datetime

from django.db import connection, transaction
from msgspec import Struct

from financehub.errors import Invalid
from financehub.storage.models import StoredDocument
from financehub.storage.storage_rim import storage_rim

KIND_LENGTH = 40
KEY_LENGTH = 200


class Document(Struct, frozen=True, kw_only=True):
    """One stored document; times are aware, UTC."""

    kind: str
    key: str
    payload: bytes
    source: str
    as_of: datetime
    fetched_at: datetime


class DocumentStore:
    """Save and load documents in Django's database; every call blocks. Raises StorageUnusable when the database cannot be used."""

    def save_document(self, kind: str, key: str, payload: bytes, *, source: str, as_of: datetime, fetched_at: datetime) -> None:
        """Store `payload` under `kind` and `key` in place of what was there. Raises Invalid for a name that is empty or too long."""
        _check_name(kind, KIND_LENGTH)
        _check_name(key, KEY_LENGTH)
        with storage_rim(), transaction.atomic():
            StoredDocument.objects.bulk_create(
                [StoredDocument(kind=kind, key=key, payload=payload, source=source, as_of=as_of, fetched_at=fetched_at)],
                update_conflicts=True,
                update_fields=("payload", "source", "as_of", "fetched_at"),
                unique_fields=("kind", "key") if connection.features.supports_update_conflicts_with_target else (),
            )

    def load_document(self, kind: str, key: str) -> Document | None:
        with storage_rim():
            row = StoredDocument.objects.filter(kind=kind, key=key).first()
        if row is None:
            return None
        return Document(
            kind=row.kind, key=row.key, payload=bytes(row.payload), source=row.source, as_of=row.as_of, fetched_at=row.fetched_at
        )

    def delete(self, kind: str, key: str) -> bool:
        """Remove a document and return whether there was one."""
        with storage_rim():
            return StoredDocument.objects.filter(kind=kind, key=key).delete()[0] > 0

    def delete_fetched_before(self, kind: str, moment: datetime) -> int:
        """Remove the documents of `kind` fetched before `moment` and return how many there were."""
        with storage_rim():
            return StoredDocument.objects.filter(kind=kind, fetched_at__lt=moment).delete()[0]

    def list_keys(self, kind: str, after: str = "", limit: int = 100) -> list[str]:
        """Return at most `limit` keys of `kind` that sort after `after`, in order."""
        with storage_rim():
            rows = StoredDocument.objects.filter(kind=kind, key__gt=after).order_by("key")
            return list(rows.values_list("key", flat=True)[:limit])


def _check_name(name: str, length: int) -> None:
    if not 0 < len(name) <= length:
        raise Invalid(f"the name of a document has 1 to {length} characters, this has {len(name)}")
