"""/api/assets: the catalogue: list, search, one."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from financehub.api.cursors import read_cursor, write_cursor
from financehub.api.entity_tags import tagged_json
from financehub.api.error_handlers import responses
from financehub.api.live_streams import SocketStream, streams_of
from financehub.api.reader_threads import read
from financehub.assets import queries
from financehub.market.instrument import AssetClass, Instrument

router = Router(tags=["assets"])


class AssetBody(BaseModel):
    """One instrument; `streams` are what a socket may subscribe to for it. Empty text means that no source said."""

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    venue: str
    base: str
    price_decimals: int
    isin: str
    sector: str
    country: str
    is_featured: bool
    streams: list[SocketStream]


class NamedAssetBody(AssetBody):
    """An instrument with what each source calls it, by source."""

    names: dict[str, str]


class AssetPage(BaseModel):
    data: list[AssetBody]
    next: str | None = Field(description="The cursor of the next page, to be sent as `after`; null on the last.")


class AssetsFound(BaseModel):
    data: list[AssetBody]


class AssetAnswer(BaseModel):
    data: NamedAssetBody


def asset_body(instrument: Instrument) -> dict[str, Any]:
    return {
        "symbol": instrument.symbol,
        "name": instrument.name,
        "asset_class": instrument.asset_class,
        "currency": instrument.currency,
        "venue": instrument.venue,
        "base": instrument.base,
        "price_decimals": instrument.price_decimals,
        "isin": instrument.isin,
        "sector": instrument.sector,
        "country": instrument.country,
        "is_featured": instrument.is_featured,
        "streams": streams_of(instrument.asset_class),
    }


@router.get("", response=responses(AssetPage), operation_id="list_assets", summary="List instruments")
async def list_assets(
    request: HttpRequest,
    asset_class: AssetClass | None = None,
    featured: bool | None = None,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> HttpResponse:
    """List the catalogue by symbol, a page at a time."""
    page = await read(
        queries.list_instruments,
        asset_class=asset_class,
        is_featured=featured,
        after=read_cursor(after) if after else None,
        limit=limit,
    )
    body = {
        "data": [asset_body(instrument) for instrument in page.instruments],
        "next": write_cursor(page.next) if page.next else None,
    }
    return tagged_json(request, body, identity=body)


@router.get("/search", response=responses(AssetsFound), operation_id="search_assets", summary="Search instruments")
async def search_assets(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=1, max_length=100, description="Part of a symbol, another name, a name or an ISIN.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> HttpResponse:
    """Find instruments by symbol, name or ISIN, the best match first."""
    found = await read(queries.search_instruments, q, limit=limit)
    body = {"data": [asset_body(instrument) for instrument in found]}
    return tagged_json(request, body, identity=body)


@router.get("/{symbol}", response=responses(AssetAnswer), operation_id="get_asset", summary="Show one instrument")
async def get_asset(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show an instrument by any of its names, with what each source calls it."""
    instrument, names = await read(_instrument_and_names, symbol)
    body = {"data": {**asset_body(instrument), "names": names}}
    return tagged_json(request, body, identity=body)


def _instrument_and_names(symbol: str) -> tuple[Instrument, dict[str, str]]:
    instrument = queries.get_instrument(symbol)
    return instrument, queries.provider_names(instrument.symbol)
