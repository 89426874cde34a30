"""Who may sign in, and with what they have signed in."""

import secrets
import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

MAX_NAME_LENGTH = 150
MAX_KEY_LENGTH = 300


def fold_name(name: str) -> str:
    """Return the form under which two spellings of a name are the same name."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def new_session_id() -> str:
    return secrets.token_hex(16)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, name: str | None) -> "User":
        return self.get(name_key=fold_name(name or ""))


class User(AbstractBaseUser):
    """A person who may sign in; the password is unusable until they set one. `is_owner` administers the installation.

    `name_key` makes the name unique whatever the case on every database: MariaDB has no index on an expression.
    """

    last_login = None  # sessions say it better
    name = models.CharField(max_length=MAX_NAME_LENGTH)
    name_key = models.CharField(max_length=MAX_KEY_LENGTH, unique=True, editable=False)
    is_owner = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "name_key"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold_name(self.name)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.name


class Session(models.Model):
    """One sign-in on one device, and the family of all refresh tokens that follow from it. It ends at `expires_at` at the latest."""

    id = models.CharField(primary_key=True, max_length=32, default=new_session_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)
    ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)


class RefreshToken(models.Model):
    """One refresh token by its digest; `claimed_at` is when it was used, which may happen once. `parent` is the one it was given for.

    At most one token of a session is unclaimed, which is what makes a copy show: of two holders, one is always behind.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="successors")


class SignInLink(models.Model):
    """One link that signs its user in once, by the digest of its token."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)


class SignInThrottle(models.Model):
    """When sign-ins were tried under one key (a name's digest or an address), as seconds since the epoch, oldest first."""

    key = models.CharField(max_length=80, unique=True)
    attempts = models.JSONField(default=list)
    updated_at = models.DateTimeField(db_index=True)
