"""Quotes: the exact body, what fails for one of many, and every wrong question."""

from datetime import timedelta

import pytest
from api.door import Door, assert_as_documented, body_of, refusal_of
from api.scripted_orchestrator import NOW, PROVENANCE_JSON, ScriptedOrchestrator

from financehub.errors import BudgetExhausted, KeyMissing, RateLimited
from financehub.market.quote import Quote

pytestmark = pytest.mark.usefixtures("catalogue")

BITCOIN = Quote(
    symbol="BTCUSDT", price=57_001.5, time=NOW - timedelta(seconds=2), currency="USDT", bid=57_001.0, change_percent=1.25
)
BITCOIN_JSON = {
    "symbol": "BTCUSDT",
    "price": 57001.5,
    "time": "2024-08-08T11:59:58Z",
    "currency": "USDT",
    "bid": 57001.0,
    "ask": None,
    "open": None,
    "high": None,
    "low": None,
    "previous_close": None,
    "change": None,
    "change_percent": 1.25,
    "volume": None,
    "quote_volume": None,
    "market_cap": None,
}


@pytest.mark.parametrize("name", ["BTCUSDT", "btcusdt", "bitcoin"])
def test_one_quote_by_any_of_its_names(door: Door, orchestrator: ScriptedOrchestrator, name: str) -> None:
    orchestrator.quote_values["BTCUSDT"] = BITCOIN
    response = door.get(f"/api/quotes/{name}")
    assert response.status_code == 200
    assert assert_as_documented(response, "get_quote") == {"data": BITCOIN_JSON, "provenance": PROVENANCE_JSON}
    assert orchestrator.asked == [("BTCUSDT",)]
    assert response["Cache-Control"] == "no-store"


def test_symbol_with_a_sign_of_its_own(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    orchestrator.quote_values["^GSPC"] = Quote(symbol="^GSPC", price=5_300.0, time=NOW)
    assert body_of(door.get("/api/quotes/%5EGSPC"))["data"]["symbol"] == "^GSPC"


def test_unknown_symbol_comes_with_suggestions(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    response = door.get("/api/quotes/BTCUSD")
    assert refusal_of(response) == (404, "not_found")
    body = assert_as_documented(response, "get_quote")
    assert body["facts"] == {"symbol": "BTCUSD", "suggestions": ["BTCUSDT"]}
    assert "BTCUSD" in body["message"]
    assert orchestrator.asked == []


@pytest.mark.parametrize(
    ("error", "status", "code", "retry_after"),
    [
        (RateLimited("wait", retry_after=2.1), 503, "rate_limited", "3"),
        (RateLimited("wait", retry_after=0.0), 503, "rate_limited", "1"),
        (RateLimited("wait"), 503, "rate_limited", None),
        (BudgetExhausted("spent", resets_at="2024-08-08T13:00:00Z"), 503, "budget_exhausted", None),
        (KeyMissing("no key", provider="finnhub"), 424, "key_missing", None),
    ],
)
def test_failure_of_the_sources_is_told_as_it_is(
    door: Door, orchestrator: ScriptedOrchestrator, error: Exception, status: int, code: str, retry_after: str | None
) -> None:
    orchestrator.failures["AAPL"] = error
    response = door.get("/api/quotes/AAPL")
    assert refusal_of(response) == (status, code)
    assert response.get("Retry-After") == retry_after


def test_many_quotes_and_why_others_are_missing(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    orchestrator.quote_values["BTCUSDT"] = BITCOIN
    orchestrator.failures["AAPL"] = RateLimited("yahoo_finance asks to wait", retry_after=30.0, source="yahoo_finance")
    response = door.get("/api/quotes?symbols=AAPL,bitcoin,BTCUSDT,NOSUCH, ,")
    assert response.status_code == 200
    assert orchestrator.asked == [("AAPL", "BTCUSDT")]
    body = assert_as_documented(response, "list_quotes")
    assert body["data"] == [{"quote": BITCOIN_JSON, "provenance": PROVENANCE_JSON}]
    assert [(failure["symbol"], failure["code"]) for failure in body["failures"]] == [
        ("NOSUCH", "not_found"),
        ("AAPL", "rate_limited"),
    ]
    assert body["failures"][1]["facts"] == {"retry_after": 30.0, "source": "yahoo_finance"}


def test_only_unknown_symbols_ask_nobody(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    body = body_of(door.get("/api/quotes?symbols=NOSUCH"))
    assert (body["data"], [failure["symbol"] for failure in body["failures"]]) == ([], ["NOSUCH"])
    assert orchestrator.asked == []


def test_unusable_symbol_is_a_failure_of_its_own(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    orchestrator.quote_values["BTCUSDT"] = BITCOIN
    body = body_of(door.get(f"/api/quotes?symbols={'X' * 300},BTCUSDT"))
    assert [item["quote"]["symbol"] for item in body["data"]] == ["BTCUSDT"]
    assert len(body["failures"]) == 1


@pytest.mark.parametrize("symbols", ["", ",", " , ", ",".join(f"S{number}" for number in range(101))])
def test_none_or_too_many_symbols_are_refused(door: Door, orchestrator: ScriptedOrchestrator, symbols: str) -> None:
    response = door.get(f"/api/quotes?symbols={symbols}")
    assert refusal_of(response) == (422, "invalid")
    assert body_of(response)["facts"]["field"] == "symbols"
    assert orchestrator.asked == []


def test_missing_symbols_are_named(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    response = door.get("/api/quotes")
    assert refusal_of(response) == (422, "invalid")
    assert body_of(response)["message"] == "symbols is required"


def test_source_that_says_nothing_at_all(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    assert refusal_of(door.get("/api/quotes/AAPL")) == (503, "no_answer")
