import re

import pytest

from financehub import errors
from financehub.errors import BudgetExhausted, FinanceHubError, QuotaExceeded, RateLimited


def tree(kind: type[FinanceHubError] = FinanceHubError) -> list[type[FinanceHubError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child) if below.__module__ == errors.__name__)]


LEAVES = [kind for kind in tree() if not [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]]


def test_the_drawing_shows_every_error_with_its_status():
    drawn = dict(re.findall(r"[├└]── (\w+) +(\d{3})\b", errors.__doc__))
    statuses = {kind.__name__: str(kind.status) for kind in LEAVES}
    assert drawn == statuses


def test_every_code_is_its_own():
    codes = [kind.code for kind in tree()]
    assert len(codes) == len(set(codes)) == 28
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)


def test_only_what_may_pass_by_itself_is_retried():
    assert {kind.__name__ for kind in tree() if kind.retryable} == {"NoAnswer", "RateLimited"}


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_an_error_carries_its_sentence_and_its_facts(kind):
    more = {"retry_after": 2.0} if kind is QuotaExceeded else {}
    error = kind("the sentence", symbol="AAPL", **more)
    assert str(error) == error.message == "the sentence"
    assert error.facts["symbol"] == "AAPL"


def test_when_to_come_back_is_a_fact():
    assert RateLimited("x", retry_after=1.5).facts == {"retry_after": 1.5}
    assert RateLimited("x").retry_after is None
    assert BudgetExhausted("x", resets_at="2026-01-01T00:00:00Z").facts == {"resets_at": "2026-01-01T00:00:00Z"}
    assert QuotaExceeded("x", retry_after=3.0).retry_after == 3.0
