"""CoinGecko's v3 endpoints for the coins of the seeded market."""

from typing import Any

import numpy as np

from financehub.clock import Clock, from_ns
from financehub.errors import NotFound
from financehub.simulator.market_model import NANOSECONDS_A_MINUTE, BarColumns, SeededMarket
from financehub.simulator.seeded_noise import Floats
from financehub.simulator.sessions import FIRST_DAY, MINUTES_A_DAY
from financehub.simulator.universe import SimulatedInstrument
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response

_PREFIX = "/api/v3/"
_FINE_DAYS, _HOURLY_DAYS = 1, 90
_FINE_MINUTES, _HOUR = 5, 60
_PAGE_LIMIT = 250


class CoinGeckoRefusal(Exception):
    """An answer that is an error; `status` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class CoinGeckoCoins:
    """Answer as known at the clock's time. A dollar and a tether are one here."""

    def __init__(self, market: SeededMarket, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._coins = {each.coingecko: each for each in market.instruments.values() if each.coingecko}

    def answer(self, request: WireRequest) -> WireResponse:
        """Return what CoinGecko would say to `request`."""
        now_ns = self._clock.now_ns()
        try:
            return json_response(self._route(request.path.removeprefix(_PREFIX).strip("/"), request.query, now_ns))
        except CoinGeckoRefusal as refusal:
            return json_response({"error": refusal.message}, status=refusal.status)

    def _route(self, path: str, query: dict[str, str], now_ns: int) -> Any:
        match path.split("/"):
            case ["ping"]:
                return {"gecko_says": "(V3) To the Moon!"}
            case ["simple", "price"]:
                return self._simple_price(query, now_ns)
            case ["coins", "list"]:
                return [{"id": name, "symbol": coin.base.lower(), "name": coin.name} for name, coin in self._coins.items()]
            case ["coins", "markets"]:
                return self._markets(query, now_ns)
            case ["coins", name, "market_chart"]:
                return self._recent_chart(name, query, now_ns)
            case ["coins", name, "market_chart", "range"]:
                return self._range_chart(name, query, now_ns)
            case _:
                raise CoinGeckoRefusal(404, "Incorrect path. Please check https://www.coingecko.com/api/")

    def _simple_price(self, query: dict[str, str], now_ns: int) -> dict[str, Any]:
        names, currencies = _required(query, "ids").split(","), _required(query, "vs_currencies").lower().split(",")
        found: dict[str, Any] = {}
        for name in names:
            coin = self._coins.get(name)
            if coin is not None:
                found[name] = self._price_entry(coin, currencies, query, now_ns)
        return found

    def _price_entry(
        self, coin: SimulatedInstrument, currencies: list[str], query: dict[str, str], now_ns: int
    ) -> dict[str, Any]:
        day = _DayOfCoin(self._market, coin, now_ns)
        entry: dict[str, Any] = {}
        for currency in currencies:
            try:
                rate = self._rate(currency, now_ns)
            except CoinGeckoRefusal:
                continue
            entry[currency] = _rounded(day.price * rate)
            if query.get("include_market_cap") == "true":
                entry[f"{currency}_market_cap"] = day.price * coin.supply * rate
            if query.get("include_24hr_vol") == "true":
                entry[f"{currency}_24h_vol"] = day.paid * rate
            if query.get("include_24hr_change") == "true":
                entry[f"{currency}_24h_change"] = day.change_percent
        if query.get("include_last_updated_at") == "true":
            entry["last_updated_at"] = day.time_ms // 1000
        return entry

    def _markets(self, query: dict[str, str], now_ns: int) -> list[dict[str, Any]]:
        rate = self._rate(_required(query, "vs_currency").lower(), now_ns)
        asked = query.get("ids")
        names = [name for name in self._coins if asked is None or name in asked.split(",")]
        size, page = _whole(query, "per_page", 100, _PAGE_LIMIT), _whole(query, "page", 1, 10_000)
        days = [_DayOfCoin(self._market, self._coins[name], now_ns) for name in names]
        ranked = sorted(days, key=lambda day: -day.market_cap)
        rows = [self._market_row(day, rank, rate, now_ns) for rank, day in enumerate(ranked, 1)]
        return rows[(page - 1) * size : page * size]

    def _market_row(self, day: "_DayOfCoin", rank: int, rate: float, now_ns: int) -> dict[str, Any]:
        coin, before = day.coin, day.price - day.change
        high, high_day, low, low_day = self._records(coin, now_ns)
        top = coin.max_supply or coin.supply
        return {
            "id": coin.coingecko,
            "symbol": coin.base.lower(),
            "name": coin.name,
            "image": "",
            "current_price": _rounded(day.price * rate),
            "market_cap": round(day.market_cap * rate),
            "market_cap_rank": rank,
            "fully_diluted_valuation": round(day.price * top * rate),
            "total_volume": round(day.paid * rate),
            "high_24h": _rounded(day.high * rate),
            "low_24h": _rounded(day.low * rate),
            "price_change_24h": round(day.change * rate, 8),
            "price_change_percentage_24h": round(day.change_percent, 5),
            "market_cap_change_24h": round((day.price - before) * coin.supply * rate, 4),
            "market_cap_change_percentage_24h": round(day.change_percent, 5),
            "circulating_supply": coin.supply,
            "total_supply": top,
            "max_supply": coin.max_supply or None,
            "ath": _rounded(high * rate),
            "ath_change_percentage": round((day.price / high - 1) * 100, 5),
            "ath_date": high_day,
            "atl": _rounded(low * rate),
            "atl_change_percentage": round((day.price / low - 1) * 100, 5),
            "atl_date": low_day,
            "roi": None,
            "last_updated": from_ns(day.time_ms * 1_000_000).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }

    def _records(self, coin: SimulatedInstrument, now_ns: int) -> tuple[float, str, float, str]:
        """Return the highest and lowest price so far, each with its day."""
        bars = self._market.daily_bars(coin.symbol, FIRST_DAY, now_ns // NANOSECONDS_A_MINUTE // MINUTES_A_DAY, now_ns)
        top, bottom = int(np.argmax(bars.high)), int(np.argmin(bars.low))
        days = (from_ns(int(bars.start[at]) * NANOSECONDS_A_MINUTE).strftime("%Y-%m-%dT00:00:00.000Z") for at in (top, bottom))
        high_day, low_day = days
        return int(bars.high[top]) * coin.tick, high_day, int(bars.low[bottom]) * coin.tick, low_day

    def _recent_chart(self, name: str, query: dict[str, str], now_ns: int) -> dict[str, Any]:
        coin, rate = self._coin(name), self._rate(_required(query, "vs_currency").lower(), now_ns)
        text, now = _required(query, "days"), now_ns // NANOSECONDS_A_MINUTE
        days = now // MINUTES_A_DAY - FIRST_DAY if text == "max" else _number(text, "days")
        step = MINUTES_A_DAY if query.get("interval") == "daily" else _step(days)
        chart = self._points(coin, now - round(days * MINUTES_A_DAY), now, step, now_ns)
        return _in_currency(chart, rate)

    def _range_chart(self, name: str, query: dict[str, str], now_ns: int) -> dict[str, Any]:
        coin, rate = self._coin(name), self._rate(_required(query, "vs_currency").lower(), now_ns)
        first, last = (_number(_required(query, each), each) for each in ("from", "to"))
        step = MINUTES_A_DAY if query.get("interval") == "daily" else _step((last - first) / 86_400)
        last_minute = min(int(last // 60), now_ns // NANOSECONDS_A_MINUTE)
        return _in_currency(self._points(coin, int(first // 60), last_minute, step, now_ns), rate)

    def _points(
        self, coin: SimulatedInstrument, first: int, last: int, step: int, now_ns: int
    ) -> list[tuple[int, float, float, float]]:
        """Return (milliseconds, price, market cap, day's volume) at every `step` minutes, and at the last moment."""
        first = max(first, FIRST_DAY * MINUTES_A_DAY)
        if last < first:
            return []
        if step == MINUTES_A_DAY:
            bars = self._market.daily_bars(coin.symbol, -(-first // MINUTES_A_DAY), last // MINUTES_A_DAY, now_ns)
            kept = np.arange(len(bars))
            daily: Floats = bars.volume.astype(np.float64) * coin.lot
        else:
            bars = self._market.minute_bars(coin.symbol, first, last + 1, now_ns)
            kept = np.flatnonzero(bars.start % step == 0)
            daily = np.full(len(bars), float(bars.volume.sum()) * coin.lot * MINUTES_A_DAY / max(len(bars), 1))
        prices = bars.open * coin.tick
        points = [_point(coin, int(bars.start[at]) * 60_000, float(prices[at]), daily, at) for at in kept.tolist()]
        if len(bars):
            points += [_point(coin, self._last_ms(last, now_ns), int(bars.close[-1]) * coin.tick, daily, len(bars) - 1)]
        return points

    def _last_ms(self, last: int, now_ns: int) -> int:
        return min(now_ns // 1_000_000, last * 60_000 + 59_999)

    def _coin(self, name: str) -> SimulatedInstrument:
        if name not in self._coins:
            raise CoinGeckoRefusal(404, "coin not found")
        return self._coins[name]

    def _rate(self, currency: str, now_ns: int) -> float:
        """Return how much of `currency` a dollar buys; raises CoinGeckoRefusal."""
        if currency == "usd":
            return 1.0
        name = currency.upper()
        for symbol, is_inverse in ((f"USD{name}", False), (f"{name}USD", True), (f"{name}USDT", True)):
            if symbol in self._market.instruments:
                try:
                    price = self._market.last_trade(symbol, now_ns).price * self._market.instrument(symbol).tick
                except NotFound:
                    continue
                return 1 / price if is_inverse else price
        raise CoinGeckoRefusal(422, "invalid vs_currency")


class _DayOfCoin:
    """A coin's last 24 hours, in dollars."""

    def __init__(self, market: SeededMarket, coin: SimulatedInstrument, now_ns: int) -> None:
        minute = now_ns // NANOSECONDS_A_MINUTE
        bars: BarColumns = market.minute_bars(coin.symbol, minute - MINUTES_A_DAY + 1, minute + 1, now_ns)
        last = market.last_trade(coin.symbol, now_ns)
        middles: Floats = (bars.high + bars.low) / 2 * coin.tick
        self.coin = coin
        self.price = last.price * coin.tick
        self.time_ms = last.time_ms
        self.high = int(bars.high.max()) * coin.tick
        self.low = int(bars.low.min()) * coin.tick
        self.paid = float((middles * bars.volume).sum()) * coin.lot
        self.change = self.price - int(bars.open[0]) * coin.tick
        self.change_percent = (self.price / (int(bars.open[0]) * coin.tick) - 1) * 100
        self.market_cap = self.price * coin.supply


def _point(coin: SimulatedInstrument, time_ms: int, price: float, daily: Floats, at: int) -> tuple[int, float, float, float]:
    return time_ms, price, price * coin.supply, float(daily[at]) * price


def _in_currency(points: list[tuple[int, float, float, float]], rate: float) -> dict[str, Any]:
    names = ("prices", "market_caps", "total_volumes")
    return {name: [[point[0], round(point[at] * rate, 8)] for point in points] for at, name in enumerate(names, 1)}


def _step(days: float) -> int:
    """Return the minutes between points as CoinGecko chooses them by the length of the span."""
    if days <= _FINE_DAYS:
        return _FINE_MINUTES
    return _HOUR if days <= _HOURLY_DAYS else MINUTES_A_DAY


def _rounded(price: float) -> float:
    """Return a price as CoinGecko shows it: fewer decimals the larger it is."""
    return round(price, 2) if price >= 1 else round(price, 8)


def _required(query: dict[str, str], name: str) -> str:
    if not query.get(name):
        raise CoinGeckoRefusal(422, f"Missing parameter {name}")
    return query[name]


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise CoinGeckoRefusal(422, f"invalid {name}") from None


def _whole(query: dict[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise CoinGeckoRefusal(422, f"invalid {name}")
    return min(int(text), most)
