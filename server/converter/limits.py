"""What the converter process forbids itself before it reads a document."""

from __future__ import annotations

import ctypes
import os
import resource

MAX_FILE_BYTES = 64 * 1024 * 1024
"""No page picture or text layer comes near; a runaway writer stops here."""
MAX_OPEN_FILES = 64
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


def take_limits(memory_bytes: int, cpu_s: int) -> None:
    """Limit this process; over the CPU limit the kernel kills it."""
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    _limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _limit(resource.RLIMIT_CORE, 0)
    os.nice(10)
    _leave_network()


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def _leave_network() -> None:
    """Enter an empty network namespace where the kernel allows it.

    A container may forbid it; PDFium opens no sockets, so this is a second fence.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET
    libc.unshare(flags)
