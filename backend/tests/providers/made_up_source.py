"""A source made up for tests, and time that stands still."""

from datetime import date

from msgspec.json import Decoder

from financehub.errors import SourceError
from financehub.market.fx_rate import FxRatesQuery
from financehub.market.instrument import AssetClass
from financehub.market.provenance import DelayClass
from financehub.providers.payload_reading import decode_payload
from financehub.providers.provider import Dataset, Endpoint, KeyIn, KeyPlace, Limit, Provider, Request, Scope

CANARY = "canary-4f1d-secret"


class FakeTime:
    """Monotonic seconds that only pass while somebody sleeps; every sleep is noted."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += max(0.0, seconds)


_ROWS = Decoder(list[int])


def _parse(payload: bytes, _query: FxRatesQuery) -> list[int]:
    return decode_payload("Acme", payload, _ROWS)


def _next(payload: bytes, _query: FxRatesQuery, request: Request) -> Request | None:
    page = int(dict(request.params)["page"])
    return Request(path="/rows", params=(("page", str(page + 1)),)) if b"0" not in payload else None


def make_endpoint(*, max_pages: int = 50) -> Endpoint[FxRatesQuery, list[int]]:
    """An endpoint whose rows are numbers; a page with a 0 is the last."""
    return Endpoint(
        name="rows",
        dataset=Dataset.FX_RATES,
        asset_classes=frozenset({AssetClass.FX}),
        delay_class=DelayClass.LIVE,
        unit="rate",
        request=lambda query: Request(path="/rows", params=(("page", "1"),), cost=3),
        parse=_parse,
        next_request=_next,
        max_pages=max_pages,
    )


def make_limit(calls: int, seconds: int, used_header: str = "", remaining_header: str = "") -> Limit:
    return Limit(
        calls=calls,
        seconds=seconds,
        scope=Scope.IP,
        source_url="https://acme.example/limits",
        verified_on=date(2026, 1, 5),
        used_header=used_header,
        remaining_header=remaining_header,
    )


def make_provider(
    *,
    limits: tuple[Limit, ...] = (),
    key: KeyIn | None = None,
    headers: tuple[tuple[str, str], ...] = (),
    retired: str = "",
    refusal: SourceError | None = None,
) -> Provider:
    return Provider(
        id="acme",
        name="Acme",
        homepage="https://acme.example",
        hosts={"rest": "https://api.acme.example"},
        endpoints=(make_endpoint(),),
        limits=limits,
        key=key,
        headers=headers,
        retired=retired,
        refusal=(lambda status, _headers, _body: refusal if status == 400 else None) if refusal else None,
    )


QUERY_KEY = KeyIn(place=KeyPlace.QUERY, name="apikey")
HEADER_KEY = KeyIn(place=KeyPlace.HEADER, name="Authorization", prefix="Bearer ")
