"""Users and sessions: each change, each refusal, and what a refusal leaves as it was."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from accounts.people import LAPTOP, PASSWORD, PHONE, stop_time
from django.contrib.auth import hashers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from financehub import clock
from financehub.accounts import actions
from financehub.accounts.models import RefreshToken, Session, SignInLink, SignInThrottle, User
from financehub.accounts.queries import Person, find_person, is_session_active, list_sessions
from financehub.accounts.sign_in_throttle import TRIES_PER_NAME
from financehub.accounts.tokens import read_access_token
from financehub.errors import Denied, Invalid, NotFound, QuotaExceeded, Unauthenticated

NEW_PASSWORD = "copper-meadow-harbour"


def test_owner_is_made_once(db: None) -> None:
    first = actions.create_owner("Olga")
    assert first == Person(id=first.id, name="Olga", is_owner=True, has_password=False)
    assert actions.create_owner("Somebody else") == first
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["ada", "ADA", "  Ada ", "Ａｄａ"])
def test_name_is_unique_whatever_its_case(ada: Person, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.create_user(name)
    assert refusal.value.facts["field"] == "name"
    assert User.objects.count() == 1
    assert find_person(name) == ada


@pytest.mark.parametrize("name", ["", "   ", "a" * 151, "a\nb", "a\x00b", "ﷺ" * 20])
def test_name_that_cannot_be_one_is_refused(db: None, name: str) -> None:
    with pytest.raises(Invalid):
        actions.create_user(name)
    assert not User.objects.exists()


def test_sign_in_opens_a_session(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_time(monkeypatch)
    signed_in = actions.sign_in(" aDa ", PASSWORD, LAPTOP)
    assert signed_in.person == Person(id=ada.id, name="Ada", is_owner=False, has_password=True)
    assert signed_in.session_expires_at == clock.wall_now() + timedelta(days=30)
    claims = read_access_token(signed_in.access_token)
    assert (claims.user_id, claims.session_id) == (ada.id, signed_in.session_id)
    [session] = list_sessions(ada.id)
    assert (session.id, session.ip, session.user_agent) == (signed_in.session_id, "203.0.113.7", "Laptop/1.0")


def test_only_digests_are_stored(ada: Person) -> None:
    signed_in = actions.sign_in("Ada", PASSWORD, LAPTOP)
    link = actions.create_sign_in_link(ada.id)
    stored = str(list(RefreshToken.objects.values())) + str(list(SignInLink.objects.values())) + str(list(User.objects.values()))
    for secret in (signed_in.refresh_token, signed_in.access_token, link, PASSWORD):
        assert secret not in stored
    assert User.objects.get().password.startswith("argon2$argon2id$")


def test_unknown_name_and_wrong_password_are_answered_alike(ada: Person, owner: Person) -> None:
    refusals = []
    for name, password in [("Ada", "wrong-password-here"), ("Nobody", PASSWORD), ("Olga", PASSWORD)]:
        with pytest.raises(Unauthenticated) as refusal:
            actions.sign_in(name, password, LAPTOP)
        refusals.append((refusal.value.message, refusal.value.facts))
    assert refusals == [("the name or the password is wrong", {"reason": "credentials"})] * 3
    assert not Session.objects.exists()


def test_unknown_name_costs_as_much_hashing_as_a_known_one(ada: Person, owner: Person) -> None:
    actions._nobodys_password()
    hasher = type(hashers.get_hasher("argon2"))
    counts = []
    for name in ("Ada", "Nobody", "Olga"):
        with patch.object(hasher, "verify", autospec=True, side_effect=hasher.verify) as verify, pytest.raises(Unauthenticated):
            actions.sign_in(name, "wrong-password-here", LAPTOP)
        counts.append(verify.call_count)
    assert counts == [1, 1, 1]


def test_inactive_user_cannot_sign_in_nor_go_on(ada: Person) -> None:
    signed_in = actions.sign_in("Ada", PASSWORD, LAPTOP)
    link = actions.create_sign_in_link(ada.id)
    User.objects.update(is_active=False)
    assert not is_session_active(signed_in.session_id)
    for attempt in (
        lambda: actions.sign_in("Ada", PASSWORD, LAPTOP),
        lambda: actions.refresh(signed_in.refresh_token, LAPTOP),
        lambda: actions.sign_in_by_link(link, LAPTOP),
    ):
        with pytest.raises(Unauthenticated):
            attempt()
    with pytest.raises(NotFound):
        actions.create_sign_in_link(ada.id)


def test_link_works_once(owner: Person) -> None:
    link = actions.create_sign_in_link(owner.id)
    assert actions.sign_in_by_link(link, LAPTOP).person == owner
    with pytest.raises(Unauthenticated) as refusal:
        actions.sign_in_by_link(link, LAPTOP)
    assert refusal.value.facts == {"reason": "link"}
    assert Session.objects.count() == 1


def test_link_is_claimed_before_a_session_opens(owner: Person) -> None:
    link = actions.create_sign_in_link(owner.id)
    opened = actions._open_session

    def open_while_another_tries(user: User, device: actions.Device) -> actions.SignedIn:
        with patch.object(actions, "_open_session", opened), pytest.raises(Unauthenticated):
            actions.sign_in_by_link(link, PHONE)
        return opened(user, device)

    with patch.object(actions, "_open_session", open_while_another_tries):
        actions.sign_in_by_link(link, LAPTOP)
    assert Session.objects.count() == 1


def test_link_lasts_fifteen_minutes(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    first, second = (actions.create_sign_in_link(owner.id) for _ in range(2))
    pass_time(timedelta(minutes=15) - timedelta(microseconds=1))
    assert actions.sign_in_by_link(first, LAPTOP).person == owner
    pass_time(timedelta(microseconds=1))
    with pytest.raises(Unauthenticated):
        actions.sign_in_by_link(second, LAPTOP)


@pytest.mark.parametrize("token", ["", "a" * 43, "' OR 1=1 --"])
def test_wrong_link_is_refused(owner: Person, token: str) -> None:
    actions.create_sign_in_link(owner.id)
    with pytest.raises(Unauthenticated):
        actions.sign_in_by_link(token, LAPTOP)
    assert SignInLink.objects.filter(claimed_at=None).count() == 1


def test_refresh_rotates_and_notes_the_device(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    pass_time(timedelta(minutes=9))
    second = actions.refresh(first.refresh_token, PHONE)
    assert second.refresh_token != first.refresh_token
    assert (second.session_id, second.session_expires_at) == (first.session_id, first.session_expires_at)
    [session] = list_sessions(ada.id)
    assert (session.ip, session.user_agent, session.last_used_at) == (PHONE.ip, PHONE.user_agent, clock.wall_now())
    assert actions.refresh(second.refresh_token, LAPTOP).session_id == first.session_id


@pytest.mark.django_db(transaction=True)
def test_reused_token_ends_the_family(ada: Person, heard: list[tuple[int, str | None]]) -> None:
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    other = actions.sign_in("Ada", PASSWORD, PHONE)
    second = actions.refresh(first.refresh_token, LAPTOP)
    with pytest.raises(Unauthenticated) as refusal:
        actions.refresh(first.refresh_token, PHONE)
    assert refusal.value.facts == {"reason": "reused"}
    assert not is_session_active(first.session_id)
    with pytest.raises(Unauthenticated):
        actions.refresh(second.refresh_token, LAPTOP)
    assert is_session_active(other.session_id)
    assert heard == [(ada.id, first.session_id)]


def test_lost_answer_may_be_asked_for_again(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    lost = actions.refresh(first.refresh_token, LAPTOP)
    pass_time(timedelta(seconds=10))
    again = actions.refresh(first.refresh_token, LAPTOP)
    assert len({first.refresh_token, lost.refresh_token, again.refresh_token}) == 3
    assert again.session_id == first.session_id
    assert RefreshToken.objects.filter(claimed_at=None).count() == 1
    assert actions.refresh(again.refresh_token, LAPTOP).session_id == first.session_id


@pytest.mark.parametrize(
    ("device", "seconds"),
    [
        (PHONE, 0),
        (actions.Device(ip=LAPTOP.ip, user_agent=PHONE.user_agent), 0),
        (actions.Device(ip=PHONE.ip, user_agent=LAPTOP.user_agent), 0),
        (actions.Device(), 0),
        (LAPTOP, 10.001),
        (LAPTOP, -1),
    ],
)
def test_answer_is_not_given_again_elsewhere_or_later(
    ada: Person, monkeypatch: pytest.MonkeyPatch, device: actions.Device, seconds: float
) -> None:
    pass_time = stop_time(monkeypatch)
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    second = actions.refresh(first.refresh_token, LAPTOP)
    pass_time(timedelta(seconds=seconds))
    with pytest.raises(Unauthenticated) as refusal:
        actions.refresh(first.refresh_token, device)
    assert refusal.value.facts == {"reason": "reused"}
    with pytest.raises(Unauthenticated):
        actions.refresh(second.refresh_token, LAPTOP)


@pytest.mark.parametrize("which", ["the grandparent", "the one that was superseded"])
def test_who_is_behind_ends_the_family_at_once(ada: Person, monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    stop_time(monkeypatch)
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    second = actions.refresh(first.refresh_token, LAPTOP)
    third = actions.refresh(second.refresh_token if which == "the grandparent" else first.refresh_token, LAPTOP)
    behind = first if which == "the grandparent" else second
    with pytest.raises(Unauthenticated) as refusal:
        actions.refresh(behind.refresh_token, LAPTOP)
    assert refusal.value.facts == {"reason": "reused"}
    with pytest.raises(Unauthenticated):
        actions.refresh(third.refresh_token, LAPTOP)


def test_ended_session_gives_no_answer_again(ada: Person) -> None:
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    actions.refresh(first.refresh_token, LAPTOP)
    actions.sign_out(first.session_id)
    with pytest.raises(Unauthenticated):
        actions.refresh(first.refresh_token, LAPTOP)
    assert RefreshToken.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@given(steps=st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.sampled_from([0, 4, 11])), max_size=10))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_two_holders_one_is_always_found_out(ada: Person, steps: list[tuple[int, bool, int]]) -> None:
    """Whatever tokens are presented from wherever and whenever: at most one is good, and none outlives the end of its session."""
    with pytest.MonkeyPatch.context() as patched:
        pass_time = stop_time(patched)
        signed_in = actions._open_session(User.objects.get(pk=ada.id), LAPTOP)
        given_out = [signed_in.refresh_token]
        for which, is_laptop, seconds in steps:
            pass_time(timedelta(seconds=seconds))
            was_alive = is_session_active(signed_in.session_id)
            try:
                given_out.append(actions.refresh(given_out[which % len(given_out)], LAPTOP if is_laptop else PHONE).refresh_token)
                assert was_alive
            except Unauthenticated:
                assert not is_session_active(signed_in.session_id)
            unused = RefreshToken.objects.filter(session_id=signed_in.session_id, claimed_at=None)
            assert unused.count() <= 1


def test_token_is_claimed_before_its_successor_is_minted(ada: Person) -> None:
    first = actions.sign_in("Ada", PASSWORD, LAPTOP)
    go_on = actions._continue_session
    refused = []

    def go_on_while_another_tries(*arguments: object) -> actions.SignedIn:
        with patch.object(actions, "_continue_session", go_on), pytest.raises(Unauthenticated) as refusal:
            actions.refresh(first.refresh_token, PHONE)
        refused.append(refusal.value.facts["reason"])
        return go_on(*arguments)  # type: ignore[arg-type]

    with patch.object(actions, "_continue_session", go_on_while_another_tries):
        winner = actions.refresh(first.refresh_token, LAPTOP)
    assert refused == ["reused"]
    assert RefreshToken.objects.count() == 2
    with pytest.raises(Unauthenticated):
        actions.refresh(winner.refresh_token, LAPTOP)


def test_session_ends_for_good_after_thirty_days(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    signed_in = actions.sign_in("Ada", PASSWORD, LAPTOP)
    for _ in range(3):
        pass_time(timedelta(days=9))
        signed_in = actions.refresh(signed_in.refresh_token, LAPTOP)
    pass_time(timedelta(days=3))
    assert not is_session_active(signed_in.session_id)
    with pytest.raises(Unauthenticated) as refusal:
        actions.refresh(signed_in.refresh_token, LAPTOP)
    assert refusal.value.facts == {"reason": "revoked"}


def test_unknown_refresh_token_is_refused(db: None) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        actions.refresh("nobody-ever-had-this", LAPTOP)
    assert refusal.value.facts == {"reason": "invalid"}


@pytest.mark.django_db(transaction=True)
def test_sign_out_ends_this_session_only(ada: Person, heard: list[tuple[int, str | None]]) -> None:
    here, there = (actions.sign_in("Ada", PASSWORD, device) for device in (LAPTOP, PHONE))
    actions.sign_out(here.session_id)
    actions.sign_out(here.session_id)
    assert [session.id for session in list_sessions(ada.id)] == [there.session_id]
    assert heard == [(ada.id, here.session_id)]


def test_stranger_cannot_end_a_session_and_the_owner_can(ada: Person, owner: Person) -> None:
    stranger = actions.create_user("Bob")
    session_id = actions.sign_in("Ada", PASSWORD, LAPTOP).session_id
    for actor, wanted in [(stranger.id, session_id), (ada.id, "f" * 32), (10**9, session_id)]:
        with pytest.raises(NotFound):
            actions.revoke_session(actor, wanted)
    assert is_session_active(session_id)
    actions.revoke_session(owner.id, session_id)
    assert not is_session_active(session_id)
    with pytest.raises(NotFound):
        actions.revoke_session(ada.id, session_id)


@pytest.mark.django_db(transaction=True)
def test_new_password_ends_the_other_sessions_and_open_links(ada: Person, heard: list[tuple[int, str | None]]) -> None:
    here, there = (actions.sign_in("Ada", PASSWORD, device) for device in (LAPTOP, PHONE))
    link = actions.create_sign_in_link(ada.id)
    actions.change_password(ada.id, current_password=PASSWORD, new_password=NEW_PASSWORD, kept_session_id=here.session_id)
    assert [session.id for session in list_sessions(ada.id)] == [here.session_id]
    assert heard == [(ada.id, there.session_id)]
    assert actions.sign_in("Ada", NEW_PASSWORD, LAPTOP).person.id == ada.id
    for attempt in (lambda: actions.sign_in("Ada", PASSWORD, LAPTOP), lambda: actions.sign_in_by_link(link, LAPTOP)):
        with pytest.raises(Unauthenticated):
            attempt()


def test_first_password_needs_no_current_one(owner: Person) -> None:
    actions.change_password(owner.id, current_password=None, new_password=NEW_PASSWORD, kept_session_id="")
    assert actions.sign_in("Olga", NEW_PASSWORD, LAPTOP).person.has_password


@pytest.mark.parametrize("current", [None, "", "wrong-password-here"])
def test_wrong_current_password_changes_nothing(ada: Person, current: str | None) -> None:
    there = actions.sign_in("Ada", PASSWORD, PHONE)
    before = User.objects.get().password
    with pytest.raises(Denied):
        actions.change_password(ada.id, current_password=current, new_password=NEW_PASSWORD, kept_session_id="")
    assert User.objects.get().password == before
    assert is_session_active(there.session_id)


def test_current_password_cannot_be_guessed_for_ever(ada: Person) -> None:
    for _ in range(TRIES_PER_NAME):
        with pytest.raises(Denied):
            actions.change_password(ada.id, current_password=None, new_password=NEW_PASSWORD, kept_session_id="")
    with pytest.raises(QuotaExceeded):
        actions.change_password(ada.id, current_password=PASSWORD, new_password=NEW_PASSWORD, kept_session_id="")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short-one-1", "at least 12 characters"),
        ("1q2w3e4r5t6y", "too common"),
        ("Ada-Lovelace-1815", "too similar to the name"),
    ],
)
def test_weak_password_is_refused_with_its_reason(ada: Person, password: str, reason: str) -> None:
    User.objects.update(name="ada lovelace")
    before = User.objects.get().password
    with pytest.raises(Invalid) as refusal:
        actions.change_password(ada.id, current_password=PASSWORD, new_password=password, kept_session_id="")
    assert reason in refusal.value.message
    assert refusal.value.facts == {"field": "new_password"}
    assert password not in refusal.value.message
    assert User.objects.get().password == before


def test_password_of_nobody_cannot_be_changed(db: None) -> None:
    with pytest.raises(NotFound):
        actions.change_password(1, current_password=None, new_password=NEW_PASSWORD, kept_session_id="")


def test_pruning_deletes_what_is_long_over_and_nothing_else(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_time = stop_time(monkeypatch)
    ended, living = (actions.sign_in("Ada", PASSWORD, device) for device in (LAPTOP, PHONE))
    actions.create_sign_in_link(ada.id)
    actions.sign_out(ended.session_id)
    pass_time(timedelta(days=7))
    assert actions.prune_sessions() == 0
    pass_time(timedelta(minutes=16))
    assert actions.prune_sessions() == 1
    assert [session.id for session in Session.objects.all()] == [living.session_id]
    assert (RefreshToken.objects.count(), SignInLink.objects.count(), SignInThrottle.objects.count()) == (1, 0, 0)
    pass_time(timedelta(days=31))
    assert actions.prune_sessions() == 1
    assert not RefreshToken.objects.exists()


def test_of_two_processes_with_one_token_one_wins(tmp_path: Path) -> None:
    tests = Path(__file__).resolve().parents[1]
    environment = {
        **os.environ,
        "FINANCEHUB_DATA_DIR": str(tmp_path),
        "FINANCEHUB_DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "financehub.project.settings",
        "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}",
    }
    (tmp_path / "live").mkdir()

    def racer(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "accounts.racer", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd=tmp_path)

    prepared, _ = racer("prepare", "20").communicate()
    racers = [racer("run"), racer("run")]
    for process in racers:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(prepared)
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
    for process in racers:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    first, second = (json.loads(process.communicate()[0]) for process in racers)
    tokens = json.loads(prepared)
    for kind in ("links", "refresh"):
        assert len(tokens[kind]) == 20
        assert sorted(first[kind] + second[kind]) == sorted(tokens[kind])
