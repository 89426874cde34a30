"""docs/errors.md lists every error with its code, status and whether to retry."""

import inspect
import re
from pathlib import Path

from financehub import errors
from financehub.errors import FinanceHubError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "errors.md"
ROW = re.compile(r"^\| (\w+) \| `(\w+)` \| (\d{3}) \| (yes|no) \| (.+) \|$", re.MULTILINE)


def test_table_of_errors_is_true() -> None:
    classes = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, FinanceHubError)]
    expected = {(kind.__name__, kind.code, str(kind.status), "yes" if kind.retryable else "no") for kind in classes}
    rows = ROW.findall(PAGE.read_text())
    assert {row[:4] for row in rows} == expected
    assert len(rows) == len(expected)
    assert all(what.endswith(".") for *_, what in rows)


def test_every_error_is_in_the_drawn_tree() -> None:
    tree = errors.__doc__ or ""
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, FinanceHubError):
            assert re.search(rf"\b{name}\b", tree), name
