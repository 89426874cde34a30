"""What can be traded or quoted."""

from enum import StrEnum

from msgspec import Struct


class AssetClass(StrEnum):
    EQUITY = "equity"
    ETF = "etf"
    INDEX = "index"
    CRYPTO = "crypto"
    FX = "fx"
    FUTURE = "future"
    FUND = "fund"


class Instrument(Struct, frozen=True, kw_only=True):
    """One thing with one name of ours.

    `symbol` is upper case and unique in the catalogue ("AAPL", "BTCUSDT", "EURUSD", "^GSPC"). `currency` is what its price is
    stated in. `price_decimals` is the instrument's own display precision. `venue` is where it mainly trades ("BINANCE", "XNAS"),
    empty when no source said so. `base` is set for pairs.
    `is_featured` marks what is shown before anything is searched for.
    """

    symbol: str
    name: str
    asset_class: AssetClass
    currency: str
    venue: str = ""
    base: str = ""
    price_decimals: int = 2
    isin: str = ""
    sector: str = ""
    country: str = ""
    is_featured: bool = False


class ListedInstrument(Struct, frozen=True, kw_only=True):
    """What one source lists: the source's own name for it and whatever it says about it; empty means "did not say".

    `currency` and `base` are upper case; `identifier` is the source's own key where it differs from the symbol (a
    CIK). Symbology decides which instrument of ours it is.
    """

    provider_symbol: str
    name: str = ""
    asset_class: AssetClass | None = None
    currency: str = ""
    base: str = ""
    venue: str = ""
    price_decimals: int | None = None
    isin: str = ""
    identifier: str = ""
    is_trading: bool = True


class InstrumentsQuery(Struct, frozen=True):
    """Ask a source for everything it lists."""
