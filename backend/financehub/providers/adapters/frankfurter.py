"""Frankfurter: the reference exchange rates of central banks, keyless, on business days only."""

from datetime import date

from msgspec import Struct
from msgspec.json import Decoder

from financehub.errors import BadPayload
from financehub.market.fx_rate import FxHistoryQuery, FxRate, FxRatesQuery
from financehub.market.instrument import AssetClass
from financehub.market.provenance import DelayClass
from financehub.providers.payload_reading import decode_payload, read_day, read_price
from financehub.providers.provider import Dataset, Endpoint, Fact, Limit, Provider, Request, Scope

_SOURCE = "Frankfurter"
_DOCS = "https://frankfurter.dev"
_VERIFIED_ON = date(2026, 10, 1)
_FX = frozenset({AssetClass.FX})


class LatestRates(Struct):
    amount: float
    base: str
    date: str
    rates: dict[str, float]


class RatesHistory(Struct):
    amount: float
    base: str
    start_date: str
    end_date: str
    rates: dict[str, dict[str, float]]


_LATEST = Decoder(LatestRates)
_HISTORY = Decoder(RatesHistory)


def _request_latest(query: FxRatesQuery) -> Request:
    return Request(path="/v1/latest", params=_params(query.base, query.quotes))


def _request_range(query: FxHistoryQuery) -> Request:
    return Request(path=f"/v1/{query.start.isoformat()}..{query.end.isoformat()}", params=_params(query.base, query.quotes))


def _params(base: str, quotes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name the base and, unless all are wanted, the others; a base among them would be refused."""
    others = [quote for quote in quotes if quote != base]
    return (("base", base), *((("symbols", ",".join(others)),) if others else ()))


def _parse_latest(payload: bytes, query: FxRatesQuery) -> list[FxRate]:
    """Read the fixing of the last business day."""
    body = decode_payload(_SOURCE, payload, _LATEST)
    _require_unit(body.amount, body.base, query.base)
    return _read_rates(query.base, read_day(_SOURCE, body.date), body.rates, query.quotes)


def _parse_range(payload: bytes, query: FxHistoryQuery) -> list[FxRate]:
    """Read the fixings by day, oldest first. The source may start a business day early: days outside the query are left out."""
    body = decode_payload(_SOURCE, payload, _HISTORY)
    _require_unit(body.amount, body.base, query.base)
    days = sorted((read_day(_SOURCE, text), rates) for text, rates in body.rates.items())
    return [
        rate
        for day, rates in days
        if query.start <= day <= query.end
        for rate in _read_rates(query.base, day, rates, query.quotes)
    ]


def _read_rates(base: str, day: date, rates: dict[str, float], quotes: tuple[str, ...]) -> list[FxRate]:
    return [
        FxRate(base=base, quote=quote, rate=read_price(_SOURCE, quote, rate), day=day)
        for quote, rate in sorted(rates.items())
        if not quotes or quote in quotes
    ]


def _require_unit(amount: float, base: str, wanted: str) -> None:
    """Raise BadPayload for rates of another base or of more than one unit."""
    if amount != 1 or base != wanted:
        raise BadPayload(f"Frankfurter sent rates of {amount} {base[:10]}, asked was 1 {wanted}", source=_SOURCE)


PROVIDER = Provider(
    id="frankfurter",
    name="Frankfurter",
    homepage=_DOCS,
    hosts={"rest": "https://api.frankfurter.dev"},
    probe=Request(path="/v1/latest", params=(("base", "EUR"), ("symbols", "USD"))),
    endpoints=(
        Endpoint(
            name="latest",
            dataset=Dataset.FX_RATES,
            asset_classes=_FX,
            delay_class=DelayClass.END_OF_DAY,
            unit="rate",
            request=_request_latest,
            parse=_parse_latest,
        ),
        Endpoint(
            name="range",
            dataset=Dataset.FX_HISTORY,
            asset_classes=_FX,
            delay_class=DelayClass.HISTORICAL,
            unit="rate",
            request=_request_range,
            parse=_parse_range,
        ),
    ),
    # The source states no limit; a rate by hand keeps us polite.
    limits=(Limit(calls=60, seconds=60, scope=Scope.IP, source_url=_DOCS, verified_on=_VERIFIED_ON),),
    facts=(
        Fact(text="No key and no stated limit; can be hosted by oneself.", source_url=_DOCS, verified_on=_VERIFIED_ON),
        Fact(text="Rates are fixed once a business day, about 16:00 CET.", source_url=_DOCS, verified_on=_VERIFIED_ON),
    ),
)
