"""The bodies and frames of Binance as it documents them; prices and quantities come as texts and are decoded to the nearest float."""

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct
from msgspec.json import Decoder

from financehub.errors import BadPayload

SOURCE = "Binance"

_INFINITY = float("inf")

Price: TypeAlias = Annotated[float, Meta(gt=0)]
Amount: TypeAlias = Annotated[float, Meta(ge=0)]
CheckedLevel: TypeAlias = tuple[Price, Amount]
"""A price above 0 and a quantity of at least 0, both finite: checked while decoding, because books and trades are most of what arrives."""


class Refusal(Struct):
    code: int
    msg: str = ""


class Filter(Struct, rename="camel"):
    filter_type: str
    tick_size: str = ""


class ListedSymbol(Struct, rename="camel"):
    symbol: str
    status: str
    base_asset: str
    quote_asset: str
    filters: list[Filter]


class ExchangeInfo(Struct):
    symbols: list[ListedSymbol]


class Ticker(Struct, rename="camel"):
    symbol: str
    price_change: float
    price_change_percent: float
    last_price: float
    bid_price: float
    ask_price: float
    open_price: float
    high_price: float
    low_price: float
    volume: float
    quote_volume: float
    close_time: int


class Depth(Struct, rename="camel"):
    last_update_id: int
    bids: list[CheckedLevel]
    asks: list[CheckedLevel]


class RestTrade(Struct, rename="camel"):
    id: int
    price: float
    qty: float
    time: int
    is_buyer_maker: bool


KlineRow: TypeAlias = tuple[int, float, float, float, float, float, int, float, int, float, float, str]
"""Open time, open, high, low, close, volume, close time, quote volume, trades, taker volumes, and a field of no use."""


class StreamTrade(Struct, tag_field="e", tag="trade"):
    s: str
    t: int
    p: Price
    q: Amount
    T: int
    m: bool


class StreamTicker(Struct, rename={"low": "l"}, tag_field="e", tag="24hrTicker"):
    s: str
    E: int
    c: float
    o: float
    h: float
    low: float
    v: float
    q: float
    p: float
    P: float
    b: float
    a: float


class StreamKline(Struct, rename={"low": "l"}):
    s: str
    i: str
    t: int
    o: float
    h: float
    low: float
    c: float
    v: float
    x: bool


class StreamKlineEvent(Struct, tag_field="e", tag="kline"):
    k: StreamKline


class StreamDepth(Struct, tag_field="e", tag="depthUpdate"):
    E: int
    s: str
    U: int
    u: int
    b: list[CheckedLevel]
    a: list[CheckedLevel]


class StreamFrame(Struct):
    """A frame of a stream that we ask for, read in one pass; `data` says by its own `e` what it is."""

    stream: str
    data: StreamTrade | StreamDepth | StreamTicker | StreamKlineEvent


REFUSAL = Decoder(Refusal)
EXCHANGE_INFO = Decoder(ExchangeInfo)
TICKER = Decoder(Ticker, strict=False)
TICKERS = Decoder(list[Ticker], strict=False)
DEPTH = Decoder(Depth, strict=False)
TRADES = Decoder(list[RestTrade], strict=False)
KLINES = Decoder(list[KlineRow], strict=False)
STREAM_FRAME = Decoder(StreamFrame, strict=False)
STREAM_TRADE = Decoder(StreamTrade, strict=False)
STREAM_TICKER = Decoder(StreamTicker, strict=False)
STREAM_KLINE = Decoder(StreamKlineEvent, strict=False)
STREAM_DEPTH = Decoder(StreamDepth, strict=False)


def require_bar(open_: float, high: float, low: float, close: float, volume: float) -> None:
    """Raise BadPayload for a bar that cannot be: prices not above 0, a high below its low, a volume below 0, or a NaN among them."""
    if not (0 < low <= high < _INFINITY and 0 < open_ < _INFINITY and 0 < close < _INFINITY and 0 <= volume < _INFINITY):
        raise BadPayload(f"{SOURCE} sent a bar that cannot be: {open_}, {high}, {low}, {close}, volume {volume}", source=SOURCE)
