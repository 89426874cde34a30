from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.errors import BadPayload
from financehub.providers import payload_reading as reading


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_its_text(number: float) -> None:
    assert reading.read_number("Acme", "price", repr(number)) == number
    assert reading.read_number("Acme", "price", number) == number


@pytest.mark.parametrize(
    "value",
    [
        "",
        " 1",
        "1 ",
        "1_000",
        "nan",
        "inf",
        "-inf",
        "0x10",
        "٣",
        "one",
        None,
        True,
        False,
        [],
        {},
        float("nan"),
        10**400,
        "1e999",
    ],
)
def test_what_is_no_number_is_refused_by_name(value: Any) -> None:
    with pytest.raises(BadPayload, match=r"Acme sent price = .*not a number"):
        reading.read_number("Acme", "price", value)


@pytest.mark.parametrize("value", [0, -1, "0", "-0.5"])
def test_a_price_is_above_zero(value: Any) -> None:
    with pytest.raises(BadPayload, match="a price is above 0"):
        reading.read_price("Acme", "price", value)


def test_an_amount_is_not_below_zero() -> None:
    assert reading.read_amount("Acme", "volume", "0") == 0
    with pytest.raises(BadPayload, match="not below 0"):
        reading.read_amount("Acme", "volume", "-0.1")


def test_low_and_high_are_in_order_where_both_are_known() -> None:
    for low, high in ((1.0, 1.0), (1.0, 2.0), (None, 1.0), (1.0, None)):
        reading.require_order("Acme", low, high)
    with pytest.raises(BadPayload, match=r"a high of 1\.0 below its low of 2\.0"):
        reading.require_order("Acme", 2.0, 1.0)


def test_times_are_read_to_the_millisecond_and_cannot_be_absurd() -> None:
    assert reading.read_milliseconds("Acme", 1767614400123) == datetime(2026, 1, 5, 12, 0, 0, 123_000, tzinfo=UTC)
    assert reading.read_seconds("Acme", -86_400) == datetime(1969, 12, 31, tzinfo=UTC)
    for absurd in (10**15, -(10**15), 10**40):
        with pytest.raises(BadPayload, match="a time that cannot be"):
            reading.read_seconds("Acme", absurd)


def test_days_and_moments() -> None:
    assert reading.read_day("Acme", "2026-01-05") == date(2026, 1, 5)
    assert reading.read_moment("Acme", "2026-01-05T12:00:00.5+01:00") == datetime(2026, 1, 5, 11, 0, 0, 500_000, tzinfo=UTC)
    for text in ("2026-13-01", "", "today"):
        with pytest.raises(BadPayload, match="a day that is none"):
            reading.read_day("Acme", text)
    for text in ("2026-01-05T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", "now"):
        with pytest.raises(BadPayload, match="a time that is none"):
            reading.read_moment("Acme", text)


def test_a_body_that_cannot_be_read_says_why_and_whose_it_is() -> None:
    decoder = msgspec.json.Decoder(list[int])
    assert reading.decode_payload("Acme", b"[1]", decoder) == [1]
    with pytest.raises(
        BadPayload, match=r"Acme sent a body that cannot be read: Expected `int`, got `str` - at `\$\[1\]`"
    ) as raised:
        reading.decode_payload("Acme", b'[1, "2"]', decoder)
    assert raised.value.facts == {"source": "Acme"}


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../etc/passwd", "America", "\x00", "x" * 5_000])
def test_a_zone_that_is_none(name: str) -> None:
    assert reading.find_zone(name) is None


def test_a_zone() -> None:
    assert str(reading.find_zone("America/New_York")) == "America/New_York"
