"""Where a person signs in from, told apart coarsely: a network and a family of programs, kept as an HMAC."""

from __future__ import annotations

import hmac
import re
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

# The first that matches: most browsers name the others as well.
_FAMILIES = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "okhttp", "Expo", "CFNetwork")
FAMILY_LENGTH: Final = 31
_PRODUCT = re.compile(rf"[A-Za-z][A-Za-z -]{{0,{FAMILY_LENGTH - 1}}}")


def place_hash(key: bytes, *, address: str, user_agent: str) -> str:
    """An HMAC of the network and the family: without the person's key it tells neither."""
    return hmac.digest(key, f"{network(address)} {family(user_agent)}".encode(), "sha256").hex()


def network(address: str) -> str:
    """The /24 around an IPv4 address, the /48 around an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:  # behind a Unix socket there is no address
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ip_network((parsed, 48), strict=False))
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, 24), strict=False))


def family(user_agent: str) -> str:
    """The program without its version, in at most `FAMILY_LENGTH` characters: an update of it is no new device."""
    for name in _FAMILIES:
        if name in user_agent:
            return name
    product = _PRODUCT.match(user_agent)
    return product[0] if product else ""
