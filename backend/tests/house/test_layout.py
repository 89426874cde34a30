"""The tree is as drawn: names have one home, files and functions keep their size, tests mirror the code, the map is true."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

BACKEND = Path(__file__).resolve().parents[2]
ROOT = BACKEND.parent
PACKAGE = BACKEND / "financehub"
FRONTEND = ROOT / "frontend" / "src"

DJANGO_SLOTS = {"__init__", "__main__", "models", "actions", "queries", "admin", "apps"}
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "services", "service", "core", "lib", "types", "misc"}
FILE_LINES = 400
FUNCTION_LINES = 50
PAGE_LINES = 90
MIRRORED_ELSEWHERE = {"house", "journeys", "benchmarks", "live", "recordings", "servers"}


def modules() -> list[Path]:
    return [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]


def repeated_names(paths: list[Path]) -> dict[str, int]:
    """Return module names that stand more than once, Django's slots and management commands' folders aside."""
    names = Counter(path.stem for path in paths if path.stem not in DJANGO_SLOTS)
    return {name: count for name, count in names.items() if count > 1}


def long_functions(source: str) -> list[str]:
    """Return the functions of `source` that are longer than a function may be."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES
    ]


def vague_paths(paths: list[Path]) -> list[str]:
    return [str(path) for path in paths if VAGUE_NAMES & {*path.parts[:-1], path.stem}]


def test_no_two_modules_share_a_name() -> None:
    assert repeated_names(modules()) == {}


def test_nothing_has_a_vague_name() -> None:
    assert vague_paths([path.relative_to(PACKAGE) for path in modules()]) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_file_and_functions_keep_their_size(path: Path) -> None:
    source = path.read_text()
    assert len(source.splitlines()) <= FILE_LINES
    assert long_functions(source) == []


def test_terminal_files_keep_their_size() -> None:
    files = [path for path in FRONTEND.rglob("*.ts*") if path.name != "schema.d.ts"]
    assert files
    assert [str(path) for path in files if len(path.read_text().splitlines()) > FILE_LINES] == []
    pages = [path for path in files if path.name == "page.tsx"]
    assert pages
    assert [str(path) for path in pages if len(path.read_text().splitlines()) > PAGE_LINES] == []


def test_tests_mirror_the_tree() -> None:
    known = {path.stem for path in modules()} | {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    strays = []
    for test in (BACKEND / "tests").rglob("test_*.py"):
        room = test.relative_to(BACKEND / "tests").parts[0]
        if room in MIRRORED_ELSEWHERE:
            continue
        if room != test.name and not (PACKAGE / room).is_dir():
            strays.append(str(test))
    assert known
    assert strays == []


def test_every_path_on_the_map_exists() -> None:
    text = (ROOT / "docs" / "where-things-live.md").read_text()
    paths = re.findall(r"`((?:backend|frontend|docs|deploy|setup|changelog\.d|\.ci)[^`*<>\s]*)`", text)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "docs" / "where-things-live.md").read_text()
    rooms = [path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()]
    assert [room for room in rooms if f"backend/financehub/{room}" not in text] == []


def test_relative_links_in_the_documents_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_the_checks_refuse_what_they_forbid(tmp_path: Path) -> None:
    assert repeated_names([Path("a/quote.py"), Path("b/quote.py"), Path("a/models.py"), Path("b/models.py")]) == {"quote": 2}
    assert vague_paths([Path("alerts/utils.py"), Path("helpers/x.py"), Path("alerts/rules.py")]) == [
        "alerts/utils.py",
        "helpers/x.py",
    ]
    body = "\n".join(f"    x{number} = {number}" for number in range(FUNCTION_LINES))
    assert long_functions(f"def long():\n{body}\n\ndef short():\n    return 1\n") == ["long"]
