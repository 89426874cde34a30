"""The caller's address: nobody but a trusted proxy is believed, and only about the hop before it."""

import pytest

from financehub.accounts.client_address import is_trusted_proxy, resolve_client_address
from financehub.errors import Invalid

PROXIES = ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "6.6.6.6, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        ("10.1.2.3", "198.51.100.1, garbage", "10.1.2.3"),
        ("10.1.2.3", "10.9.9.9", "10.9.9.9"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("2001:db8::5", "2001:DB9::7", "2001:db9::7"),
        ("::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("", "198.51.100.1", ""),
    ],
)
def test_address(peer: str, forwarded: str, expected: str) -> None:
    assert resolve_client_address(peer, forwarded, PROXIES) == expected


def test_nobody_is_trusted_by_default() -> None:
    assert not is_trusted_proxy("127.0.0.1", ())
    assert resolve_client_address("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


def test_wrong_setting_is_named() -> None:
    with pytest.raises(Invalid, match="FINANCEHUB_TRUSTED_PROXIES"):
        is_trusted_proxy("127.0.0.1", ("10.0.0.0/99",))
