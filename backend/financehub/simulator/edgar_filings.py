"""SEC EDGAR's tickers and submissions: the shares of the seeded market, reporting each quarter."""

from datetime import date, timedelta
from typing import Any

from financehub.clock import Clock, from_ns
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.sessions import day_of
from financehub.simulator.universe import SimulatedInstrument
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response

_DENIED = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
_MISSING = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
)
_DAYS_TO_THE_REPORT = 2
_EXCHANGES = {"NMS": "Nasdaq", "NYQ": "NYSE"}
_ANNUAL_MONTH = 1


class EdgarFilings:
    """Answer with what had been filed by the clock's time; who does not say who they are is refused."""

    def __init__(self, market: SeededMarket, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._filers = {each.cik: each for each in market.instruments.values() if each.cik}

    def answer(self, request: WireRequest) -> WireResponse:
        """Return what EDGAR would say to `request`."""
        if "@" not in request.headers.get("user-agent", ""):
            return WireResponse(status=403, body=_DENIED, content_type="application/xml")
        match request.path.strip("/").split("/"):
            case ["files", "company_tickers.json"]:
                return json_response(self._tickers())
            case ["submissions", name] if (filer := self._filer(name.removesuffix(".json"))) is not None:
                return json_response(self._submissions(filer))
            case ["api", "xbrl", "companyconcept", name, taxonomy, tag] if (filer := self._filer(name)) is not None:
                names = {"taxonomy": taxonomy, "tag": tag.removesuffix(".json"), "label": None, "description": None}
                return json_response({"cik": filer.cik, **names, "entityName": filer.name, "units": {}})
            case _:
                return WireResponse(status=404, body=_MISSING, content_type="application/xml")

    def _filer(self, name: str) -> SimulatedInstrument | None:
        digits = name.removeprefix("CIK")
        return self._filers.get(int(digits)) if digits.isdigit() and len(digits) == 10 else None

    def _tickers(self) -> dict[str, Any]:
        return {
            str(place): {"cik_str": each.cik, "ticker": each.yahoo, "title": each.name}
            for place, each in enumerate(self._filers.values())
        }

    def _submissions(self, filer: SimulatedInstrument) -> dict[str, Any]:
        return {
            "cik": f"{filer.cik:010d}",
            "entityType": "operating",
            "sic": "",
            "sicDescription": filer.sector,
            "name": filer.name,
            "tickers": [filer.yahoo],
            "exchanges": [_EXCHANGES[filer.exchange]],
            "category": "Large accelerated filer",
            "fiscalYearEnd": "1231",
            "formerNames": [],
            "filings": {"recent": self._columns(filer), "files": []},
        }

    def _columns(self, filer: SimulatedInstrument) -> dict[str, list[Any]]:
        """Return the filings so far, newest first, column by column."""
        now = from_ns(self._clock.now_ns())
        rows = [row for row in self._rows(filer) if row["acceptanceDateTime"] <= now.strftime("%Y-%m-%dT%H:%M:%S.000Z")]
        names = list(_row(filer, 0, "8-K", filed=date.min, period=date.min))
        return {name: [row[name] for row in reversed(rows)] for name in names}

    def _rows(self, filer: SimulatedInstrument) -> list[dict[str, Any]]:
        """Return all filings, oldest first: results as they come out, the report two days later."""
        path, rows = self._market.path(filer.symbol), list[dict[str, Any]]()
        for index in sorted(path.earnings):
            day = day_of(int(path.calendar.days[index]))
            quarter_end = day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1) - timedelta(days=1)
            form = "10-K" if day.month == _ANNUAL_MONTH else "10-Q"
            rows.append(_row(filer, len(rows), "8-K", filed=day, period=day))
            later = path.calendar.days[min(index + _DAYS_TO_THE_REPORT, path.calendar.days.size - 1)]
            rows.append(_row(filer, len(rows), form, filed=day_of(int(later)), period=quarter_end))
        return rows


def _row(filer: SimulatedInstrument, number: int, form: str, *, filed: date, period: date) -> dict[str, Any]:
    ticker = filer.yahoo.lower()
    return {
        "accessionNumber": f"{filer.cik:010d}-{filed.year % 100:02d}-{number + 1:06d}",
        "filingDate": filed.isoformat(),
        "reportDate": period.isoformat(),
        "acceptanceDateTime": f"{filed.isoformat()}T21:05:{number % 60:02d}.000Z",
        "act": "34",
        "form": form,
        "fileNumber": f"001-{filer.cik % 100_000:05d}",
        "filmNumber": "",
        "items": "2.02,9.01" if form == "8-K" else "",
        "core_type": form,
        "size": 200_000 if form == "8-K" else 9_000_000,
        "isXBRL": 1,
        "isInlineXBRL": 1,
        "primaryDocument": f"{ticker}-{filed:%Y%m%d}.htm",
        "primaryDocDescription": form,
    }
