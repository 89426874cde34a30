from pathlib import Path

from financehub.project.provider_page import provider_page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "providers.md"


def test_page_is_what_the_adapters_declare() -> None:
    assert PAGE.read_text() == provider_page(), "run `make docs`"
