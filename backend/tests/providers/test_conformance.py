"""One suite for every endpoint of every adapter that the registry finds."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recording_cases import OWN_FOLDER, Case, check_shape, load_cases, load_refusals, request_facts, without_each_key

from financehub import errors
from financehub.errors import BadPayload, NoAnswer, RateLimited, SourceError
from financehub.market.order_book import OrderBookSnapshot
from financehub.market.quote import Quote
from financehub.providers.classify_response import classify_response
from financehub.providers.provider import Dataset, Provider
from financehub.providers.registry import load_providers

CASES = load_cases()
READ = [case for case in CASES if "expected" in case.facts]
REFUSED = [case for case in CASES if "error" in case.facts]
PROVIDERS = list(load_providers().values())
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)

each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_read_case = pytest.mark.parametrize("case", READ, ids=str)
each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.id)


def test_every_endpoint_has_a_case_that_is_read() -> None:
    missing = {(p.id, e.name) for p in PROVIDERS for e in p.endpoints} - {(c.provider.id, c.endpoint.name) for c in READ}
    assert missing == set()


@each_case
def test_sends_the_recorded_request(case: Case) -> None:
    assert request_facts(case.endpoint.request(case.query)) == case.facts["request"]


@each_read_case
def test_reads_the_recorded_body_to_the_last_digit(case: Case) -> None:
    value = case.parse()
    assert msgspec.json.decode(msgspec.json.encode(value)) == case.facts["expected"]
    check_shape(value, case.query)


@each_read_case
def test_pages_as_recorded(case: Case) -> None:
    following = (
        case.endpoint.next_request(case.body, case.query, case.endpoint.request(case.query))
        if case.endpoint.next_request
        else None
    )
    assert request_facts(following) == case.facts["next"]


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_recognises_a_refusal_that_came_as_a_success(case: Case) -> None:
    with pytest.raises(SourceError) as raised:
        case.parse()
    assert type(raised.value).__name__ == case.facts["error"]


@each_read_case
def test_asks_are_above_bids(case: Case) -> None:
    for row in case.parse() if isinstance(case.parse(), list) else [case.parse()]:
        if isinstance(row, Quote) and row.bid is not None and row.ask is not None:
            assert row.ask > row.bid
        if isinstance(row, OrderBookSnapshot):
            assert row.asks[0][0] > row.bids[0][0]


@each_case
def test_a_missing_key_is_read_or_refused(case: Case) -> None:
    for name, damaged in without_each_key(msgspec.json.decode(case.body)):
        _read_or_refuse(case, damaged, f"without {name}")


@each_case
def test_a_truncated_body_is_refused(case: Case) -> None:
    body = case.body.rstrip()
    for cut in {len(body) - 1, *(len(body) * part // 50 for part in range(50))}:
        with pytest.raises(SourceError):
            case.parse(body[:cut])


@each_case
@pytest.mark.parametrize(
    "body", [b"", b"nope", b"\xff\xfe\x00", b"\x00" * 100, b'{"a":' * 5_000, b"[" * 100_000, b'{"a":"\xff"}x']
)
def test_what_is_not_json_is_a_bad_payload(case: Case, body: bytes) -> None:
    with pytest.raises(BadPayload):
        case.parse(body)


@each_case
@pytest.mark.parametrize(
    "body", [b"null", b"true", b"5", b'"text"', b"[]", b"{}", b"[[]]", b"[null]", b'{"":{}}', b'{"chart":{}}']
)
def test_json_of_another_shape_is_empty_or_refused(case: Case, body: bytes) -> None:
    try:
        value = case.parse(body)
    except SourceError:
        return
    assert not (value if isinstance(value, list) else value.bars)


@each_provider
def test_a_page_is_a_refusal(provider: Provider) -> None:
    page = b"\n<!DOCTYPE html><html><body>Please verify that you are human</body></html>"
    for headers in ({}, {"content-type": "application/json"}, {"content-type": "text/html; charset=utf-8"}):
        assert isinstance(_classify(provider, 200, headers, page), NoAnswer)
    limited = b"<html><title>Too Many Requests</title></html>"
    assert isinstance(_classify(provider, 200, {"content-type": "text/html"}, limited), RateLimited)


@pytest.mark.parametrize(("provider", "name", "body", "facts"), load_refusals(), ids=lambda v: v if isinstance(v, str) else "")
def test_a_recorded_refusal_has_its_meaning(provider: Provider, name: str, body: bytes, facts: dict[str, Any]) -> None:
    error = _classify(provider, facts["status"], facts.get("headers", {}), body)
    assert type(error) is getattr(errors, facts["error"])
    assert getattr(error, "retry_after", None) == facts.get("retry_after")


@each_provider
def test_an_answer_is_no_refusal(provider: Provider) -> None:
    for case in READ:
        if case.provider is provider:
            assert _classify(provider, 200, {"content-type": "application/json"}, case.body[:4096]) is None


@each_provider
def test_declares_dated_limits_and_reachable_hosts(provider: Provider) -> None:
    assert provider.limits
    assert provider.facts
    for stated in (*provider.limits, *provider.facts):
        assert stated.source_url.startswith("https://")
        assert stated.verified_on.year >= 2026
    assert {name.isidentifier() for name in provider.hosts} == {True}
    assert provider.probe is not None
    assert provider.probe.host in provider.hosts
    names = [endpoint.name for endpoint in provider.endpoints]
    assert len(names) == len(set(names))
    for endpoint in provider.endpoints:
        assert bool(endpoint.intervals) is (endpoint.dataset is Dataset.BARS)


def test_no_recording_holds_a_secret() -> None:
    secret = re.compile(
        r"(?:api[_-]?key|token|authorization|cookie|password)\W{0,3}[=:]|bearer \w|[\w.]+@[a-z-]+\.[a-z]+", re.IGNORECASE
    )
    assert secret.search('"apikey": "x"')
    assert secret.search("Authorization: Bearer x")
    for path in OWN_FOLDER.rglob("*.json"):
        assert secret.findall(path.read_text()) == [], path


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(
        [
            "",
            "nan",
            "NaN",
            "inf",
            "-1",
            "0",
            "1e999",
            "1_000",
            "٣",
            "2026-13-01",
            "9999-12-31T23:59:59Z",
            -1,
            0,
            2**63,
            10**30,
            -(10**30),
        ]
    ),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(),
    st.text(max_size=5),
    st.sampled_from([[], {}, [[]], [None], {"a": None}]),
)


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(data=st.data())
def test_only_source_errors_escape_a_mutated_document(case: Case, data: st.DataObject) -> None:
    document = msgspec.json.decode(case.body)
    for _ in range(data.draw(st.integers(1, 3))):
        document = _mutate(document, data)
    _read_or_refuse(case, msgspec.json.encode(document), "mutated")


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_only_source_errors_escape_flipped_bytes(case: Case, data: st.DataObject) -> None:
    body = bytearray(case.body)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(case, bytes(body), "flipped")


def _mutate(node: Any, data: st.DataObject) -> Any:
    """Put something odd in the place of a random part."""
    if isinstance(node, dict) and node and data.draw(st.integers(0, 5)):
        key = data.draw(st.sampled_from(sorted(node)))
        return {**node, key: _mutate(node[key], data)}
    if isinstance(node, list) and node and data.draw(st.integers(0, 5)):
        index = data.draw(st.integers(0, len(node) - 1))
        return [*node[:index], _mutate(node[index], data), *node[index + 1 :]]
    return data.draw(_ODD)


def _read_or_refuse(case: Case, body: bytes, what: str) -> None:
    """Assert that a body is refused, or that what is read of it can be true; and the same of its paging."""
    try:
        value = case.parse(body)
        if case.endpoint.next_request:
            case.endpoint.next_request(body, case.query, case.endpoint.request(case.query))
    except SourceError:
        return
    try:
        check_shape(value, case.query)
    except AssertionError as error:
        raise AssertionError(f"{case} {what}: {value}") from error


def _classify(provider: Provider, status: int, headers: dict[str, str], body: bytes) -> SourceError | None:
    return classify_response(provider, status, headers, body, now=NOW, has_key=False)
