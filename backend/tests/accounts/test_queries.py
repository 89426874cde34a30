"""Reads of users and sessions: who sees what."""

import pytest
from accounts.people import LAPTOP, PASSWORD, PHONE

from financehub.accounts import actions
from financehub.accounts.models import User
from financehub.accounts.queries import (
    Person,
    find_owner,
    find_person,
    get_person,
    is_session_active,
    list_sessions,
    list_sessions_for,
)
from financehub.errors import NotFound


def test_person_is_found_by_id_and_by_name(ada: Person) -> None:
    assert get_person(ada.id) == Person(id=ada.id, name="Ada", is_owner=False, has_password=True)
    assert find_person("ADA") == get_person(ada.id)
    assert find_person("Bob") is None
    with pytest.raises(NotFound):
        get_person(ada.id + 1)


def test_owner_is_found(ada: Person) -> None:
    assert find_owner() is None
    olga = actions.create_owner("Olga")
    actions.create_user("Zoe", is_owner=True)
    assert find_owner() == olga


def test_sessions_are_listed_last_used_first(ada: Person) -> None:
    first, second = (actions.sign_in("Ada", PASSWORD, device) for device in (LAPTOP, PHONE))
    assert [session.id for session in list_sessions(ada.id)] == [second.session_id, first.session_id]
    actions.refresh(first.refresh_token, LAPTOP)
    assert [session.id for session in list_sessions(ada.id)] == [first.session_id, second.session_id]


def test_only_the_owner_sees_the_sessions_of_others(ada: Person, owner: Person) -> None:
    session_id = actions.sign_in("Ada", PASSWORD, LAPTOP).session_id
    assert [session.id for session in list_sessions_for(ada.id, None)] == [session_id]
    assert [session.id for session in list_sessions_for(ada.id, ada.id)] == [session_id]
    assert [session.id for session in list_sessions_for(owner.id, ada.id)] == [session_id]
    assert list_sessions_for(owner.id, None) == []
    for actor, wanted in [(ada.id, owner.id), (owner.id, 10**9), (ada.id, 10**9)]:
        with pytest.raises(NotFound):
            list_sessions_for(actor, wanted)


def test_unknown_session_is_not_active(db: None) -> None:
    assert not is_session_active("")
    assert not is_session_active("f" * 32)


def test_user_is_known_to_django_by_name(ada: Person) -> None:
    user = User.objects.get_by_natural_key("ADA")
    assert (user.pk, str(user)) == (ada.id, "Ada")
