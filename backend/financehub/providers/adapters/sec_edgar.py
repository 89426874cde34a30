"""SEC EDGAR: who files with the United States regulator, and what.

The listing names an issuer by ticker and puts its ten-digit CIK into `identifier`; filings are asked for by the CIK.
"""

from collections.abc import Mapping
from datetime import UTC, date, tzinfo

from msgspec import Struct
from msgspec.json import Decoder

from financehub.errors import BadPayload, KeyRejected, NotCovered, RateLimited, SourceError
from financehub.market.filing import Filing, FilingsQuery
from financehub.market.instrument import AssetClass, InstrumentsQuery, ListedInstrument
from financehub.market.provenance import DelayClass
from financehub.providers.payload_reading import decode_payload, find_zone, read_day, read_moment
from financehub.providers.provider import Dataset, Endpoint, Fact, Limit, Provider, Request, Scope

_SOURCE = "SEC EDGAR"
_ACCESS_URL = "https://www.sec.gov/about/webmaster-frequently-asked-questions#developers"
_API_URL = "https://www.sec.gov/search-filings/edgar-application-programming-interfaces"
_VERIFIED_ON = date(2026, 10, 1)
_EQUITY = frozenset({AssetClass.EQUITY})
_PENALTY_SECONDS = 600.0


class TickerRow(Struct):
    cik_str: int
    ticker: str
    title: str


class FilingColumns(Struct, rename="camel"):
    """Filings as parallel columns, newest first."""

    accession_number: list[str]
    filing_date: list[str]
    report_date: list[str]
    acceptance_date_time: list[str]
    form: list[str]
    primary_document: list[str]
    primary_doc_description: list[str]


class OlderFile(Struct):
    name: str


class Filings(Struct):
    recent: FilingColumns
    files: list[OlderFile]


class Submissions(Struct):
    filings: Filings


_TICKERS = Decoder(dict[str, TickerRow])
_SUBMISSIONS = Decoder(Submissions)
_OLDER = Decoder(FilingColumns)


