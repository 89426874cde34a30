"""The listener hears after the commit, and never of what was rolled back."""

import pytest
from django.db import transaction

from financehub.accounts.session_events import announce_session_ended, install_session_listener


@pytest.mark.django_db(transaction=True)
def test_listener_hears_after_the_commit(heard: list[tuple[int, str | None]]) -> None:
    with transaction.atomic():
        announce_session_ended(7, "s")
        assert heard == []
    assert heard == [(7, "s")]


@pytest.mark.django_db(transaction=True)
def test_listener_does_not_hear_what_was_rolled_back(heard: list[tuple[int, str | None]]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        announce_session_ended(7, None)
        raise RuntimeError
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_no_listener_is_no_error() -> None:
    install_session_listener(None)
    announce_session_ended(7, None)
