"""Every change to users and sessions that somebody can see."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from msgspec import Struct

from financehub import clock
from financehub.accounts.models import (
    MAX_KEY_LENGTH,
    MAX_NAME_LENGTH,
    RefreshToken,
    Session,
    SignInLink,
    SignInThrottle,
    User,
    fold_name,
)
from financehub.accounts.queries import Person, alive_sessions, person_of, visible_sessions
from financehub.accounts.session_events import announce_session_ended
from financehub.accounts.sign_in_throttle import Attempt, give_back, take_attempt
from financehub.accounts.tokens import mint_access_token
from financehub.errors import Denied, Invalid, NotFound, Unauthenticated

SESSION_LIFETIME = timedelta(days=30)
LINK_LIFETIME = timedelta(minutes=15)
KEPT_AFTER_END = timedelta(days=7)
REPEAT_WITHIN = timedelta(seconds=10)
"""How long an answer that never arrived (a page reloaded, a connection lost) may be asked for again."""


class Device(Struct, frozen=True, kw_only=True):
    """From where somebody signs in, as far as the door can tell."""

    ip: str = ""
    user_agent: str = ""


class SignedIn(Struct, frozen=True, kw_only=True):
    """A session with its two tokens; the refresh token exists only here and with the caller, the database has its digest."""

    person: Person
    session_id: str
    session_expires_at: datetime
    access_token: str
    access_expires_at: datetime
    refresh_token: str


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_owner(name: str = "owner") -> Person:
    """Make the first user, who administers the installation and signs in by link; returns the one there is if it was made before."""
    with transaction.atomic():
        existing = User.objects.filter(is_owner=True).order_by("pk").first()
        return person_of(existing) if existing else create_user(name, is_owner=True)


def create_user(name: str, *, is_owner: bool = False) -> Person:
    """Make a user without a password; raises Invalid for an empty, overlong or taken name."""
    name = name.strip()
    has_room = len(name) <= MAX_NAME_LENGTH and len(fold_name(name)) <= MAX_KEY_LENGTH  # one sign may fold to eighteen
    if not name or not has_room or not name.isprintable():
        raise Invalid(
            f"a name has 1 to {MAX_NAME_LENGTH} printable characters, was {name!r}", field="name", value=name[:MAX_NAME_LENGTH]
        )
    user = User(name=name, is_owner=is_owner, created_at=clock.wall_now())
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise Invalid(f"the name {name!r} is taken", field="name", value=name) from None
    return person_of(user)


def create_sign_in_link(user_id: int) -> str:
    """Return the token of a new link that signs the user in once within 15 minutes; raises NotFound."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound("there is no such user", user_id=user_id)
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, digest=_digest(token), expires_at=clock.wall_now() + LINK_LIFETIME)
    return token


@cache
def _nobodys_password() -> str:
    """Return the hash that is verified for a name nobody has, so that the answer takes as long as for one that exists."""
    return make_password(secrets.token_urlsafe(32))


def sign_in(name: str, password: str, device: Device) -> SignedIn:
    """Open a session by password.

    Raises Unauthenticated, the same for an unknown name as for a wrong password, and QuotaExceeded after too many tries.
    """
    attempt = take_attempt(fold_name(name), device.ip)
    user = User.objects.filter(name_key=fold_name(name), is_active=True).first()
    has_password = user is not None and user.has_usable_password()
    is_right = check_password(password, user.password if user is not None and has_password else _nobodys_password())
    if user is None or not has_password or not is_right:
        raise Unauthenticated("the name or the password is wrong", reason="credentials")
    give_back(attempt)
    return _open_session(user, device)


def sign_in_by_link(token: str, device: Device) -> SignedIn:
    """Open a session with a link's token, which is thereby used up; raises Unauthenticated for any but a fresh one, and QuotaExceeded."""
    attempt = take_attempt(None, device.ip)
    now = clock.wall_now()
    links = SignInLink.objects.filter(digest=_digest(token), claimed_at=None, expires_at__gt=now, user__is_active=True)
    with transaction.atomic():
        link = links.select_related("user").first()
        if link is None or not SignInLink.objects.filter(pk=link.pk, claimed_at=None).update(claimed_at=now):
            raise Unauthenticated("the sign-in link is used up, too old or wrong; ask for a new one", reason="link")
        signed_in = _open_session(link.user, device)
    give_back(attempt)
    return signed_in


def _open_session(user: User, device: Device) -> SignedIn:
    now = clock.wall_now()
    with transaction.atomic():
        session = Session.objects.create(
            user=user,
            created_at=now,
            last_used_at=now,
            expires_at=now + SESSION_LIFETIME,
            ip=device.ip,
            user_agent=device.user_agent[:200],
        )
        return _continue_session(session, user, now)


def _continue_session(session: Session, user: User, now: datetime, parent: RefreshToken | None = None) -> SignedIn:
    refresh_token = secrets.token_urlsafe(32)
    RefreshToken.objects.create(session=session, digest=_digest(refresh_token), created_at=now, parent=parent)
    access_token, access_expires_at = mint_access_token(user.pk, session.id)
    return SignedIn(
        person=person_of(user),
        session_id=session.id,
        session_expires_at=session.expires_at,
        access_token=access_token,
        access_expires_at=access_expires_at,
        refresh_token=refresh_token,
    )


