"""Network namespaces of one process: unique names, deleted even after a kill.

A name carries the pid and the start time of its maker, so whoever comes next can tell
a namespace that is in use from one that a killed process left behind.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PREFIX = "hcimp"
FOLDER = Path("/run/netns")
NO_IPV6 = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)


def _started_at(pid: int) -> str:
    """Give a process's start time in clock ticks (proc(5), field 22 of stat)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]


def _is_stale(name: str) -> bool:
    prefix, _, rest = name.partition("-")
    parts = rest.split("-")
    if prefix != PREFIX or len(parts) != 3:
        return False
    with suppress(OSError, ValueError):
        return _started_at(int(parts[0])) != parts[1]
    return True


def remove_stale() -> list[str]:
    """Delete what processes that ended left behind; gives the names."""
    if not FOLDER.is_dir():
        return []
    stale = [path.name for path in FOLDER.iterdir() if _is_stale(path.name)]
    for name in stale:
        # Another run may be tidying up as well.
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    return stale


class Namespace:
    """A network namespace with its loopback up."""

    def __init__(self) -> None:
        pid = os.getpid()
        self.name = f"{PREFIX}-{pid}-{_started_at(pid)}-{next(_numbers)}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        # No IPv6 chatter: the n-th packet of a seed is to be the n-th of ours.
        with entered(self.name), suppress(FileNotFoundError):
            NO_IPV6.write_text("1")
        self.ip("link", "set", "lo", "up")

    def ip(self, *words: str) -> None:
        """Run `ip` inside. Raises CalledProcessError."""
        subprocess.run(["ip", "-n", self.name, *words], check=True)

    def run(self, *words: str, text: str | None = None) -> str:
        """Run a command inside; gives its output. Raises CalledProcessError."""
        command = ["ip", "netns", "exec", self.name, *words]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, input=text
        ).stdout

    def delete(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], check=False)


@contextmanager
def namespaces(count: int) -> Iterator[list[Namespace]]:
    """Make so many, and delete them whatever happens."""
    remove_stale()
    with ExitStack() as made:
        yield [made.enter_context(_namespace()) for _ in range(count)]


@contextmanager
def _namespace() -> Iterator[Namespace]:
    one = Namespace()
    try:
        yield one
    finally:
        one.delete()


@contextmanager
def entered(name: str) -> Iterator[None]:
    """Move this thread into a namespace: sockets and children made here stay there."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        other = os.open(FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(other)
        finally:
            os.close(other)
        try:
            yield
        finally:
            _setns(own)
    finally:
        os.close(own)


def _setns(descriptor: int) -> None:
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
