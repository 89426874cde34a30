"""A cursor is read back, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from financehub.api.cursors import read_cursor, write_cursor
from financehub.errors import Invalid


@given(st.text(min_size=1).filter(lambda text: max(text) < "\ud800" or min(text) > "\udfff"))
def test_cursor_is_read_back(key: str) -> None:
    cursor = write_cursor(key)
    assert read_cursor(cursor) == key
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_only_cursors_of_ours_are_read(text: str) -> None:
    try:
        key = read_cursor(text)
    except Invalid as refusal:
        assert refusal.facts["field"] == "after"
    else:
        assert write_cursor(key) == text


@pytest.mark.parametrize("text", ["", "=", "garbage", "QUFQTA=", "QUFQTA==", "QUF QTA", "é", "QUFQTB"])
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_cursor(text)
