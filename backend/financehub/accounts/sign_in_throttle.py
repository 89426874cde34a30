"""How often a password or a link may be tried: per name and per address, exactly, whichever process is asked."""

import hashlib
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from django.db import transaction
from msgspec import Struct

from financehub import clock
from financehub.accounts.models import SignInThrottle
from financehub.errors import QuotaExceeded

WINDOW = timedelta(minutes=15)
TRIES_PER_NAME = 10
TRIES_PER_ADDRESS = 30


class Attempt(Struct, frozen=True):
    """One try that was counted, under these keys, at this second of the epoch."""

    keys: tuple[str, ...]
    at: float


def take_attempt(name_key: str | None, address: str) -> Attempt:
    """Count a try before it is made, so that tries made at once cannot slip through together; raises QuotaExceeded.

    The name is kept as a digest: people type passwords there. An IPv6 address counts by its /64, which one person has.
    """
    limits = {f"address:{_network(address)}": TRIES_PER_ADDRESS} if address else {}
    if name_key is not None:
        limits[f"name:{hashlib.sha256(name_key.encode()).hexdigest()}"] = TRIES_PER_NAME
    now = clock.wall_now()
    for key in limits:
        SignInThrottle.objects.get_or_create(key=key, defaults={"updated_at": now})
    with transaction.atomic():
        rows = list(SignInThrottle.objects.select_for_update().filter(key__in=limits).order_by("key"))
        for row in rows:
            _refuse_when_full(row, limits[row.key], now.timestamp())
        for row in rows:
            row.attempts = [*row.attempts, now.timestamp()]
            row.updated_at = now
            row.save(update_fields=["attempts", "updated_at"])
    return Attempt(tuple(row.key for row in rows), now.timestamp())


def _refuse_when_full(row: SignInThrottle, limit: int, now: float) -> None:
    """Forget the tries that have left the window and raise QuotaExceeded where too many remain."""
    row.attempts = [at for at in row.attempts if at > now - WINDOW.total_seconds()]
    if len(row.attempts) >= limit:
        wait = row.attempts[-limit] + WINDOW.total_seconds() - now
        raise QuotaExceeded(f"too many attempts to sign in; wait {wait:.0f} s", retry_after=round(wait, 3))


def give_back(attempt: Attempt) -> None:
    """Uncount a try that succeeded, and forgive the name its failures."""
    with transaction.atomic():
        for row in SignInThrottle.objects.select_for_update().filter(key__in=attempt.keys).order_by("key"):
            is_name = row.key.startswith("name:")
            row.attempts = [] if is_name else [at for at in row.attempts if at != attempt.at]
            row.save(update_fields=["attempts"])


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:45]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
