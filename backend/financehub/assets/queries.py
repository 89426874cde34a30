"""Read the catalogue; every call blocks."""

from collections.abc import Collection
from difflib import get_close_matches

from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Sign, StrIndex
from msgspec import Struct

from financehub.assets import symbology
from financehub.assets.models import CatalogueInstrument, ProviderName
from financehub.errors import Invalid, NotFound
from financehub.market.instrument import AssetClass, Instrument

SUGGESTIONS = 3
_SUGGESTION_POOL = 200
_KEYS_AT_ONCE = 500


class Page(Struct, frozen=True, kw_only=True):
    """Some instruments by symbol; `next` is the symbol to go on after, None on the last page."""

    instruments: list[Instrument]
    next: str | None


def as_instrument(row: CatalogueInstrument) -> Instrument:
    return Instrument(
        symbol=row.symbol,
        name=row.name or (f"{row.base} / {row.currency}" if row.base else row.symbol),
        asset_class=AssetClass(row.asset_class),
        currency=row.currency,
        venue=row.venue,
        base=row.base,
        price_decimals=row.price_decimals,
        isin=row.isin,
        sector=row.sector,
        country=row.country,
        is_featured=row.is_featured,
    )


def find_instrument(name: str) -> Instrument | None:
    """Return the instrument that goes by `name` here or at any provider, without regard to case. Raises Invalid for an unusable name."""
    row = _find_row(symbology.check_name(name))
    return as_instrument(row) if row else None


def _find_row(name: str) -> CatalogueInstrument | None:
    symbols = symbology.candidate_symbols(name)
    found = {
        row.symbol: row for row in CatalogueInstrument.objects.filter(Q(symbol__in=symbols) | Q(isin=name.upper(), isin__gt=""))
    }
    if symbols[0] in found:
        return found[symbols[0]]
    by_isin = next((row for row in found.values() if row.isin == name.upper()), None)
    return by_isin or _find_by_provider_name(name) or next((found[symbol] for symbol in symbols if symbol in found), None)


def _find_by_provider_name(name: str) -> CatalogueInstrument | None:
    rows = ProviderName.objects.filter(search_name=name.lower()).select_related("instrument")
    best = rows.order_by("-instrument__is_featured", "instrument__rank").first()
    return best.instrument if best else None


def get_instrument(name: str) -> Instrument:
    """Return the instrument that goes by `name`. Raises NotFound with up to three similar symbols in `suggestions`."""
    found = find_instrument(name)
    if found is not None:
        return found
    suggestions = _suggest(symbology.check_name(name))
    hint = f": did you mean {', '.join(suggestions)}?" if suggestions else ""
    raise NotFound(f"There is no instrument {name.strip()!r}{hint}", symbol=name.strip(), suggestions=suggestions)


def _suggest(name: str) -> list[str]:
    """Return symbols that contain `name`, else those that are spelled nearly like it."""
    found = [instrument.symbol for instrument in search_instruments(name, SUGGESTIONS)]
    key = symbology.search_symbol(name)
    if found or not key:
        return found
    pool = dict(_starting_with("search_symbol", key[0]).values_list("search_symbol", "symbol")[:_SUGGESTION_POOL])
    return [pool[match] for match in get_close_matches(key, pool, SUGGESTIONS, 0.6)]


def search_instruments(text: str, limit: int = 20) -> list[Instrument]:
    """Return what `text` may mean: exact names first, then beginnings of symbols and names, then of words, then any part.

    Within each of these the featured come first, then the better known. Raises Invalid for an unusable text.
    """
    name = symbology.check_name(text)
    exact = _find_row(name)
    found = {exact.symbol: exact} if exact else {}
    for rows in _search_tiers(name):
        if len(found) >= limit:
            break
        for row in rows[: limit + len(found)]:
            found.setdefault(row.symbol, row)
    return [as_instrument(row) for row in list(found.values())[:limit]]


def _search_tiers(name: str) -> list[QuerySet[CatalogueInstrument]]:
    """Return unevaluated queries, the best matches first; only the last looks at every row, and it does so once."""
    key, words = symbology.search_symbol(name), symbology.search_text(name)
    if not key:
        return []
    in_a_word = StrIndex("search_words", Value(words))
    begins_a_word = Sign(StrIndex("search_words", Value(f" {words}")))
    anywhere = CatalogueInstrument.objects.annotate(place=in_a_word).filter(place__gt=0)
    return [
        _starting_with("search_symbol", key),
        _starting_with("search_name", words),
        anywhere.order_by(begins_a_word.desc(), "-is_featured", "rank"),
    ]


def _starting_with(column: str, text: str) -> QuerySet[CatalogueInstrument]:
    """Return the rows whose column starts with `text`, by index.

    SQLite's LIKE cannot use an index that tells upper from lower case, a range can; PostgreSQL's order may differ from the bytes',
    its LIKE has an index of its own.
    """
    rows = CatalogueInstrument.objects.order_by("-is_featured", "rank")
    if connection.vendor == "sqlite":
        return rows.filter(**{f"{column}__gte": text, f"{column}__lt": text + "\x7f"})
    return rows.filter(**{f"{column}__startswith": text})


def list_instruments(
    asset_class: AssetClass | None = None, is_featured: bool | None = None, after: str | None = None, limit: int = 100
) -> Page:
    """Return a page of the catalogue by symbol. Raises Invalid for a limit below 1."""
    if limit < 1:
        raise Invalid(f"limit must be at least 1, was {limit}")
    rows = CatalogueInstrument.objects.order_by("symbol")
    if asset_class is not None:
        rows = rows.filter(asset_class=asset_class)
    if is_featured is not None:
        rows = rows.filter(is_featured=is_featured)
    if after is not None:
        rows = rows.filter(symbol__gt=after)
    found = list(rows[: limit + 1])
    return Page(
        instruments=[as_instrument(row) for row in found[:limit]],
        next=found[limit - 1].symbol if len(found) > limit else None,
    )


def provider_names(symbol: str) -> dict[str, str]:
    """Return what each provider calls the instrument `symbol`, by provider id: stored names, and those that a rule derives.

    Raises NotFound.
    """
    instrument = get_instrument(symbol)
    stored = ProviderName.objects.filter(instrument__symbol=instrument.symbol).exclude(provider_id=symbology.FORMER)
    return symbology.derived_names(instrument) | dict(stored.values_list("provider_id", "provider_symbol"))


def instruments_by_provider_symbol(provider_id: str, names: Collection[str]) -> dict[str, Instrument]:
    """Return the instrument behind each of a provider's names; unknown names are left out.

    Where a name stands for several (a CIK of several share classes), it is the best known one.
    """
    wanted = list(dict.fromkeys(names))
    found: dict[str, Instrument] = {}
    for first in range(0, len(wanted), _KEYS_AT_ONCE):
        part = wanted[first : first + _KEYS_AT_ONCE]
        rows = ProviderName.objects.filter(provider_id=provider_id, provider_symbol__in=part).select_related("instrument")
        for row in rows.order_by("-instrument__is_featured", "instrument__rank"):
            found.setdefault(row.provider_symbol, as_instrument(row.instrument))
    for name in wanted:
        if name not in found and (derived := _find_derived(provider_id, name)):
            found[name] = derived
    return found


def _find_derived(provider_id: str, name: str) -> Instrument | None:
    rows = CatalogueInstrument.objects.filter(symbol__in=symbology.candidate_symbols(name))
    instruments = (as_instrument(row) for row in rows)
    return next((found for found in instruments if symbology.derived_name(provider_id, found) == name), None)
