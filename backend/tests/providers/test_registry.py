import importlib
import sys
from pathlib import Path

import pytest

from financehub.providers import adapters
from financehub.providers.provider import Dataset, Provider
from financehub.providers.registry import load_providers


def test_finds_every_adapter_in_the_folder() -> None:
    folder = Path(adapters.__path__[0])
    entries = {path.stem for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()} - {"__init__"}
    assert set(load_providers()) == entries
    assert list(load_providers()) == sorted(entries)
    assert all(isinstance(provider, Provider) and provider.id == name for name, provider in load_providers().items())


def test_an_answer_may_be_changed_without_harm() -> None:
    load_providers().clear()
    assert load_providers()


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("", "the adapter acme exposes no PROVIDER"),
        ("PROVIDER = 5", "exposes no PROVIDER"),
        ("from made_up import PROVIDER", "calls itself other"),
    ],
)
def test_refuses_an_adapter_that_breaks_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, complaint: str
) -> None:
    package = tmp_path / "some_adapters"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "acme.py").write_text(source)
    (tmp_path / "made_up.py").write_text(
        "from financehub.providers.provider import Provider\n"
        "PROVIDER = Provider(id='other', name='', homepage='', hosts={}, endpoints=())\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    try:
        with pytest.raises(ValueError, match=complaint):
            load_providers(importlib.import_module("some_adapters"))
    finally:
        for name in ("some_adapters", "some_adapters.acme", "made_up"):
            sys.modules.pop(name, None)


def test_endpoints_are_found_by_what_they_answer() -> None:
    coingecko = load_providers()["coingecko"]
    assert [endpoint.name for endpoint in coingecko.endpoints_for(Dataset.INSTRUMENTS)] == ["markets_listing"]
