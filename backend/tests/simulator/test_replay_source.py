import itertools
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from served_market import served
from small_recording import FRAMES, SECOND_NS, START_MS, START_NS, TOUCH, lines, trade, write

from financehub.simulator.replay_recording import load_recording
from financehub.simulator.replay_source import ReplaySource, split_pair
from financehub.simulator.venue_source import KlineWindow, UnknownPair

V3 = "/binance/api/v3"
MINUTE_MS = 60_000
FIRST_MINUTE = START_MS // MINUTE_MS * MINUTE_MS


@pytest.fixture
def source(tmp_path: Path) -> ReplaySource:
    return ReplaySource(write(tmp_path, lines(), "small.txt.gz"))


def at(seconds: float) -> int:
    return START_NS + round(seconds * SECOND_NS)


def test_the_index_names_pairs_and_times(source: ReplaySource) -> None:
    assert (source.symbols, source.start_ns, source.end_ns) == (["ABCUSDT"], START_NS, at(71))
    (pair,) = source.pairs()
    assert (pair.base, pair.quote, pair.price_decimals, pair.lot_decimals) == ("ABC", "USDT", 1, 2)
    assert [source.is_finished(at(each)) for each in (0, 70.9, 71)] == [False, False, True]
    with pytest.raises(UnknownPair):
        source.depth("BTCUSDT", 5, START_NS)


@pytest.mark.parametrize(
    ("symbol", "pair"),
    [
        ("BTCUSDT", ("BTC", "USDT")),
        ("LRCBTC", ("LRC", "BTC")),
        ("RUNEEUR", ("RUNE", "EUR")),
        ("USDTTRY", ("USDT", "TRY")),
        ("X", ("X", "")),
    ],
)
def test_names_are_split(symbol: str, pair: tuple[str, str]) -> None:
    assert split_pair(symbol) == pair


@pytest.mark.parametrize(
    ("seconds", "book"),
    [
        (-1, (102, [("10.00", "5.0"), ("9.90", "1.0")], [("10.20", "2.0"), ("10.30", "1.0")])),
        (0.9, (102, [("10.00", "5.0"), ("9.90", "1.0")], [("10.20", "2.0"), ("10.30", "1.0")])),
        (1.0, (104, [("10.00", "6.5"), ("9.90", "1.0")], [("10.30", "1.0")])),
        (2.0, (106, [("10.10", "4.0"), ("10.00", "6.5"), ("9.90", "1.0")], [("10.30", "1.0"), ("10.40", "3.0")])),
        (99, (107, [("10.10", "4.0"), ("10.00", "6.5")], [("10.30", "1.0"), ("10.40", "3.0")])),
    ],
)
def test_a_late_joiner_gets_the_book_of_its_moment(source: ReplaySource, seconds: float, book: tuple[Any, ...]) -> None:
    for limit in (1, 1000):
        found = source.depth("ABCUSDT", limit, at(seconds))
        assert (found["lastUpdateId"], found["bids"], found["asks"]) == (book[0], book[1][:limit], book[2][:limit])


def test_frames_come_at_their_time_byte_for_byte(source: ReplaySource) -> None:
    streams = ["abcusdt@depth@100ms", "abcusdt@trade", "abcusdt@bookTicker"]
    told = [frame for first, last in itertools.pairwise(range(-1, 100)) for frame in source.frames(streams, at(first), at(last))]
    recorded = [(at(seconds), text) for seconds, text in FRAMES if "stream" in text]
    assert [(each.time_ns, f'{{"stream":"{each.stream}","data":{each.data.decode()}}}') for each in told] == recorded


def test_changes_of_the_book_are_told_under_the_name_that_was_asked_for(source: ReplaySource) -> None:
    (told,) = source.frames(["abcusdt@depth"], at(70.5), at(71))
    assert told.stream == "abcusdt@depth"
    assert msgspec.json.decode(told.data)["u"] == 107


def test_klines_are_made_of_the_trades_so_far(source: ReplaySource) -> None:
    def rows(seconds: float, interval: str = "1m") -> list[list[Any]]:
        return source.klines("ABCUSDT", KlineWindow(interval=interval), at(seconds))

    first = [FIRST_MINUTE, "10.20000000", "10.20000000", "10.20000000", "10.20000000", "2.00000000"]
    assert rows(1.1) == []
    assert [row[:6] for row in rows(1.2)] == [first]
    assert [row[:9] for row in rows(71)] == [
        [
            FIRST_MINUTE,
            *("10.20000000", "10.20000000", "10.10000000", "10.10000000", "3.25000000"),
            FIRST_MINUTE + 59_999,
            "33.02500000",
            2,
        ],
        [FIRST_MINUTE + MINUTE_MS, *["10.30000000"] * 4, "1.00000000", FIRST_MINUTE + 119_999, "10.30000000", 1],
    ]
    assert [row[8] for row in rows(71, "1h")] == [3]
    late = KlineWindow(interval="1m", start_ms=FIRST_MINUTE + 1)
    assert [row[0] for row in source.klines("ABCUSDT", late, at(71))] == [FIRST_MINUTE + MINUTE_MS]


