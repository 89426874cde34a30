"""Yahoo Finance's /v8/finance/chart as recordings of it look, for every instrument of the seeded market."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from financehub.clock import Clock
from financehub.simulator.binance_shapes import relabelled
from financehub.simulator.market_model import NANOSECONDS_A_MINUTE, BarColumns, SeededMarket, fold_by
from financehub.simulator.price_paths import DailyPath
from financehub.simulator.seeded_noise import Integers
from financehub.simulator.sessions import FIRST_DAY, MINUTES_A_DAY, NEW_YORK, day_of, new_york_offset
from financehub.simulator.universe import SimulatedInstrument
from financehub.simulator.wire_messages import WireRequest, WireResponse, json_response

_MINUTES = {"1m": 1, "2m": 2, "5m": 5, "15m": 15, "30m": 30, "60m": 60, "90m": 90, "1h": 60}
_DAILY = {"1d", "5d", "1wk", "1mo", "3mo"}
_RANGES = {"1d": 1, "5d": 5, "1mo": 30, "3mo": 91, "6mo": 182, "1y": 365, "2y": 730, "5y": 1826, "10y": 3652}
_SESSION_RANGES = {"1d": 1, "5d": 5}
_KINDS = {"equity": "EQUITY", "etf": "ETF", "index": "INDEX", "crypto": "CRYPTOCURRENCY", "fx": "CURRENCY"}
_VALID_RANGES = ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"]
_ZONES = {"nyse": NEW_YORK, "fx": ZoneInfo("Europe/London"), "always": ZoneInfo("UTC")}
_PATH = "/v8/finance/chart/"


class YahooRefusal(Exception):
    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"chart": {"result": None, "error": {"code": code, "description": description}}}


class YahooChart:
    """Answer charts as known at the clock's time."""

    def __init__(self, market: SeededMarket, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._symbols = {each.yahoo: each.symbol for each in market.instruments.values()}

    def answer(self, request: WireRequest) -> WireResponse:
        """Return what Yahoo would say to `request`."""
        if not request.path.startswith(_PATH):
            return WireResponse(status=404, body=b"Not Found", content_type="text/plain")
        try:
            value = self._chart(request.path.removeprefix(_PATH), request.query, self._clock.now_ns())
        except YahooRefusal as refusal:
            return json_response(refusal.body, status=refusal.status)
        return json_response(value)

    def _chart(self, name: str, query: dict[str, str], now_ns: int) -> dict[str, Any]:
        symbol = self._symbols.get(name.upper())
        if symbol is None:
            raise YahooRefusal(404, "Not Found", "No data found, symbol may be delisted")
        interval = query.get("interval", "1d")
        if interval not in _MINUTES and interval not in _DAILY:
            valid = ", ".join([*_MINUTES, "1d", "5d", "1wk", "1mo", "3mo"])
            raise YahooRefusal(
                422, "Unprocessable Entity", f"Invalid input - interval={interval} is not supported. Valid intervals: [{valid}]"
            )
        first, last = self._span(symbol, query, now_ns)
        chart = _Chart(self._market, symbol, now_ns)
        bars = chart.bars(interval, first, last)
        result = {"meta": chart.meta(query.get("range", ""), interval, first)} | chart.body(
            bars, interval, query.get("events", "")
        )
        return {"chart": {"result": [result], "error": None}}

    def _span(self, symbol: str, query: dict[str, str], now_ns: int) -> tuple[int, int]:
        """Return the asked span in minutes, end not included."""
        now = now_ns // NANOSECONDS_A_MINUTE
        if "period1" in query or "period2" in query:
            try:
                first, last = int(query.get("period1", "0")), int(query.get("period2", now * 60 + 60))
            except ValueError:
                raise YahooRefusal(400, "Bad Request", "Invalid input - period1 and period2 must be whole seconds") from None
            if first > last:
                raise YahooRefusal(400, "Bad Request", "Invalid input - start date cannot be after end date. ")
            return max(-(-first // 60), FIRST_DAY * MINUTES_A_DAY), -(-last // 60)
        return self._range_start(symbol, query.get("range", "1d"), now), now + 1

    def _range_start(self, symbol: str, name: str, now: int) -> int:
        calendar = self._market.path(symbol).calendar
        newest = calendar.last_opened(now)
        if name in _SESSION_RANGES:
            return int(calendar.opens[max(0, newest - _SESSION_RANGES[name] + 1)])
        today = day_of(now // MINUTES_A_DAY)
        if name == "ytd":
            return (now // MINUTES_A_DAY - today.timetuple().tm_yday + 1) * MINUTES_A_DAY
        if name == "max":
            return FIRST_DAY * MINUTES_A_DAY
        if name not in _RANGES:
            raise YahooRefusal(
                422, "Unprocessable Entity", f"Invalid input - range={name} is not supported. Valid ranges: {_VALID_RANGES}"
            )
        return max(FIRST_DAY, now // MINUTES_A_DAY - _RANGES[name]) * MINUTES_A_DAY


class _Chart:
    """One symbol's chart at one moment, prices with the splits up to that moment undone."""

    def __init__(self, market: SeededMarket, symbol: str, now_ns: int) -> None:
        self._market = market
        self._symbol = symbol
        self._now_ns = now_ns
        self._now = now_ns // NANOSECONDS_A_MINUTE
        self._instrument: SimulatedInstrument = market.instrument(symbol)
        self._path: DailyPath = market.path(symbol)
        self._newest = self._path.calendar.last_opened(self._now)

    def bars(self, interval: str, first: int, last: int) -> BarColumns:
        """Return the bars that start in the span, as Yahoo cuts them: intraday from the session's open."""
        if interval in _DAILY:
            return self._days(interval, first, last)
        minutes = self._in_shares_of_today(self._market.minute_bars(self._symbol, first, last, self._now_ns))
        calendar = self._path.calendar
        at = np.searchsorted(calendar.opens, minutes.start, side="right") - 1
        opened = calendar.opens[at] if len(minutes) else minutes.start
        starts = opened + (minutes.start - opened) // _MINUTES[interval] * _MINUTES[interval]
        return relabelled(fold_by(minutes, starts), starts)

    def _days(self, interval: str, first: int, last: int) -> BarColumns:
        calendar = self._path.calendar
        begin = int(np.searchsorted(calendar.opens, first))
        end = int(np.searchsorted(calendar.opens, last)) - 1
        if end < begin:
            return self._market.daily_bars(self._symbol, 1, 0, self._now_ns)
        days = self._market.daily_bars(self._symbol, int(calendar.days[begin]), int(calendar.days[end]), self._now_ns)
        days = self._in_shares_of_today(days)
        if interval == "1d":
            return days
        starts = np.array([_period_start(day, interval) for day in (days.start // MINUTES_A_DAY).tolist()], dtype=np.int64)
        return relabelled(fold_by(days, starts), self._midnights(starts))

    def _midnights(self, days: Integers) -> Integers:
        """Return the minute at which each of `days` begins at the exchange: there weeks, months and quarters begin."""
        zone = _ZONES[self._instrument.calendar]
        unlike = {day: int(datetime.combine(day_of(day), time(0), zone).timestamp()) // 60 for day in set(days.tolist())}
        return np.array([unlike[day] for day in days.tolist()], dtype=np.int64)

    def _in_shares_of_today(self, bars: BarColumns) -> BarColumns:
        """Return bars with the splits up to now undone, before any are folded: prices in ticks / `_finest`, which keeps them whole."""
        factor = self._path.share_factor // self._path.share_factor[self._newest]
        at = np.clip(np.searchsorted(self._path.calendar.opens, bars.start, side="right") - 1, 0, None)
        shares = factor[at]
        scale = self._finest // shares
        opened, high, low, closed = (column * scale for column in (bars.open, bars.high, bars.low, bars.close))
        return BarColumns(bars.start, opened, high, low, closed, bars.volume * shares, bars.trades)

    @property
    def _finest(self) -> int:
        """Return how many of today's shares one share of the first day became."""
        return int(self._path.share_factor[0]) // int(self._path.share_factor[self._newest])

    def _prices(self, ticks: Integers) -> list[float]:
        """Return prices as the source writes them: the nearest 32-bit floats, in all their digits."""
        prices: list[float] = (ticks * self._instrument.tick / self._finest).astype(np.float32).astype(np.float64).tolist()
        return prices

    def _volumes(self, bars: BarColumns) -> list[int]:
        """Return volumes as Yahoo states them: shares of today, for coins what was paid in dollars."""
        each = self._instrument
        volumes = bars.volume * each.lot
        if each.asset_class == "crypto":
            volumes = volumes * (bars.high + bars.low) / 2 * each.tick
        found: list[int] = np.rint(volumes).astype(np.int64).tolist()
        return found

    def body(self, bars: BarColumns, interval: str, events: str) -> dict[str, Any]:
        """Return timestamps, events and indicators; without bars only the empty shells that Yahoo sends."""
        if not len(bars):
            return {"indicators": {"quote": [{}]} | ({"adjclose": [{}]} if interval in _DAILY else {})}
        closes = self._prices(bars.close)
        quote = {
            "open": self._prices(bars.open),
            "high": self._prices(bars.high),
            "low": self._prices(bars.low),
            "close": closes,
            "volume": self._volumes(bars),
        }
        indicators: dict[str, Any] = {"quote": [quote]}
        if interval in _DAILY:
            indicators["adjclose"] = [{"adjclose": self._adjusted(bars, interval, closes)}]
        found = {"timestamp": (bars.start * 60).tolist()}
        listed = self._events(bars, interval, events)
        return found | ({"events": listed} if listed else {}) | {"indicators": indicators}

    def _known_dividends(self) -> list[tuple[int, float]]:
        """Return (session, amount in today's shares) of the dividends so far."""
        factor = self._path.share_factor
        known = ((index, amount) for index, amount in self._path.dividends.items() if index <= self._newest)
        return [(index, amount * float(factor[self._newest]) / float(factor[index])) for index, amount in known]

    def _adjusted(self, bars: BarColumns, interval: str, closes: list[float]) -> list[float]:
        """Return closes less the dividends paid since, each as a share of the close before it."""
        path, factor = self._path, self._path.share_factor
        kept = np.ones(path.calendar.days.size)
        for index, amount in self._known_dividends():
            before = float(path.close[index - 1]) * self._instrument.tick * float(factor[self._newest]) / float(factor[index - 1])
            kept[index - 1] = 1 - amount / before
        later = np.append(np.cumprod(kept[::-1])[::-1], 1.0)
        ends = self._last_sessions(bars, interval)
        return [round(close * float(later[end]), 6) for close, end in zip(closes, ends, strict=True)]

    def _last_sessions(self, bars: BarColumns, interval: str) -> list[int]:
        """Return the index of the last session in each bar."""
        calendar = self._path.calendar
        firsts = np.searchsorted(calendar.opens, bars.start).tolist()
        last = firsts[-1]
        if interval != "1d":
            label = _period_start(int(calendar.days[last]), interval)
            while last < self._newest and _period_start(int(calendar.days[last + 1]), interval) == label:
                last += 1
        return [*(first - 1 for first in firsts[1:]), last]

    def _events(self, bars: BarColumns, interval: str, asked: str) -> dict[str, Any]:
        first, opens = int(bars.start[0]), self._path.calendar.opens
        last = int(opens[self._last_sessions(bars, interval)[-1]]) if interval in _DAILY else int(bars.start[-1])
        found: dict[str, Any] = {}
        if "div" in asked:
            paid = [(int(opens[index]), amount) for index, amount in self._known_dividends() if opens[index] >= first]
            dividends = {str(at * 60): {"amount": round(amount, 6), "date": at * 60} for at, amount in paid if at <= last}
            found |= {"dividends": dividends} if dividends else {}
        if "split" in asked:
            cut = [(int(opens[index]), ratio) for index, ratio in self._path.splits.items() if index <= self._newest]
            splits = {
                str(at * 60): {"date": at * 60, "numerator": ratio, "denominator": 1, "splitRatio": f"{ratio}:1"}
                for at, ratio in cut
                if first <= at <= last
            }
            found |= {"splits": splits} if splits else {}
        return found

    def meta(self, asked_range: str, interval: str, first: int) -> dict[str, Any]:
        """Return the facts and the latest price that head every chart."""
        each, path = self._instrument, self._path
        last = self._market.last_trade(self._symbol, self._now_ns)
        today = self._market.daily_bars(
            self._symbol, int(path.calendar.days[self._newest]), int(path.calendar.days[self._newest]), self._now_ns
        )
        year = slice(max(0, self._newest - 252), self._newest)
        divide = path.share_factor[year] / path.share_factor[self._newest]
        price = last.price * each.tick
        highs, lows = path.high[year] * each.tick / divide, path.low[year] * each.tick / divide
        before_chart = int(np.searchsorted(path.calendar.opens, first)) - 1
        offset = new_york_offset(self._now) if each.calendar == "nyse" else 0
        meta = {
            "currency": "USD" if each.asset_class == "crypto" else each.currency,
            "symbol": each.yahoo,
            "exchangeName": each.exchange,
            "fullExchangeName": each.exchange_name,
            "instrumentType": _KINDS[each.asset_class],
            "firstTradeDate": int(path.calendar.opens[0]) * 60,
            "regularMarketTime": last.time_ms // 1000,
            "hasPrePostMarketData": each.asset_class in {"equity", "etf"},
            "gmtoffset": offset,
            "timezone": _zone(each, offset),
            "exchangeTimezoneName": _ZONES[each.calendar].key,
            "regularMarketPrice": round(price, 6),
            "fiftyTwoWeekHigh": round(max(float(highs.max(initial=0)), price), 6),
            "fiftyTwoWeekLow": round(min(float(lows.min(initial=price)), price), 6),
            "regularMarketDayHigh": round(int(today.high[0]) * each.tick, 6),
            "regularMarketDayLow": round(int(today.low[0]) * each.tick, 6),
            "regularMarketVolume": self._volumes(today)[0],
            "longName": each.name,
            "shortName": each.name,
            "chartPreviousClose": self._close(before_chart),
        }
        if interval in _MINUTES:
            meta |= {"previousClose": self._close(self._newest - 1), "scale": 3}
        return meta | {
            "priceHint": 2 if each.price_decimals <= 2 else 4,
            "currentTradingPeriod": self._period(offset),
            "dataGranularity": interval,
            "range": asked_range,
            "validRanges": _VALID_RANGES,
        }

    def _close(self, index: int) -> float:
        index = max(0, index)
        divide = float(self._path.share_factor[index]) / float(self._path.share_factor[self._newest])
        return round(int(self._path.close[index]) * self._instrument.tick / divide, 6)

    def _period(self, offset: int) -> dict[str, Any]:
        calendar = self._path.calendar
        opened = int(calendar.opens[self._newest]) * 60
        ended = opened + int(calendar.lengths[self._newest]) * 60
        zone, has_edges = _zone(self._instrument, offset), self._instrument.calendar == "nyse"
        before, after = (5.5 * 3600, 4 * 3600) if has_edges else (0, 0)

        def period(start: float, end: float) -> dict[str, Any]:
            return {"timezone": zone, "start": int(start), "end": int(end), "gmtoffset": offset}

        return {"pre": period(opened - before, opened), "regular": period(opened, ended), "post": period(ended, ended + after)}


def _zone(instrument: SimulatedInstrument, offset: int) -> str:
    if instrument.calendar == "nyse":
        return "EDT" if offset == -14_400 else "EST"
    return "GMT" if instrument.calendar == "fx" else "UTC"


def _period_start(day: int, interval: str) -> int:
    """Return the day on which the week, month or quarter (or five days) of `day` begins."""
    if interval in {"1wk", "5d"}:
        return (day - 4) // 7 * 7 + 4
    moment = day_of(day)
    month = moment.month if interval == "1mo" else (moment.month - 1) // 3 * 3 + 1
    return day - (moment - moment.replace(month=month, day=1)).days
