"""People for the tests of this room."""

from collections.abc import Iterator

import pytest
from accounts.people import PASSWORD
from django.contrib.auth.hashers import make_password

from financehub.accounts.actions import create_user
from financehub.accounts.models import User
from financehub.accounts.queries import Person, person_of
from financehub.accounts.session_events import install_session_listener


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD: made once, it takes a while on purpose."""
    return make_password(PASSWORD)


@pytest.fixture
def ada(db: None, password_hash: str) -> Person:
    """A plain user with a password."""
    User.objects.filter(pk=create_user("Ada").id).update(password=password_hash)
    return person_of(User.objects.get())


@pytest.fixture
def owner(db: None) -> Person:
    return create_user("Olga", is_owner=True)


@pytest.fixture
def heard() -> Iterator[list[tuple[int, str | None]]]:
    """What the session listener was told."""
    told: list[tuple[int, str | None]] = []
    install_session_listener(lambda user_id, session_id: told.append((user_id, session_id)))
    yield told
    install_session_listener(None)
