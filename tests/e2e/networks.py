"""A server's and a viewer's network with a cable between, and a firewall on it.

Two network namespaces of this test's own; the cable is a veth pair, the firewall nft in
the viewer's namespace. What the test starts while it stands in the server's namespace
(Hallcast, coturn, its own HTTP clients) lives there.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVER_ADDRESS = "10.77.0.1"
VIEWER_ADDRESS = "10.77.0.2"
_CLONE_NEWNET = 0x40000000
_SETNS = ctypes.CDLL(None, use_errno=True).setns


@dataclass(frozen=True, slots=True)
class Networks:
    """Names of the two namespaces."""

    server: str
    viewer: str

    def block(self, *matches: str) -> None:
        """Drop what the viewer sends and what matches one of these, and nothing else.

        `matches` are expressions of nft, e.g. `tcp dport 443`.
        """
        rules = "\n".join(f"{match} drop" for match in matches)
        table = (
            "table inet wall\ndelete table inet wall\n"
            "table inet wall {\nchain out {\n"
            f"type filter hook output priority 0; policy accept;\n{rules}\n}}\n}}\n"
        )
        command = [*_inside(self.viewer), "nft", "-f", "-"]
        subprocess.run(command, input=table.encode(), check=True)

    def lose(self, percent: int) -> None:
        """Lose so much of the UDP that comes to the viewer, at random."""
        table = (
            "table inet rain\ndelete table inet rain\n"
            "table inet rain {\nchain in {\n"
            "type filter hook input priority 0; policy accept;\n"
            f"meta l4proto udp numgen random mod 100 < {percent} drop\n}}\n}}\n"
        )
        command = [*_inside(self.viewer), "nft", "-f", "-"]
        subprocess.run(command, input=table.encode(), check=True)

    def viewer_program(self, folder: Path, name: str) -> Path:
        """Make a command that runs a program in the viewer's network."""
        found = shutil.which(name)
        assert found is not None, f"{name} is missing: apt-get install {name}"
        script = folder / f"{name}-of-viewer"
        words = " ".join([*_inside(self.viewer), found])
        script.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        script.chmod(0o755)
        return script


@contextmanager
def open_networks() -> Iterator[Networks]:
    """Make both networks, stand in the server's one until the context ends."""
    networks = Networks(f"hallcast-s{os.getpid()}", f"hallcast-v{os.getpid()}")
    names = (networks.server, networks.viewer)
    addresses = (SERVER_ADDRESS, VIEWER_ADDRESS)
    try:
        for name in names:
            _ip("netns", "add", name)
        cable = ("link", "add", "wire", "netns", names[0], "type", "veth")
        _ip(*cable, "peer", "name", "wire", "netns", names[1])
        for name, address in zip(names, addresses, strict=True):
            _ip("-n", name, "address", "add", f"{address}/24", "dev", "wire")
            for device in ("lo", "wire"):
                _ip("-n", name, "link", "set", device, "up")
        with _standing_in(networks.server):
            yield networks
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], check=False)


@contextmanager
def _standing_in(name: str) -> Iterator[None]:
    """Move this thread, and so all that it starts, to another network."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        _set_network(there)
        yield
    finally:
        _set_network(home)
        os.close(there)
        os.close(home)


def _set_network(descriptor: int) -> None:
    if _SETNS(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _inside(name: str) -> list[str]:
    return ["nsenter", f"--net=/run/netns/{name}"]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
