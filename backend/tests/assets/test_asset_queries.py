import pytest

from financehub.assets.actions import seed_catalogue
from financehub.assets.queries import get_instrument, search_instruments

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("aapl", "AAPL"), ("BRK-B", "BRK.B"), ("brk.b", "BRK.B"), ("bitcoin", "BTCUSDT"), ("BTC-USD", "BTCUSDT"), ("btc", "BTCUSDT"),
        ("BTC/USDT", "BTCUSDT"), ("EURUSD=X", "EURUSD"), ("EUR/USD", "EURUSD"), ("JPY=X", "USDJPY"), ("US0378331005", "AAPL"),
        ("GSPC", "^GSPC"), ("^gspc", "^GSPC"), (" eurusd ", "EURUSD"),
    ],
)  # fmt: skip
def test_every_name_finds_the_instrument(name: str, symbol: str) -> None:
    seed_catalogue(["yahoo_finance", "binance", "coingecko", "frankfurter", "sec_edgar"])
    assert get_instrument(name).symbol == symbol
    assert search_instruments(name)[0].symbol == symbol