def test_recorded_klines_are_preferred_to_our_own(tmp_path: Path) -> None:
    kline = {"t": FIRST_MINUTE, "T": FIRST_MINUTE + 59_999, "s": "ABCUSDT", "i": "1m", "n": 9, "x": False, "B": "0"}
    kline |= dict.fromkeys("ohlcvqVQ", "7.0")
    frame = msgspec.json.encode({"stream": "abcusdt@kline_1m", "data": {"e": "kline", "s": "ABCUSDT", "k": kline}}).decode()
    source = ReplaySource(write(tmp_path, lines([*FRAMES, (71.5, frame)])))
    assert source.klines("ABCUSDT", KlineWindow(interval="1m"), at(80))[0][:2] == [FIRST_MINUTE, "7.0"]
    assert source.klines("ABCUSDT", KlineWindow(interval="5m"), at(80))[0][1] == "10.20000000"
    assert len(source.klines("ABCUSDT", KlineWindow(interval="1m"), at(71))) == 2


def test_the_ticker_knows_the_recording_so_far(source: ReplaySource) -> None:
    early, late = source.day_ticker("ABCUSDT", at(0.9)), source.day_ticker("ABCUSDT", at(71))
    assert (early["lastPrice"], early["count"], early["bidPrice"], early["askPrice"]) == (
        "10.10000000",
        0,
        "10.00000000",
        "10.20000000",
    )
    assert (early["firstId"], early["lastId"]) == (-1, -1)
    names = ("openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume", "bidPrice", "askPrice")
    assert [late[name] for name in names] == [
        f"{value:.8f}" for value in (10.2, 10.3, 10.1, 10.3, 4.25, 43.325, 10.1, 10.3)
    ]  # fmt: skip
    assert (late["firstId"], late["lastId"], late["count"]) == (500, 502, 3)
    assert (late["priceChange"], late["priceChangePercent"]) == ("0.10000000", "0.980")


def test_trades_are_the_latest_so_far(source: ReplaySource) -> None:
    assert source.trades("ABCUSDT", 5, at(1)) == []
    assert [each["id"] for each in source.trades("ABCUSDT", 2, at(71))] == [501, 502]
    assert source.trades("ABCUSDT", 1, at(30))[0]["isBuyerMaker"] is True


def told(source: ReplaySource, stream: str, first: float, last: float) -> list[Any]:
    return [msgspec.json.decode(each.data) for each in source.frames([stream], at(first), at(last))]


def test_streams_that_were_not_recorded_are_derived(source: ReplaySource) -> None:
    ticker, mini = told(source, "abcusdt@ticker", 30, 31)[-1], told(source, "abcusdt@miniTicker", 30, 31)[-1]
    assert (ticker["e"], ticker["c"], ticker["n"]) == ("24hrTicker", "10.10000000", 2)
    assert (mini["e"], mini["v"]) == ("24hrMiniTicker", "3.25000000")
    merged = told(source, "abcusdt@aggTrade", 0, 71)
    assert [(each["a"], each["f"], each["l"], each["m"]) for each in merged] == [
        (500,) * 3 + (False,),
        (501,) * 3 + (True,),
        (502,) * 3 + (False,),
    ]
    for nothing in ("abcusdt@kline_7m", "nope@ticker", "abcusdt@nothing"):
        assert told(source, nothing, 0, 71) == []


