from datetime import UTC, datetime

import pytest
from made_up_source import HEADER_KEY, make_provider

from financehub.errors import KeyMissing, KeyRejected, NoAnswer, NotCovered, RateLimited, Retired, SourceError
from financehub.providers.classify_response import classify_response, is_html, parse_retry_after

NOW = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


def _classify(
    status: int, *, headers: dict[str, str] | None = None, head: bytes = b"{}", has_key: bool = False
) -> SourceError | None:
    return classify_response(make_provider(key=HEADER_KEY), status, headers or {}, head, now=NOW, has_key=has_key)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (101, NoAnswer), (301, NoAnswer), (302, NoAnswer), (304, NoAnswer), (400, NotCovered), (402, NotCovered), (404, NotCovered),
        (405, NotCovered), (408, NoAnswer), (410, Retired), (418, RateLimited), (422, NotCovered), (425, NoAnswer), (429, RateLimited),
        (451, NotCovered), (500, NoAnswer), (502, NoAnswer), (503, NoAnswer), (504, NoAnswer), (520, NoAnswer), (599, NoAnswer),
    ],
)  # fmt: skip
def test_a_status_has_one_meaning(status: int, kind: type[SourceError]) -> None:
    error = _classify(status)
    assert type(error) is kind
    assert error.facts["http_status"] == status
    assert error.facts["source"] == "acme"


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_success_is_no_error(status: int) -> None:
    assert _classify(status) is None


@pytest.mark.parametrize("status", [401, 403])
def test_a_denial_depends_on_the_key(status: int) -> None:
    assert type(_classify(status, has_key=True)) is KeyRejected
    assert type(_classify(status, has_key=False)) is KeyMissing
    without_keys = classify_response(make_provider(), status, {}, b"", now=NOW, has_key=False)
    assert type(without_keys) is (NotCovered if status == 401 else RateLimited)


def test_a_source_that_refuses_us_whole_is_left_alone() -> None:
    error = classify_response(make_provider(), 403, {}, b"<html>Forbidden", now=NOW, has_key=False)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 60.0


def test_a_denial_that_speaks_of_a_limit_is_a_limit() -> None:
    error = _classify(403, head=b"<html>Request Rate Threshold Exceeded", has_key=True, headers={"retry-after": "30"})
    assert isinstance(error, RateLimited)
    assert error.retry_after == 30


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0), (" 7 ", 7.0), ("1.5", 1.5), ("0", 0.0), ("", None), ("soon", None), ("-5", None), ("٣", None),
        ("Mon, 05 Jan 2026 12:01:30 GMT", 90.0), ("Mon, 05 Jan 2026 11:00:00 GMT", 0.0), ("Mon, 05 Jan 2026 12:00:10 -0000", 10.0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert parse_retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [(429, {}, None), (429, {"retry-after": "9"}, 9.0), (418, {}, 120.0), (418, {"retry-after": "600"}, 600.0)],
)
def test_a_limit_says_how_long(status: int, headers: dict[str, str], seconds: float | None) -> None:
    error = _classify(status, headers=headers)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds
    assert error.facts["retry_after"] == seconds


def test_the_source_itself_is_heard_first_and_told_to_wait_by_the_header() -> None:
    provider = make_provider(refusal=RateLimited("slow", source="acme", reason="quota"))
    error = classify_response(provider, 400, {"retry-after": "3"}, b"", now=NOW, has_key=False)
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.facts["reason"]) == (3.0, "quota")
    assert type(classify_response(provider, 404, {}, b"", now=NOW, has_key=False)) is NotCovered


@pytest.mark.parametrize(
    ("content_type", "head", "expected"),
    [
        ("text/html", b"anything", True), ("text/html", b'{"a":1}', False), ("text/html", b" [1]", False), ("", b"<HTML>", True),
        ("application/json", b"\xef\xbb\xbf\n <!DOCTYPE html>", True), ("application/json", b'{"a":"<html>"}', False),
        ("application/xml", b"<?xml version='1.0'?>", False),
    ],
)  # fmt: skip
def test_tells_a_page_from_data(content_type: str, head: bytes, expected: bool) -> None:
    assert is_html({"content-type": content_type}, head) is expected
