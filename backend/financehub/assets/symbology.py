"""Our name for a thing and each provider's name for it: pure rules.

A stored name (a listing said so) always wins over a derived one. Crypto names are derived only where they are known to mean the same coin:
elsewhere the same letters often name another.
"""

import re
import unicodedata

from financehub.errors import Invalid
from financehub.market.instrument import AssetClass, Instrument, ListedInstrument

NAME_LENGTH = 64
FORMER = "former"
"""The "provider" under which a symbol that was merged into another lives on."""

SHARES = frozenset({AssetClass.EQUITY, AssetClass.ETF, AssetClass.FUND})

COVERED_CLASSES: dict[str, frozenset[AssetClass]] = {
    "binance": frozenset({AssetClass.CRYPTO}),
    "coingecko": frozenset({AssetClass.CRYPTO}),
    "frankfurter": frozenset({AssetClass.FX}),
    "sec_edgar": frozenset({AssetClass.EQUITY}),
    "yahoo_finance": frozenset({AssetClass.EQUITY, AssetClass.ETF, AssetClass.INDEX, AssetClass.CRYPTO, AssetClass.FX}),
}
"""What each provider answers prices or facts about, as far as our names for it go."""

SELF_LISTING = frozenset({"binance"})
"""Venues whose own listing says exactly what they have: nothing is assumed of them beforehand."""

EURO_REFERENCE_CURRENCIES = frozenset(
    {
        "EUR", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY",
        "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "USD", "ZAR",
    }
)  # fmt: skip
"""Currencies of the European Central Bank's reference rates, which frankfurter serves."""

YAHOO_COINS = frozenset({"BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX", "LINK", "DOT", "LTC"})
"""Coins whose ticker names the same coin at Yahoo; others often need a number after the ticker there."""

_DOLLARS = frozenset({"USD", "USDT"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_PAIR = re.compile(r"([A-Z0-9]{2,20})[-/_:]([A-Z]{3,6})")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def check_name(text: str) -> str:
    """Return `text` without blanks around it. Raises Invalid where it is empty, too long or holds control characters."""
    name = text.strip()
    if not name:
        raise Invalid("a symbol or name must not be empty")
    if len(name) > NAME_LENGTH:
        raise Invalid(f"a symbol or name has at most {NAME_LENGTH} characters, this has {len(name)}", limit=NAME_LENGTH)
    if _CONTROL.search(name):
        raise Invalid("a symbol or name must not hold control characters")
    return name


def search_text(text: str) -> str:
    """Return `text` as it is searched: lower case, without accents, every run of other characters one space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _NOT_WORD.sub(" ", "".join(char for char in plain if not unicodedata.combining(char))).strip()


def search_symbol(text: str) -> str:
    """Return `text` as symbols are searched: "BRK.B", "brk-b" and "BRK B" are the same."""
    return search_text(text).replace(" ", "")


def is_isin(text: str) -> bool:
    """Return whether `text` is an ISIN with a right check digit (ISO 6166: Luhn over letters as 10 to 35)."""
    if not _ISIN.fullmatch(text):
        return False
    digits = "".join(str(int(char, 36)) for char in text)
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def candidate_symbols(name: str) -> tuple[str, ...]:
    """Return what `name`, written the way others write it, could be called here; the likeliest first.

    "brk-b" → BRK.B, "EURUSD=X" and "EUR/USD" → EURUSD, "JPY=X" → USDJPY, "BTC-USD", "BTC/USDT" and "BTC" → BTCUSDT.
    """
    text = name.upper()
    found = [text]
    if text.endswith("=X"):
        pair = text.removesuffix("=X")
        found.append(pair if len(pair) > 3 else f"USD{pair}")
    if match := _PAIR.fullmatch(text):
        base, quote = match.groups()
        found += [base + quote, *([f"{base}USDT"] if quote == "USD" else [])]
    if re.fullmatch(r"[A-Z]+[-/ ][A-Z]{1,2}", text):
        found.append(re.sub(r"[-/ ]", ".", text))
    if text.isalnum():
        found += [f"{text}USDT", f"^{text}"]
    return tuple(dict.fromkeys(found))


def derived_name(provider_id: str, instrument: Instrument) -> str | None:
    """Return what `provider_id` calls the instrument where a rule tells, else None."""
    if not covers(provider_id, instrument):
        return None
    if provider_id == "yahoo_finance":
        return _yahoo_name(instrument)
    if provider_id == "frankfurter":
        return f"{instrument.base}/{instrument.currency}"
    if provider_id == "binance" and instrument.venue == "BINANCE":
        return instrument.symbol
    return None


def _yahoo_name(instrument: Instrument) -> str | None:
    if instrument.asset_class is AssetClass.FX:
        return f"{instrument.base}{instrument.currency}=X"
    if instrument.asset_class is AssetClass.CRYPTO:
        return f"{instrument.base}-USD"
    if instrument.asset_class is AssetClass.INDEX:
        return instrument.symbol
    return instrument.symbol.replace(".", "-")


def derived_names(instrument: Instrument) -> dict[str, str]:
    """Return every name that a rule tells, by provider id."""
    names = ((provider_id, derived_name(provider_id, instrument)) for provider_id in COVERED_CLASSES)
    return {provider_id: name for provider_id, name in names if name is not None}


def covers(provider_id: str, instrument: Instrument) -> bool:
    """Return whether a provider may know the instrument, going by its class, its currencies and the coins it names alike."""
    if instrument.asset_class not in COVERED_CLASSES.get(provider_id, ()):
        return False
    if provider_id == "frankfurter":
        return {instrument.base, instrument.currency} <= EURO_REFERENCE_CURRENCIES
    if provider_id == "yahoo_finance" and instrument.asset_class is AssetClass.CRYPTO:
        return instrument.base in YAHOO_COINS and instrument.currency in _DOLLARS
    return True


def own_symbol(provider_id: str, listed: ListedInstrument) -> str:
    """Return what a newly listed instrument is called here. A coin that no venue trades is priced in dollars: HYPE → HYPEUSD."""
    if listed.asset_class is AssetClass.CRYPTO and not listed.venue and listed.base:
        return f"{listed.base}USD"
    symbol = listed.provider_symbol.strip().upper()
    return symbol.replace("-", ".") if listed.asset_class in SHARES and provider_id == "sec_edgar" else symbol


def traded_symbol(coin: str) -> str:
    """Return the pair that stands for a coin wherever a venue trades it."""
    return f"{coin}USDT"


def stored_name(listed: ListedInstrument) -> str:
    """Return what to ask the source by: its own key where it has one (a CIK), else its symbol."""
    return listed.identifier or listed.provider_symbol
