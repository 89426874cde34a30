from typing import Any

import pytest
from served_market import Served

FAULTS = "/_control/faults"


async def test_the_state_says_what_is_served(simulator: Served) -> None:
    state = await simulator.json("/_control/state")
    assert (state["mode"], state["seed"], state["is_finished"], state["faults"]) == ("simulated", 7, False, 0)
    assert state["market_time"] == "2026-11-20T18:15:03.250000Z"
    assert len(state["symbols"]) == 60


async def test_faults_are_ordered_shown_and_taken_away(simulator: Served) -> None:
    first = await simulator.fault(kind="rate_limited", provider="binance", retry_after=3, count=5)
    second = await simulator.fault(kind="cut")
    assert (first["id"], first["retry_after"], first["left"], first["struck"]) == (1, 3.0, 5, 0)
    await simulator.get("/binance/api/v3/ping")
    shown = (await simulator.json(FAULTS))["data"]
    assert [(fault["id"], fault["struck"], fault["left"]) for fault in shown] == [(1, 1, 4), (second["id"], 0, 1)]
    assert (await simulator.client.delete(f"{simulator.root}{FAULTS}/1")).status_code == 204
    assert (await simulator.client.delete(f"{simulator.root}{FAULTS}/1")).status_code == 404
    assert (await simulator.client.delete(f"{simulator.root}{FAULTS}/x")).status_code == 404
    assert (await simulator.client.delete(simulator.root + FAULTS)).status_code == 204
    assert await simulator.json(FAULTS) == {"data": []}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"kind": "earthquake"}, "earthquake"),
        ({"provider": "binance"}, "kind"),
        ({"kind": "cut", "count": "many"}, "count"),
        ({"kind": "cut", "colour": "red"}, "colour"),
        ({"kind": "cut", "count": -1}, "count must be at least 1, was -1"),
    ],
)
async def test_bad_orders_are_refused_with_the_reason(simulator: Served, body: dict[str, Any], message: str) -> None:
    response = await simulator.client.post(simulator.root + FAULTS, json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert message in response.json()["message"]


async def test_an_order_that_is_not_json_is_refused(simulator: Served) -> None:
    response = await simulator.client.post(simulator.root + FAULTS, content=b"{", headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert "not JSON" in response.json()["message"]


async def test_there_is_nothing_else(simulator: Served) -> None:
    assert (await simulator.get("/_control/secrets")).status_code == 404
    assert (await simulator.client.put(simulator.root + FAULTS)).json()["code"] == "not_found"
    assert (await simulator.get("/nobody/at/home")).json() == {"error": "nothing is simulated at /nobody"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "evil.example:9000"},
        {"Host": "[evil"},
        {"Host": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
    ],
)
async def test_a_web_page_cannot_order_a_fault(simulator: Served, headers: dict[str, str]) -> None:
    sent = {"Content-Type": "application/json"} | headers
    response = await simulator.client.post(simulator.root + FAULTS, content=b'{"kind": "cut"}', headers=sent)
    assert (response.status_code, response.json()["code"]) == (403, "denied")
    assert await simulator.json(FAULTS) == {"data": []}


async def test_a_web_page_cannot_end_a_fault(simulator: Served) -> None:
    await simulator.fault(kind="cut")
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        assert (await simulator.client.delete(simulator.root + FAULTS, headers=headers)).status_code == 403
    assert len((await simulator.json(FAULTS))["data"]) == 1


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "localhost:9000", "[::1]:9000", "simulator:9000", "192.168.1.4"])
async def test_a_program_may_call_it_by_address_or_plain_name(simulator: Served, host: str) -> None:
    assert (await simulator.get("/_control/state", Host=host)).status_code == 200
