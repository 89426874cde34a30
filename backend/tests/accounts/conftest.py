"""People and devices for the tests of this room."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password

from financehub.accounts.actions import Device, create_user
from financehub.accounts.models import User
from financehub.accounts.queries import Person
from financehub.accounts.session_events import install_session_listener

PASSWORD = "rhubarb-lantern-47"
LAPTOP = Device(ip="203.0.113.7", user_agent="Laptop/1.0")


@pytest.fixture
def ada(db: None) -> Person:
    """A plain user with a password."""
    person = create_user("Ada")
    User.objects.filter(pk=person.id).update(password=make_password(PASSWORD))
    return person


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
