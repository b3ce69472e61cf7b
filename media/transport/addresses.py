"""Which addresses the SDP answers announce."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import ifaddr

MAX_ANNOUNCED = 8


def announced_addresses(host: str, configured: Sequence[str] = ()) -> tuple[str, ...]:
    """List the host candidates, IPv4 first, loopback only where nothing else is.

    `configured` wins (a server behind a one-to-one NAT); a specific `host` announces
    itself. Raises ValueError for a configured word that is not an address.
    """
    if configured:
        return tuple(str(ipaddress.ip_address(word)) for word in configured)
    if not ipaddress.ip_address(host).is_unspecified:
        return (host,)
    versions = (4, 6) if host == "0.0.0.0" else (6,)  # noqa: S104
    found = [
        address for address in interface_addresses() if address.version in versions
    ]
    usable = [address for address in found if not address.is_loopback] or found
    usable.sort(key=lambda address: address.version)
    return tuple(str(address) for address in usable[:MAX_ANNOUNCED])


def interface_addresses() -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """List the addresses of all interfaces, without link-local ones."""
    addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = []
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            address = ipaddress.ip_address(text)
            if not address.is_link_local:
                addresses.append(address)
    return addresses
