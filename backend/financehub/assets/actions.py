"""Change the catalogue; every call blocks and is all or nothing."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import connection, models, transaction
from msgspec import Struct

from financehub.assets import symbology
from financehub.assets.listing_merge import STARTER, ListingMerge, Refused, add_starter_facts, find_untraded_coin, starters_first
from financehub.assets.models import CatalogueInstrument, ProviderName
from financehub.assets.starter_catalogue import StarterInstrument, starter_catalogue
from financehub.market.instrument import ListedInstrument

_BATCH = 500


class ListingReport(Struct, frozen=True, kw_only=True):
    """What became of each listed instrument; `rejected` holds the source's name and the reason."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[str, str]] = []


def save_listing(provider_id: str, listed: Sequence[ListedInstrument]) -> ListingReport:
    """Merge a provider's listing, best known first, into the catalogue and say what became of each."""
    counts = {"created": 0, "updated": 0, "unchanged": 0}
    rejected: list[tuple[str, str]] = []
    with transaction.atomic():
        catalogue = {row.symbol: row for row in CatalogueInstrument.objects.select_for_update()}
        rows = ProviderName.objects.filter(provider_id=provider_id)
        merge = ListingMerge(provider_id, catalogue, dict(rows.values_list("instrument__symbol", "provider_symbol")))
        for item in starters_first(provider_id, listed):
            try:
                counts[merge.take(item)] += 1
            except Refused as refusal:
                rejected.append((item.provider_symbol, str(refusal)))
        _save_instruments(list(merge.changed.values()))
        _save_names(merge.new_names)
        _move_names(merge.merged)
        _save_search_columns({*merge.changed, *merge.new_names, *merge.merged.values()})
    return ListingReport(**counts, rejected=rejected)


def seed_catalogue(enabled_providers: Iterable[str]) -> ListingReport:
    """Add the starter instruments that an enabled provider covers; those of a venue come with the venue's own listing."""
    enabled = set(enabled_providers) - symbology.SELF_LISTING
    starters = [
        starter
        for starter in starter_catalogue().values()
        if any(symbology.covers(provider_id, starter.instrument) for provider_id in enabled)
    ]
    with transaction.atomic():
        known = {row.symbol: row for row in CatalogueInstrument.objects.select_for_update()}
        new = [_starter_row(starter) for starter in starters if starter.symbol not in known]
        _save_instruments(new)
        _save_names({row.symbol: starter_catalogue()[row.symbol].names for row in new})
        untraded = {row.symbol: find_untraded_coin(known, row) for row in new}
        _move_names({coin.symbol: symbol for symbol, coin in untraded.items() if coin is not None})
        _save_search_columns({row.symbol for row in new})
    return ListingReport(created=len(new), unchanged=len(starters) - len(new))


def _starter_row(starter: StarterInstrument) -> CatalogueInstrument:
    row = CatalogueInstrument(symbol=starter.symbol, asset_class=starter.asset_class, listed_by=STARTER)
    add_starter_facts(row, starter)
    return row


def _save_instruments(rows: list[CatalogueInstrument]) -> None:
    for row in rows:
        row.search_symbol = symbology.search_symbol(row.symbol)
        row.search_name = symbology.search_text(row.name)[:200]
    fields = [field.attname for field in CatalogueInstrument._meta.concrete_fields if field.attname not in {"id", "symbol"}]
    _upsert(CatalogueInstrument, rows, fields, ("symbol",))


def _save_names(names: Mapping[str, Mapping[str, str]]) -> None:
    ids = _ids_of(names)
    rows = [
        ProviderName(instrument_id=ids[symbol], provider_id=provider_id, provider_symbol=name, search_name=name.lower())
        for symbol, by_provider in names.items()
        if symbol in ids
        for provider_id, name in by_provider.items()
    ]
    _upsert(ProviderName, rows, ["provider_symbol", "search_name"], ("instrument", "provider_id"))


def _move_names(merged: Mapping[str, str]) -> None:
    """Hand the names of merged instruments, and their symbols, to those that they are merged into, and remove them."""
    for former, symbol in merged.items():
        target = CatalogueInstrument.objects.get(symbol=symbol)
        taken = target.provider_names.values_list("provider_id", flat=True)
        ProviderName.objects.filter(instrument__symbol=former).exclude(provider_id__in=list(taken)).update(instrument=target)
        CatalogueInstrument.objects.filter(symbol=former).delete()
        _save_names({symbol: {symbology.FORMER: former}})


def _save_search_columns(symbols: Iterable[str]) -> None:
    """Write every word of every name of the instruments into the column that is searched."""
    for part in _batches(sorted(symbols)):
        rows = list(CatalogueInstrument.objects.filter(symbol__in=part).prefetch_related("provider_names"))
        for row in rows:
            names = [row.symbol, row.name, row.isin, row.base, *(name.provider_symbol for name in row.provider_names.all())]
            row.search_words = "".join(f" {symbology.search_text(name)}" for name in dict.fromkeys(names) if name)
        _upsert(CatalogueInstrument, rows, ["search_words"], ("symbol",))


def _ids_of(symbols: Iterable[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for part in _batches(sorted(symbols)):
        ids.update(CatalogueInstrument.objects.filter(symbol__in=part).values_list("symbol", "pk"))
    return ids


def _batches(symbols: list[str]) -> Iterable[list[str]]:
    return (symbols[first : first + _BATCH] for first in range(0, len(symbols), _BATCH))


def _upsert(model: type[models.Model], rows: Sequence[models.Model], fields: list[str], key: tuple[str, ...]) -> None:
    """Insert the rows in batches, updating `fields` of those whose key is there."""
    unique = key if connection.features.supports_update_conflicts_with_target else None
    model._default_manager.bulk_create(rows, _BATCH, update_conflicts=True, update_fields=fields, unique_fields=unique)
