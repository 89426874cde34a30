"""The first start on a machine: which market is served, what is printed, and that one data folder serves again."""

from pathlib import Path

import httpx
import pytest
from servers.product_server import serving

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("start")]

NOBODY = "http://127.0.0.1:9"
HOSTS = ("BINANCE_REST", "YAHOO_FINANCE_REST", "COINGECKO_REST", "FRANKFURTER_REST", "SEC_EDGAR_DATA", "SEC_EDGAR_WWW")
OUT_OF_REACH = {f"FINANCEHUB_{host}_URL": NOBODY for host in HOSTS}


def test_where_no_source_answers_the_simulated_market_is_served_and_says_so(tmp_path: Path) -> None:
    with serving(tmp_path, "up", mode="simulated", **OUT_OF_REACH) as server, server.sign_in() as client:
        health = client.get("/api/health").json()
        quote = client.get("/api/quotes/BTCUSDT").json()
        featured = client.get("/api/assets?featured=true&limit=100").json()["data"]
    said = (tmp_path / "server.log").read_text()
    assert (health["mode"], quote["provenance"]["delay_class"], len(featured)) == ("simulated", "simulated", 60)
    assert said.startswith("No keyless source answers from here: serving the simulated market.")
    assert f"FinanceHub (simulated) serves {server.address}" in said
    assert f"Sign in once with {server.address}/sign-in#token=" in said
    assert (tmp_path / "simulated" / "financehub.sqlite3").exists()
    assert not (tmp_path / "live").exists()


def test_live_does_not_fall_back_when_told_not_to(tmp_path: Path) -> None:
    with serving(tmp_path, "up", "--live", mode="live", **OUT_OF_REACH) as server, server.sign_in() as client:
        assert client.get("/api/health").json()["mode"] == "live"
        answer = client.get("/api/quotes/BTCUSDT")
    body = answer.json()
    assert answer.status_code == 503
    assert body["code"] == "no_answer"
    assert sorted(step.split(":")[0] for step in body["facts"]["trace"]) == ["binance", "coingecko", "yahoo_finance"]


def test_the_same_folder_serves_again_with_its_sessions(tmp_path: Path) -> None:
    with serving(tmp_path, "demo", mode="simulated") as server, server.sign_in() as client:
        cookies = dict(client.cookies)
        token = client.headers["Authorization"]
    with serving(tmp_path, "demo", mode="simulated") as server:
        answer = httpx.get(f"{server.address}/api/auth/me", headers={"Authorization": token})
        assert (answer.status_code, answer.json()["data"]["is_owner"]) == (200, True)
        refreshed = httpx.post(f"{server.address}/api/auth/refresh", headers={"X-FinanceHub-Request": "1"}, cookies=cookies)
        assert refreshed.status_code == 200


def test_the_link_of_the_first_start_works_once(tmp_path: Path) -> None:
    with serving(tmp_path, "demo", mode="simulated") as server:
        line = next(line for line in (tmp_path / "server.log").read_text().splitlines() if "Sign in once" in line)
        token = line.split("#token=")[1]
        first = httpx.post(f"{server.address}/api/auth/link", json={"token": token})
        second = httpx.post(f"{server.address}/api/auth/link", json={"token": token})
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 401, "unauthenticated")
