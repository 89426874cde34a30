"""What issuers file with their regulator."""

from datetime import date, datetime

from msgspec import Struct


class Filing(Struct, frozen=True, kw_only=True):
    """One document; `accession_number` is the regulator's key, `accepted_at` when it became public (None if not stated)."""

    symbol: str
    accession_number: str
    form: str
    filed_on: date
    accepted_at: datetime | None
    period_end: date | None
    title: str
    url: str


class FilingsQuery(Struct, frozen=True):
    """Ask for an issuer's filings, newest first."""

    symbol: str
