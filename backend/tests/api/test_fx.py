"""Reference rates: the exact body and every wrong question."""

from datetime import date

import pytest
from api.door import Door, assert_as_documented, body_of, refusal_of
from api.scripted_orchestrator import PROVENANCE_JSON, ScriptedOrchestrator

from financehub.errors import NotCovered
from financehub.market.fx_rate import FxRate, FxRatesQuery

RATES = [
    FxRate(base="EUR", quote="USD", rate=1.0918, day=date(2024, 8, 7)),
    FxRate(base="EUR", quote="GBP", rate=0.8601, day=date(2024, 8, 7)),
]


def test_rates_of_a_currency(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    orchestrator.rates = RATES
    body = assert_as_documented(door.get("/api/fx/eur?quotes=usd, GBP,USD"), "get_fx_rates")
    assert body == {
        "data": {"base": "EUR", "day": "2024-08-07", "rates": {"USD": 1.0918, "GBP": 0.8601}},
        "provenance": {**PROVENANCE_JSON, "source": "frankfurter", "unit": "rate", "currency": None},
    }
    assert orchestrator.asked == [FxRatesQuery(base="EUR", quotes=("USD", "GBP"))]


def test_all_rates_when_none_is_named(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    orchestrator.rates = RATES
    assert set(body_of(door.get("/api/fx/EUR"))["data"]["rates"]) == {"USD", "GBP"}
    assert orchestrator.asked == [FxRatesQuery(base="EUR")]


@pytest.mark.parametrize("failure", [NotCovered("frankfurter does not have XXX"), None])
def test_currency_that_nobody_has(door: Door, orchestrator: ScriptedOrchestrator, failure: NotCovered | None) -> None:
    if failure is not None:
        orchestrator.failures["XXX"] = failure
    response = door.get("/api/fx/XXX")
    assert refusal_of(response) == (404, "not_found")
    assert body_of(response)["facts"] == {"base": "XXX"}


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("EURO", "base", "EURO"),
        ("E1R", "base", "E1R"),
        ("EUR?quotes=USD,DOLLAR", "quotes", "DOLLAR"),
        ("EUR?quotes=%C3%84BC", "quotes", "ÄBC"),
    ],
)
def test_what_cannot_be_a_currency(door: Door, orchestrator: ScriptedOrchestrator, path: str, field: str, value: str) -> None:
    response = door.get(f"/api/fx/{path}")
    assert refusal_of(response) == (422, "invalid")
    facts = body_of(response)["facts"]
    assert (facts["field"], facts["value"]) == (field, value)
    assert orchestrator.asked == []


def test_too_many_currencies(door: Door, orchestrator: ScriptedOrchestrator) -> None:
    names = [f"{first}{second}A" for first in "ABCDEF" for second in "ABCDEFGHI"][:51]
    response = door.get(f"/api/fx/EUR?quotes={','.join(names)}")
    assert refusal_of(response) == (422, "invalid")
    assert body_of(response)["facts"] == {"field": "quotes", "count": 51}
