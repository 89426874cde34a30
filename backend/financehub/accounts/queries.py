"""Reads of users and sessions, as frozen values."""

from datetime import datetime

from django.db.models import QuerySet
from msgspec import Struct

from financehub import clock
from financehub.accounts.models import Session, User, fold_name
from financehub.errors import NotFound


class Person(Struct, frozen=True, kw_only=True):
    """A user as others may see them."""

    id: int
    name: str
    is_owner: bool
    has_password: bool


class SignedInSession(Struct, frozen=True, kw_only=True):
    """One live session of a user."""

    id: str
    user_id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str


def alive_sessions() -> QuerySet[Session]:
    """Return the sessions that are neither revoked nor over and whose user may still sign in."""
    return Session.objects.filter(revoked_at=None, expires_at__gt=clock.wall_now(), user__is_active=True)


def visible_sessions(actor_id: int) -> QuerySet[Session]:
    """Return the live sessions that the actor may see and end: their own, or all where the actor is the owner."""
    is_owner = User.objects.filter(pk=actor_id, is_owner=True, is_active=True).exists()
    return alive_sessions() if is_owner else alive_sessions().filter(user_id=actor_id)


def is_session_active(session_id: str) -> bool:
    """Return whether the session is neither revoked nor over, and its user may still sign in."""
    return alive_sessions().filter(id=session_id).exists()


def person_of(user: User) -> Person:
    return Person(id=user.pk, name=user.name, is_owner=user.is_owner, has_password=user.has_usable_password())


def get_person(user_id: int) -> Person:
    """Return the user; raises NotFound."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound("there is no such user", user_id=user_id)
    return person_of(user)


def find_owner() -> Person | None:
    """Return the owner who was made first, or None on a new installation."""
    user = User.objects.filter(is_owner=True, is_active=True).order_by("pk").first()
    return None if user is None else person_of(user)


def find_person(name: str) -> Person | None:
    user = User.objects.filter(name_key=fold_name(name), is_active=True).first()
    return None if user is None else person_of(user)


def list_sessions(user_id: int) -> list[SignedInSession]:
    """Return the user's live sessions, last used first."""
    return [_session_value(session) for session in alive_sessions().filter(user_id=user_id).order_by("-last_used_at", "id")]


def list_sessions_for(actor_id: int, user_id: int | None) -> list[SignedInSession]:
    """Return the actor's sessions, or another user's where the actor is the owner; raises NotFound for any other."""
    if user_id is None or user_id == actor_id:
        return list_sessions(actor_id)
    is_owner = User.objects.filter(pk=actor_id, is_owner=True, is_active=True).exists()
    if not is_owner or not User.objects.filter(pk=user_id).exists():
        raise NotFound("there is no such user", user_id=user_id)
    return list_sessions(user_id)


def _session_value(session: Session) -> SignedInSession:
    return SignedInSession(
        id=session.id,
        user_id=session.user_id,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        ip=session.ip,
        user_agent=session.user_agent,
    )
