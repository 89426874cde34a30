"""From where a request really came, when proxies stand between."""

from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from financehub.errors import Invalid


@cache
def _networks(trusted: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(entry, strict=False) for entry in trusted)
    except ValueError as error:
        raise Invalid(f"FINANCEHUB_TRUSTED_PROXIES: {error}", setting="FINANCEHUB_TRUSTED_PROXIES") from None


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


def is_trusted_proxy(peer: str, trusted: Iterable[str]) -> bool:
    """Return whether `peer` is one of our own proxies (addresses or networks), whose word about the caller counts."""
    address = _parse(peer)
    return address is not None and any(address in network for network in _networks(tuple(trusted)))


def resolve_client_address(peer: str, forwarded_for: str, trusted: Iterable[str]) -> str:
    """Return the caller's address: the peer's own, or, where the peer is a trusted proxy, the last address in the X-Forwarded-For value
    `forwarded_for` that is not a trusted proxy itself. What stands further left is the caller's own claim and never believed.
    """
    trusted = tuple(trusted)
    current = peer
    for hop in reversed(forwarded_for.split(",") if forwarded_for else []):
        if not is_trusted_proxy(current, trusted) or _parse(hop) is None:
            break
        current = hop.strip()
    address = _parse(current)
    return str(address) if address is not None else ""
