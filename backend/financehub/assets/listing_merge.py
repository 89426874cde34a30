"""Decide which instrument of ours each listed one is: one instrument, many names, no duplicates. In memory, over the whole catalogue."""

from collections.abc import Iterable, Mapping

from financehub.assets import symbology
from financehub.assets.models import CatalogueInstrument
from financehub.assets.starter_catalogue import StarterInstrument, starter_catalogue
from financehub.errors import Invalid
from financehub.market.instrument import AssetClass, ListedInstrument

STARTER = "starter"
FIRST_RANK = 1_000
"""Ranks below this belong to the starter catalogue."""

_FACTS = ("name", "currency", "venue", "base", "isin")


class Refused(Exception):
    """Say why a listed instrument does not enter the catalogue; never leaves this room."""


class ListingMerge:
    """Take one provider's listing against the catalogue and gather what has to be written.

    `catalogue` holds every row by symbol; `names` the provider's stored names by symbol of ours.
    """

    def __init__(self, provider_id: str, catalogue: dict[str, CatalogueInstrument], names: Mapping[str, str]) -> None:
        self._provider_id = provider_id
        self.catalogue = catalogue
        self._names = dict(names)
        self._by_name = {name: symbol for symbol, name in names.items()}
        self._next_rank = max((row.rank + 1 for row in catalogue.values()), default=0)
        self._next_rank = max(self._next_rank, FIRST_RANK)
        self.changed: dict[str, CatalogueInstrument] = {}
        self.new_names: dict[str, dict[str, str]] = {}
        """Names to be written: by symbol of ours, then by provider."""
        self.merged: dict[str, str] = {}
        """Symbols that turned out to be another instrument, with that one's symbol."""

    def take(self, listed: ListedInstrument) -> str:
        """Return "created", "updated" or "unchanged". Raises Refused with the reason."""
        symbol = self._symbol_of(listed)
        row = self.catalogue.get(symbol)
        if row is None:
            self._create(symbol, listed)
            return "created"
        _check_same_kind(row, listed)
        named = self._name(symbol, symbology.stored_name(listed))
        return "updated" if self._update(row, listed) or named else "unchanged"

    def _symbol_of(self, listed: ListedInstrument) -> str:
        try:
            symbol = symbology.check_name(symbology.own_symbol(self._provider_id, listed))
            name = symbology.check_name(symbology.stored_name(listed))
        except Invalid as refusal:
            raise Refused(refusal.message) from None
        if listed.asset_class is AssetClass.CRYPTO and not listed.venue:
            symbol = self._coin_symbol(symbol, name, listed)
        if not listed.is_trading and symbol not in self.catalogue:
            raise Refused("is not trading")
        return symbol

    def _coin_symbol(self, symbol: str, name: str, listed: ListedInstrument) -> str:
        """Return the traded pair of the coin, else the coin priced in dollars; a ticker belongs to the first coin that claims it."""
        if known := self._by_name.get(name):
            return known
        pair = symbology.traded_symbol(listed.base)
        is_traded = pair in self.catalogue and self.catalogue[pair].asset_class == AssetClass.CRYPTO
        symbol = pair if is_traded else symbol
        holder = self._names.get(symbol)
        if holder is not None and holder != name:
            raise Refused(f"ticker {listed.base} already names {holder}")
        return symbol

    def _create(self, symbol: str, listed: ListedInstrument) -> None:
        if listed.asset_class is None:
            raise Refused("the source does not say what kind of instrument it is")
        row = CatalogueInstrument(
            symbol=symbol,
            asset_class=listed.asset_class,
            name=listed.name[:200],
            currency=listed.currency,
            venue=listed.venue,
            base=listed.base,
            isin=listed.isin,
            price_decimals=2 if listed.price_decimals is None else listed.price_decimals,
            rank=self._next_rank,
            listed_by=self._provider_id,
        )
        self._next_rank += 1
        if (starter := starter_catalogue().get(symbol)) and starter.asset_class is listed.asset_class:
            add_starter_facts(row, starter)
            self.new_names.setdefault(symbol, {}).update(starter.names)
        self.catalogue[symbol] = self.changed[symbol] = row
        self._name(symbol, symbology.stored_name(listed))
        self._absorb_untraded_coin(row)

    def _absorb_untraded_coin(self, row: CatalogueInstrument) -> None:
        alone = find_untraded_coin(self.catalogue, row)
        if alone is not None:
            row.name = row.name or alone.name
            self.merged[alone.symbol] = row.symbol
            del self.catalogue[alone.symbol]
            self.changed.pop(alone.symbol, None)

    def _name(self, symbol: str, name: str) -> bool:
        """Note the provider's name for the instrument and return whether it is news."""
        if self._names.get(symbol) == name:
            return False
        self._names[symbol] = name
        self._by_name.setdefault(name, symbol)
        self.new_names.setdefault(symbol, {})[self._provider_id] = name
        return True

    def _update(self, row: CatalogueInstrument, listed: ListedInstrument) -> bool:
        """Fill what is empty; who brought the instrument in may also correct it. Starter facts stay."""
        may_correct = row.listed_by == self._provider_id and not row.is_featured
        changes = {field: getattr(listed, field) for field in _FACTS}
        changes = {
            field: value
            for field, value in changes.items()
            if value and (may_correct or not getattr(row, field)) and value != getattr(row, field)
        }
        is_own_venue = bool(listed.venue) and listed.venue == row.venue
        if listed.price_decimals is not None and listed.price_decimals != row.price_decimals and (may_correct or is_own_venue):
            changes["price_decimals"] = listed.price_decimals
        for field, value in changes.items():
            setattr(row, field, value)
        if changes:
            self.changed[row.symbol] = row
        return bool(changes)


def _check_same_kind(row: CatalogueInstrument, listed: ListedInstrument) -> None:
    ours, theirs = AssetClass(row.asset_class), listed.asset_class
    if theirs is None or ours is theirs or {ours, theirs} <= symbology.SHARES:
        return
    raise Refused(f"{row.symbol} is another instrument here ({ours}, not {theirs})")


def find_untraded_coin(catalogue: Mapping[str, CatalogueInstrument], row: CatalogueInstrument) -> CatalogueInstrument | None:
    """Return the coin that was known only by its price in dollars, if `row` is the pair that a venue trades it as."""
    if row.asset_class != AssetClass.CRYPTO or row.symbol != symbology.traded_symbol(row.base):
        return None
    alone = catalogue.get(f"{row.base}USD")
    is_untraded = alone is not None and alone.asset_class == AssetClass.CRYPTO and not alone.venue
    return alone if is_untraded else None


def add_starter_facts(row: CatalogueInstrument, starter: StarterInstrument) -> None:
    for field in ("name", "currency", "venue", "base", "isin", "sector", "country", "price_decimals"):
        setattr(row, field, getattr(starter, field))
    row.is_featured = True
    row.rank = list(starter_catalogue()).index(starter.symbol)


def starters_first(provider_id: str, listed: Iterable[ListedInstrument]) -> list[ListedInstrument]:
    """Return the listing with the names of the starter catalogue in front, so that they claim their tickers."""
    known = {starter.names.get(provider_id) for starter in starter_catalogue().values()}
    return sorted(listed, key=lambda item: symbology.stored_name(item) not in known)
