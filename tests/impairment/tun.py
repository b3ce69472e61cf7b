"""TUN devices in network namespaces: the two ends of an emulated line."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
from dataclasses import dataclass
from itertools import pairwise

from tests.impairment.namespace import entered

HUB_ADDRESS = "10.213.255.1"
"""Where servers listen; every far end reaches it over its own line."""

MTU = 1500
PACKETS_QUEUED = 10_000
"""Ours to delay and to lose: the device's usual 500 would lose some by itself."""

_TUNSETIFF = 0x400454CA
_IFF_TUN_NO_PI = 0x1001


@dataclass(frozen=True, slots=True)
class Ends:
    """Which namespaces a line joins. Numbers are unique within one hub, from 1."""

    number: int
    hub: str
    far: str

    @property
    def hub_address(self) -> str:
        return f"10.213.{self.number}.1"

    @property
    def far_address(self) -> str:
        return f"10.213.{self.number}.2"


def open_tun(namespace: str, name: str) -> int:
    """Make a device in a namespace; it lives as long as the descriptor is open."""
    with entered(namespace):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        request = struct.pack("16sH22x", name.encode(), _IFF_TUN_NO_PI)
        fcntl.ioctl(descriptor, _TUNSETIFF, request)
    return descriptor


def open_ends(ends: Ends) -> tuple[int, int]:
    """Make and address both devices; gives the descriptors of hub and far end."""
    hub, far = f"hub{ends.number}", f"far{ends.number}"
    descriptors = open_tun(ends.hub, hub), open_tun(ends.far, far)
    _configure(ends.hub, hub, ends.hub_address)
    _configure(ends.far, far, ends.far_address)
    _ip(ends.far, "route", "add", "default", "via", ends.hub_address)
    return descriptors


def _configure(namespace: str, device: str, address: str) -> None:
    _ip(namespace, "addr", "add", f"{address}/30", "dev", device)
    words = ("mtu", str(MTU), "txqueuelen", str(PACKETS_QUEUED), "up")
    _ip(namespace, "link", "set", device, *words)


def _ip(namespace: str, *words: str) -> None:
    subprocess.run(["ip", "-n", namespace, *words], check=True)


def own_drops(ends: Ends) -> int:
    """Count what the devices themselves dropped: nobody asked for this loss."""
    dropped = 0
    for namespace, device in (
        (ends.hub, f"hub{ends.number}"),
        (ends.far, f"far{ends.number}"),
    ):
        shown = subprocess.run(
            ["ip", "-n", namespace, "-s", "link", "show", device],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        for head, figures in pairwise(shown):
            if head.strip().startswith(("RX:", "TX:")):
                column = head.replace("RX:", "").replace("TX:", "").split()
                dropped += int(figures.split()[column.index("dropped")])
    return dropped