def _read_refusal(status: int, _headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """Tell the pages by which the regulator refuses automated callers from a document that does not exist."""
    if status != 403:
        return None
    if b"Request Rate Threshold Exceeded" in body:
        text = "SEC EDGAR shuts us out for ten minutes: more than 10 requests a second"
        return RateLimited(text, retry_after=_PENALTY_SECONDS, source="sec_edgar")
    if b"Undeclared Automated Tool" in body:
        return KeyRejected(
            "SEC EDGAR does not accept our contact: set FINANCEHUB_CONTACT to a name and an address", source="sec_edgar"
        )
    return NotCovered("SEC EDGAR has no such document", source="sec_edgar", http_status=403)


def _request_tickers(_query: InstrumentsQuery) -> Request:
    return Request(path="/files/company_tickers.json", host="www")


def _parse_tickers(payload: bytes, _query: InstrumentsQuery) -> list[ListedInstrument]:
    """Read who is listed, the largest first; one issuer can have several tickers."""
    return [
        ListedInstrument(
            provider_symbol=row.ticker.upper(), name=row.title, asset_class=AssetClass.EQUITY, identifier=_pad(str(row.cik_str))
        )
        for row in decode_payload(_SOURCE, payload, _TICKERS).values()
    ]


def _pad(cik: str) -> str:
    return cik.zfill(10)


def _request_submissions(query: FilingsQuery) -> Request:
    """Ask by CIK. Raises NotCovered for anything that is none."""
    return Request(path=f"/submissions/CIK{_require_cik(query.symbol)}.json", host="data")


def _require_cik(symbol: str) -> str:
    if not (symbol.isascii() and symbol.isdigit() and len(symbol) <= 10):
        raise NotCovered(f"SEC EDGAR names issuers by CIK, and {symbol[:40]!r} is none", source="sec_edgar")
    return _pad(symbol)


def _is_first_page(payload: bytes) -> bool:
    """Return whether this is the issuer's own document; the files of older filings hold the columns only."""
    return b'"filings"' in payload


def _next_submissions(payload: bytes, _query: FilingsQuery, request: Request) -> Request | None:
    """Go on with the files of older filings, which the first page names."""
    names = request.follow
    if _is_first_page(payload):
        names = tuple(file.name for file in decode_payload(_SOURCE, payload, _SUBMISSIONS).filings.files)
    if not names:
        return None
    return Request(path=f"/submissions/{_require_file_name(names[0])}", host="data", follow=names[1:])


def _require_file_name(name: str) -> str:
    """Raise BadPayload for a name that would lead elsewhere."""
    if not name.replace("-", "").replace(".", "").isalnum() or not name.isascii():
        raise BadPayload(f"SEC EDGAR named a file {name[:60]!r}", source=_SOURCE)
    return name


def _parse_submissions(payload: bytes, query: FilingsQuery) -> list[Filing]:
    """Read the filings of one page, newest first."""
    if _is_first_page(payload):
        columns = decode_payload(_SOURCE, payload, _SUBMISSIONS).filings.recent
    else:
        columns = decode_payload(_SOURCE, payload, _OLDER)
    try:
        rows = list(
            zip(
                columns.accession_number,
                columns.filing_date,
                columns.report_date,
                columns.acceptance_date_time,
                columns.form,
                columns.primary_document,
                columns.primary_doc_description,
                strict=True,
            )
        )
    except ValueError:
        raise BadPayload("SEC EDGAR sent columns of different lengths", source=_SOURCE) from None
    zone = _zone_of(columns.acceptance_date_time)
    return [_read_filing(query.symbol, row, zone) for row in rows]


def _zone_of(stamps: list[str]) -> tzinfo:
    """Return the zone in which a page states its times, all of them with a Z.

    Of pages fetched on one day some hold UTC and some hold New York time under the same Z. EDGAR takes filings from 6 to 22 o'clock in
    New York, so an hour at which it sleeps betrays the other reading; the many decide, and the label where none can.
    """
    hours = [int(stamp[11:13]) for stamp in stamps if stamp[11:13].isdecimal()]
    says_utc = sum(hour < 6 or hour == 23 for hour in hours)
    says_new_york = sum(6 <= hour < 10 for hour in hours)
    new_york = find_zone("America/New_York")
    return new_york if new_york and says_new_york > says_utc else UTC


def _read_filing(symbol: str, row: tuple[str, str, str, str, str, str, str], zone: tzinfo) -> Filing:
    accession, filed, period, accepted, form, document, description = row
    return Filing(
        symbol=symbol,
        accession_number=accession,
        form=form,
        filed_on=read_day(_SOURCE, filed),
        accepted_at=read_moment(_SOURCE, accepted).replace(tzinfo=zone).astimezone(UTC) if accepted else None,
        period_end=read_day(_SOURCE, period) if period else None,
        title=description or form,
        url=_document_url(symbol, accession, document),
    )


def _document_url(symbol: str, accession: str, document: str) -> str:
    """Return where a person reads the filing; its folder where no main document is named (filings on paper)."""
    if not accession.replace("-", "").isdigit():
        raise BadPayload(f"SEC EDGAR sent an accession number {accession[:40]!r}", source=_SOURCE)
    folder = f"https://www.sec.gov/Archives/edgar/data/{int(_require_cik(symbol))}/{accession.replace('-', '')}"
    return f"{folder}/{document}"


PROVIDER = Provider(
    id="sec_edgar",
    name="SEC EDGAR",
    homepage="https://www.sec.gov/search-filings",
    hosts={"data": "https://data.sec.gov", "www": "https://www.sec.gov"},
    refusal=_read_refusal,
    probe=Request(path="/api/xbrl/companyconcept/CIK0000320193/dei/EntityCommonStockSharesOutstanding.json", host="data"),
    headers=(("User-Agent", "FinanceHub {contact}"),),
    endpoints=(
        Endpoint(
            name="tickers",
            dataset=Dataset.INSTRUMENTS,
            asset_classes=_EQUITY,
            delay_class=DelayClass.END_OF_DAY,
            unit="instrument",
            request=_request_tickers,
            parse=_parse_tickers,
        ),
        Endpoint(
            name="submissions",
            dataset=Dataset.FILINGS,
            asset_classes=_EQUITY,
            delay_class=DelayClass.LIVE,
            unit="filing",
            request=_request_submissions,
            parse=_parse_submissions,
            next_request=_next_submissions,
            # About 1,000 filings on the first page and up to 2,000 on each further one; banks have filed more than 100 pages.
            max_pages=4,
        ),
    ),
    limits=(Limit(calls=10, seconds=1, scope=Scope.ACCOUNT, source_url=_ACCESS_URL, verified_on=_VERIFIED_ON),),
    facts=(
        Fact(
            text="At most 10 requests a second in all, whatever the machines; beyond it ten minutes without an answer.",
            source_url=_ACCESS_URL,
            verified_on=_VERIFIED_ON,
        ),
        Fact(
            text="Every caller names itself: User-Agent with a name and an address.",
            source_url=_ACCESS_URL,
            verified_on=_VERIFIED_ON,
        ),
        Fact(
            text="Submissions are updated through the day as filings are accepted.", source_url=_API_URL, verified_on=_VERIFIED_ON
        ),
    ),
)
