import time

import httpx
import pytest
from served_market import FRIDAY

from financehub.clock import ScaledClock, SystemClock, to_ns, wall_now
from financehub.errors import PortInUse
from financehub.simulator.market_model import SeededMarket
from financehub.simulator.simulator_server import SimulatorServer, SimulatorThread, base_urls
from financehub.simulator.universe import load_universe


def test_base_urls_name_every_host() -> None:
    urls = base_urls("127.0.0.1", 9000)
    assert urls["binance"] == {"rest": "http://127.0.0.1:9000/binance", "stream": "ws://127.0.0.1:9000/binance"}
    assert urls["sec_edgar"] == {"www": "http://127.0.0.1:9000/sec", "data": "http://127.0.0.1:9000/sec"}
    assert set(urls) == {"binance", "yahoo_finance", "coingecko", "frankfurter", "sec_edgar"}


def test_a_thread_serves_until_it_is_stopped() -> None:
    thread = SimulatorThread(SimulatorServer(SeededMarket(7), SystemClock()))
    urls = thread.start()
    rest = urls["binance"]["rest"] + "/api/v3"
    assert httpx.get(f"{rest}/ping", trust_env=False).json() == {}
    served_at = httpx.get(f"{rest}/time", trust_env=False).json()["serverTime"]
    assert abs(served_at / 1000 - wall_now().timestamp()) < 5
    thread.stop()
    thread.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{rest}/ping", trust_env=False)


def test_a_thread_whose_port_is_taken_says_so_and_ends() -> None:
    first = SimulatorThread(SimulatorServer(SeededMarket(7), SystemClock()))
    port = int(first.start()["binance"]["rest"].split(":")[2].split("/")[0])
    second = SimulatorThread(SimulatorServer(SeededMarket(7), SystemClock(), port=port))
    with pytest.raises(PortInUse):
        second.start()
    second.stop()
    first.stop()


def test_a_fast_clock_runs_the_market_fast() -> None:
    thread = SimulatorThread(SimulatorServer(SeededMarket(7), ScaledClock(to_ns(FRIDAY), 3600.0)))
    rest = thread.start()["binance"]["rest"] + "/api/v3"
    try:
        first = httpx.get(f"{rest}/time", trust_env=False).json()["serverTime"]
        second = httpx.get(f"{rest}/time", trust_env=False).json()["serverTime"]
    finally:
        thread.stop()
    assert first >= FRIDAY.timestamp() * 1000
    assert second > first


def test_a_burst_from_the_terminal_is_answered_quickly() -> None:
    thread = SimulatorThread(SimulatorServer(SeededMarket(7), ScaledClock(to_ns(FRIDAY))))
    urls = thread.start()
    charts = [f"{urls['yahoo_finance']['rest']}/v8/finance/chart/{each.yahoo}" for each in load_universe().values()]
    began = time.perf_counter()
    try:
        with httpx.Client(trust_env=False, timeout=20) as client:
            sizes = [len(client.get(f"{url}?range=5d&interval=1h").content) for url in charts]
            sizes += [len(client.get(url).content) for url in charts]
    finally:
        thread.stop()
    assert min(sizes) > 500
    assert time.perf_counter() - began < 10  # two seconds on an idle core; test machines are not idle
