"""A small catalogue, a scripted orchestrator, people, and market time that stands still."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from accounts.people import LAPTOP, PASSWORD
from api.door import Door
from api.scripted_orchestrator import NOW, ScriptedOrchestrator
from django.contrib.auth.hashers import make_password

from financehub import clock
from financehub.accounts import actions
from financehub.accounts.models import User
from financehub.accounts.queries import Person, person_of
from financehub.api.rate_limits import forget_turns
from financehub.assets.models import CatalogueInstrument, ProviderName
from financehub.orchestration.data_orchestrator import DataOrchestrator, install_orchestrator


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """Nothing was asked of this process before, and it is noon on 8 August 2024."""
    forget_turns()
    with clock.use_clock(clock.ManualClock(clock.to_ns(NOW))):
        yield
    forget_turns()


@pytest.fixture
def orchestrator() -> Iterator[ScriptedOrchestrator]:
    scripted = ScriptedOrchestrator()
    install_orchestrator(cast(DataOrchestrator, scripted))
    yield scripted
    install_orchestrator(None)


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD: made once, it takes a while on purpose."""
    return make_password(PASSWORD)


def _person(name: str, password_hash: str, *, is_owner: bool = False) -> Person:
    person = actions.create_user(name, is_owner=is_owner)
    User.objects.filter(pk=person.id).update(password=password_hash)
    return person_of(User.objects.get(pk=person.id))


@pytest.fixture
def ada(db: None, password_hash: str) -> Person:
    return _person("Ada", password_hash)


@pytest.fixture
def bob(db: None, password_hash: str) -> Person:
    return _person("Bob", password_hash)


@pytest.fixture
def olga(db: None, password_hash: str) -> Person:
    return _person("Olga", password_hash, is_owner=True)


@pytest.fixture
def door(ada: Person) -> Door:
    """Ada's."""
    return Door(sign_in_quickly(ada).access_token)


def sign_in_quickly(person: Person) -> actions.SignedIn:
    return actions.sign_in_by_link(actions.create_sign_in_link(person.id), LAPTOP)


@pytest.fixture
def catalogue(db: None) -> None:
    rows: list[dict[str, Any]] = [
        {
            "symbol": "AAPL",
            "name": "Apple Inc.",
            "asset_class": "equity",
            "currency": "USD",
            "venue": "XNAS",
            "sector": "Technology",
        },
        {"symbol": "BTCUSDT", "name": "Bitcoin", "asset_class": "crypto", "currency": "USDT", "venue": "BINANCE", "base": "BTC"},
        {"symbol": "ETHUSDT", "name": "Ether", "asset_class": "crypto", "currency": "USDT", "venue": "BINANCE", "base": "ETH"},
        {"symbol": "^GSPC", "name": "S&P 500", "asset_class": "index", "currency": "USD"},
    ]
    for rank, row in enumerate(rows):
        search = {
            "search_symbol": row["symbol"].strip("^").lower(),
            "search_name": row["name"].lower(),
            "search_words": f" {row['name'].lower()}",
        }
        is_featured = row["symbol"] != "ETHUSDT"
        CatalogueInstrument.objects.create(**row, **search, rank=rank, listed_by="test", is_featured=is_featured)
    bitcoin = CatalogueInstrument.objects.get(symbol="BTCUSDT")
    for provider_id, name in {"binance": "BTCUSDT", "coingecko": "bitcoin"}.items():
        ProviderName.objects.create(instrument=bitcoin, provider_id=provider_id, provider_symbol=name, search_name=name.lower())