def refresh(refresh_token: str, device: Device) -> SignedIn:
    """Exchange a refresh token for its successor and an access token; raises Unauthenticated.

    A token is claimed before its successor is minted, in one transaction, so that of several callers one is first. Whoever repeats
    it, on the same device within 10 s while its successor is unused, did not get the answer: the successor is used up unseen and
    a new one given. Any other use of a claimed token ends the whole session: somebody has a copy.
    """
    with transaction.atomic():
        answer = _refresh(_digest(refresh_token), device, clock.wall_now())
    if isinstance(answer, Unauthenticated):
        raise answer
    return answer


def _refresh(digest: str, device: Device, now: datetime) -> SignedIn | Unauthenticated:
    """Return the refusal instead of raising it, so that the end of a session is not rolled back with it."""
    session_id = RefreshToken.objects.filter(digest=digest).values_list("session_id", flat=True).first()
    if session_id is None:
        return Unauthenticated("the refresh token is not known; sign in again", reason="invalid")
    session = Session.objects.select_for_update().get(id=session_id)  # one at a time for each family of tokens
    token = RefreshToken.objects.get(digest=digest)
    is_claimed = RefreshToken.objects.filter(pk=token.pk, claimed_at=None).update(claimed_at=now) == 1
    if not is_claimed and not _is_lost_answer(token, session, device, now):
        _end([session])
        return Unauthenticated("the refresh token was used before, so its session was ended; sign in again", reason="reused")
    user = User.objects.get(pk=session.user_id)
    if session.revoked_at is not None or session.expires_at <= now or not user.is_active:
        return Unauthenticated("the session has ended; sign in again", reason="revoked")
    session.last_used_at, session.ip, session.user_agent = now, device.ip, device.user_agent[:200]
    session.save(update_fields=["last_used_at", "ip", "user_agent"])
    return _continue_session(session, user, now, token)


def _is_lost_answer(token: RefreshToken, session: Session, device: Device, now: datetime) -> bool:
    """Use up the unused successor of a claimed token and return True, where its claimant may ask again."""
    is_same_device = bool(device.ip) and (device.ip, device.user_agent[:200]) == (session.ip, session.user_agent)
    is_recent = token.claimed_at is not None and timedelta(0) <= now - token.claimed_at <= REPEAT_WITHIN
    if not is_same_device or not is_recent or session.revoked_at is not None:
        return False
    return RefreshToken.objects.filter(parent=token, claimed_at=None).update(claimed_at=now) == 1


def sign_out(session_id: str) -> None:
    """End the session; nothing happens where it has ended before."""
    _end(list(alive_sessions().filter(id=session_id)))


def revoke_session(actor_id: int, session_id: str) -> None:
    """End a session of the actor's own, or anybody's where the actor is the owner; raises NotFound for any other."""
    session = visible_sessions(actor_id).filter(id=session_id).first()
    if session is None:
        raise NotFound("there is no such session", session_id=session_id[:64])
    _end([session])


def change_password(user_id: int, *, current_password: str | None, new_password: str, kept_session_id: str) -> None:
    """Set a new password and end the user's other sessions.

    Raises Denied where the current password is wrong or missing, Invalid, with every reason, for a new one that is too weak, and
    QuotaExceeded after too many wrong tries.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound("there is no such user", user_id=user_id)
    attempt = _prove_password(user, current_password)
    _require_strength(new_password, user)
    user.set_password(new_password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        SignInLink.objects.filter(user=user, claimed_at=None).update(claimed_at=clock.wall_now())
        _end(list(alive_sessions().filter(user=user).exclude(id=kept_session_id)))
    if attempt is not None:
        give_back(attempt)


def _prove_password(user: User, current_password: str | None) -> Attempt | None:
    if not user.has_usable_password():
        return None
    attempt = take_attempt(user.name_key, "")
    if current_password is None or not check_password(current_password, user.password):
        raise Denied("the current password is wrong", field="current_password")
    return attempt


def _require_strength(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="new_password") from None


def _end(sessions: list[Session]) -> None:
    """Mark the sessions as over and tell who listens, each once however many end it at the same time."""
    with transaction.atomic():
        for session in sessions:
            if Session.objects.filter(id=session.id, revoked_at=None).update(revoked_at=clock.wall_now()):
                announce_session_ended(session.user_id, session.id)


def prune_sessions() -> int:
    """Delete what has been over for a week (sessions with their tokens, links, throttle records); return how many sessions."""
    limit = clock.wall_now() - KEPT_AFTER_END
    SignInLink.objects.filter(expires_at__lt=limit).delete()
    SignInThrottle.objects.filter(updated_at__lt=limit).delete()
    over = Session.objects.filter(expires_at__lt=limit) | Session.objects.filter(revoked_at__lt=limit)
    count = over.count()
    over.delete()
    return count
