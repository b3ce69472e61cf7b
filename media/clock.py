"""Time for the media packages: monotonic, wall and NTP.

Nothing under `media/rtp` reads a clock; `media/sfu` gets one of these handed in.
"""

from __future__ import annotations

import time
from typing import Protocol

NTP_UNIX_OFFSET_S = 2_208_988_800
"""Seconds from 1900-01-01 (NTP, RFC 5905) to 1970-01-01 (Unix)."""

NS_PER_S = 1_000_000_000


class Clock(Protocol):
    """Where monotonic and wall time come from."""

    def monotonic_ns(self) -> int: ...

    def wall_ns_at(self, monotonic_ns: int) -> int:
        """Give the wall time (Unix, ns) of a monotonic moment."""
        ...


class SystemClock:
    """The machine's clock, its wall time anchored once at the start.

    A step of the machine's time (NTP, an operator) must not tear the media clock of a
    running session, so the wall time is the one read at the start plus what the
    monotonic clock counted since. Slewing reaches both clocks alike on Linux.
    """

    __slots__ = ("_wall_minus_monotonic_ns",)

    def __init__(self) -> None:
        self._wall_minus_monotonic_ns = time.time_ns() - time.monotonic_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wall_ns_at(self, monotonic_ns: int) -> int:
        return monotonic_ns + self._wall_minus_monotonic_ns


class ManualClock:
    """A clock that a test moves by hand."""

    __slots__ = ("now_ns", "wall_minus_monotonic_ns")

    def __init__(
        self, now_ns: int = NS_PER_S, wall_start_ns: int = 1_790_000_000 * NS_PER_S
    ) -> None:
        self.now_ns = now_ns
        self.wall_minus_monotonic_ns = wall_start_ns - now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wall_ns_at(self, monotonic_ns: int) -> int:
        return monotonic_ns + self.wall_minus_monotonic_ns

    def advance_ms(self, elapsed_ms: float) -> int:
        """Move on and give the new monotonic time (ns)."""
        self.now_ns += round(elapsed_ms * 1_000_000)
        return self.now_ns


def ntp_from_unix_ns(unix_ns: int) -> int:
    """Convert Unix time (ns) to NTP 32.32 fixed point, modulo its era (RFC 5905)."""
    seconds, rest_ns = divmod(unix_ns, NS_PER_S)
    whole = (seconds + NTP_UNIX_OFFSET_S) & 0xFFFFFFFF
    return whole << 32 | (rest_ns << 32) // NS_PER_S


def unix_ns_from_ntp(ntp: int) -> int:
    """Convert NTP 32.32 of the present era to Unix time (ns); may be negative.

    Publishers may count from their boot instead of 1900 (RFC 3550, 6.4.1 allows it);
    the result is then just another clock whose offset is learnt.
    """
    seconds = (ntp >> 32) - NTP_UNIX_OFFSET_S
    # Rounded up, so that ns -> NTP -> ns gives the same ns.
    return seconds * NS_PER_S + -(-((ntp & 0xFFFFFFFF) * NS_PER_S) >> 32)