def test_derived_klines_run_and_close_once(source: ReplaySource) -> None:
    heard = [each["k"] for second in range(72) for each in told(source, "abcusdt@kline_1m", second - 1, second)]
    closed = [(each["t"], each["c"], each["n"], each["f"], each["L"]) for each in heard if each["x"]]
    assert closed == [(FIRST_MINUTE, "10.10000000", 2, 500, 501)]
    assert heard[0]["n"] == 1
    assert (heard[-1]["t"], heard[-1]["x"]) == (FIRST_MINUTE + MINUTE_MS, False)


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.7, 1.3, 4.9])
def test_every_bar_closes_wherever_the_stretches_are_cut(tmp_path: Path, seconds: float) -> None:
    later = START_MS + 70_300  # the next minute begins between two tellings
    frames = [(70.3, trade(502, "10.30", "1.0", later)) if second == 70.0 else (second, frame) for second, frame in FRAMES]
    source = ReplaySource(write(tmp_path, lines(frames)))
    cuts = [-1 + seconds * step for step in range(round(75 / seconds))]
    heard = [each["k"] for cut in cuts for each in told(source, "abcusdt@kline_1m", cut, cut + seconds)]
    closed = [(each["t"], each["c"], each["n"]) for each in heard if each["x"]]
    assert closed == [(FIRST_MINUTE, "10.10000000", 2)]


def test_after_the_end_there_is_silence(source: ReplaySource) -> None:
    assert source.frames(["abcusdt@ticker", "abcusdt@kline_1m", "abcusdt@trade"], at(72), at(500)) == []


async def test_a_replay_is_served_and_says_when_it_is_over(source: ReplaySource) -> None:
    async with served(source, at_ns=START_NS - 1) as simulator:
        assert set(simulator.urls) == {"binance"}
        assert (await simulator.get("/yahoo/v8/finance/chart/AAPL")).status_code == 404
        info = await simulator.json(f"{V3}/exchangeInfo")
        assert [(each["symbol"], each["baseAsset"]) for each in info["symbols"]] == [("ABCUSDT", "ABC")]
        async with simulator.socket("abcusdt@bookTicker") as socket:
            (heard,) = await simulator.hear(socket, 3, wanted=1)
            assert heard == msgspec.json.decode(TOUCH)
            assert (await simulator.json("/_control/state"))["is_finished"] is False
            assert (await simulator.json(f"{V3}/depth?symbol=ABCUSDT"))["lastUpdateId"] == 106
            await simulator.clock.advance(100)
            state = await simulator.json("/_control/state")
            assert (state["is_finished"], state["mode"], state["symbols"]) == (True, "replayed", ["ABCUSDT"])
            await (await socket.ping())


RECORDINGS = Path(os.environ.get("FINANCEHUB_RECORDINGS") or Path(__file__).resolve().parents[4] / "shared" / "recordings")
needs_recordings = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no folder of recordings at {RECORDINGS}")


@needs_recordings
def test_the_recorded_bitcoin_book_equals_an_independent_reconstruction() -> None:
    path = RECORDINGS / "binance" / "frames" / "spot_btcusdt_20240808.txt.gz"
    source, recording = ReplaySource(path), load_recording(path)
    assert source.symbols == ["BTCUSDT"]
    snapshot = recording.snapshots[0][1]
    sides = [{float(price): float(size) for price, size in side} for side in (snapshot.bids, snapshot.asks)]
    last, checked = snapshot.update_id, 0
    for frame in recording.frames:
        if not frame.stream.endswith("@depth@100ms"):
            continue
        event = msgspec.json.decode(frame.data)
        if event["u"] <= last:
            continue
        assert event["U"] <= last + 1
        last = event["u"]
        for side, levels in zip(sides, (event["b"], event["a"]), strict=True):
            side.update({float(price): float(size) for price, size in levels})
        checked += 1
        if checked % 500 == 0 or frame is recording.frames[-1]:
            _same_book(source, frame.time_ns, last, sides)
    assert checked > 3400
    _same_book(source, source.end_ns, last, sides)


def _same_book(source: ReplaySource, now_ns: int, last: int, sides: list[dict[float, float]]) -> None:
    found = source.depth("BTCUSDT", 5000, now_ns)
    assert found["lastUpdateId"] == last
    for name, side in zip(("bids", "asks"), sides, strict=True):
        assert {float(price): float(size) for price, size in found[name]} == {price: size for price, size in side.items() if size}
    assert float(found["bids"][0][0]) < float(found["asks"][0][0])


@needs_recordings
def test_the_older_recording_has_four_pairs() -> None:
    source = ReplaySource(RECORDINGS / "binance" / "frames" / "spot_nknusdt_blzeth_lrcbtc_runeeur_20211012.txt.gz")
    assert source.symbols == ["BLZETH", "LRCBTC", "NKNUSDT", "RUNEEUR"]
    for symbol in source.symbols:
        assert source.day_ticker(symbol, source.end_ns)["symbol"] == symbol
    assert len(source.klines("NKNUSDT", KlineWindow(interval="1m"), source.end_ns)) == 1
