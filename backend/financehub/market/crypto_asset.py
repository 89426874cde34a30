"""Crypto-assets as markets rank them."""

from datetime import datetime

from msgspec import Struct


class CryptoAsset(Struct, frozen=True, kw_only=True):
    """One row of the market: figures in `currency`; None where the source does not say."""

    provider_symbol: str
    ticker: str
    name: str
    currency: str
    price: float | None
    market_cap: float | None
    market_cap_rank: int | None
    volume_24h: float | None
    high_24h: float | None
    low_24h: float | None
    change_24h: float | None
    change_percent_24h: float | None
    circulating_supply: float | None
    time: datetime


class CryptoMarketsQuery(Struct, frozen=True, kw_only=True):
    """Ask for a page of the market by capitalisation, or for the named ids only."""

    currency: str = "USD"
    ids: tuple[str, ...] = ()
    page: int = 1
    page_size: int = 250
