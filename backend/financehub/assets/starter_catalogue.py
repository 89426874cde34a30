"""The instruments that are featured from the start, read once from the file beside this one."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from financehub.market.instrument import AssetClass, Instrument


class StarterInstrument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the file; `names` are the sources' names that no rule derives."""

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    price_decimals: int
    venue: str = ""
    base: str = ""
    isin: str = ""
    sector: str = ""
    country: str = ""
    names: dict[str, str] = {}

    @property
    def instrument(self) -> Instrument:
        facts = {field: getattr(self, field) for field in self.__struct_fields__ if field != "names"}
        return Instrument(**facts, is_featured=True)


@cache
def starter_catalogue() -> dict[str, StarterInstrument]:
    """Return the starter instruments by symbol, in the order of the file."""
    content = Path(__file__).with_suffix(".json").read_bytes()
    return {entry.symbol: entry for entry in msgspec.json.decode(content, type=list[StarterInstrument])}
