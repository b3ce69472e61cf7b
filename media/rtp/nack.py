"""`NackTracker`: which packets of a publisher to ask for again, and when."""

from __future__ import annotations

NS_PER_MS = 1_000_000

REORDER_WAIT_NS = 10 * NS_PER_MS
"""Wi-Fi reorders within a few ms; asking earlier asks for packets on their way."""

FIRST_RTT_NS = 250 * NS_PER_MS
"""Assumed until the first repeat has come: long enough for a satellite or a phone in a
village (300 ms with the quarter that is added), and wrong only once."""

MIN_RTT_NS = 20 * NS_PER_MS
"""Never repeat faster than the tick that asks."""

MAX_RTT_NS = 1000 * NS_PER_MS

MAX_ASKS = 6
MAX_AGE_NS = 1500 * NS_PER_MS
"""Later the picture has frozen for so long that a keyframe is the better cure."""

MAX_MISSING_PACKETS = 256
"""More missing at once is an outage: a keyframe costs less than the repeats."""


class _Missing:
    __slots__ = ("asks", "first_asked_ns", "next_ask_ns", "since_ns")

    def __init__(self, now_ns: int) -> None:
        self.since_ns = now_ns
        self.next_ask_ns = now_ns + REORDER_WAIT_NS
        self.first_asked_ns = 0
        self.asks = 0


class NackTracker:
    """Watches the extended sequence numbers of one video stream.

    The round trip is smoothed as in RFC 6298, section 2.
    """

    __slots__ = ("_has_sample", "_highest", "_missing", "_rtt_var_ns", "rtt_ns")

    def __init__(self) -> None:
        self._highest = -1
        self._missing: dict[int, _Missing] = {}
        self._has_sample = False
        self.rtt_ns = FIRST_RTT_NS
        """Smoothed time from asking once to the repeat's arrival."""
        self._rtt_var_ns = 0

    @property
    def timeout_ns(self) -> int:
        """Time from one ask to the next for the same packet.

        A quarter above the mean covers ordinary jitter, else the mean deviation; the
        fourfold one of RFC 6298 is for a sender that backs off, and a picture can not
        wait so long.
        """
        return self.rtt_ns + max(self.rtt_ns // 4, self._rtt_var_ns)

    def on_packet(self, ext_seqno: int, now_ns: int, *, is_repeat: bool = True) -> bool:
        """Note an arrival; True when so much is missing that a keyframe is wanted.

        `is_repeat` is False for a packet known to be no answer to an ask: an original
        of a publisher that repeats on a stream of its own (RFC 4588).
        """
        highest = self._highest
        if ext_seqno == highest + 1 or highest < 0:
            self._highest = ext_seqno
            return False
        if ext_seqno <= highest:
            missing = self._missing.pop(ext_seqno, None)
            if missing is not None and missing.asks and is_repeat:
                self._learn(missing, now_ns)
            return False
        self._highest = ext_seqno
        if ext_seqno - highest - 1 + len(self._missing) > MAX_MISSING_PACKETS:
            self._missing.clear()
            return True
        for number in range(highest + 1, ext_seqno):
            self._missing[number] = _Missing(now_ns)
        return False

    def _learn(self, missing: _Missing, now_ns: int) -> None:
        sample_ns = now_ns - missing.first_asked_ns
        sample_ns = min(MAX_RTT_NS, max(MIN_RTT_NS, sample_ns))
        if missing.asks > 1:
            # Which ask was answered can not be told (Karn's rule). To learn nothing
            # would ask a line that became slower too early for ever; to learn much
            # would take each lost ask for slowness.
            up_ns = self.rtt_ns * (missing.asks - 1) ** 2 // 32
            self.rtt_ns = min(sample_ns, self.rtt_ns + up_ns)
        elif not self._has_sample:
            self._has_sample = True
            self.rtt_ns, self._rtt_var_ns = sample_ns, sample_ns // 8
        else:
            error_ns = sample_ns - self.rtt_ns
            self._rtt_var_ns += (abs(error_ns) - self._rtt_var_ns) // 4
            self.rtt_ns += error_ns // 8

    @property
    def is_waiting(self) -> bool:
        """Something is missing."""
        return bool(self._missing)

    def due(self, now_ns: int) -> tuple[list[int], bool]:
        """Give the numbers (extended) to ask for now, and whether some were given up.

        A number given up calls for a keyframe. Between two asks for the same packet
        lies one round trip.
        """
        if not self._missing:
            return [], False
        asked: list[int] = []
        lost: list[int] = []
        for ext_seqno, missing in self._missing.items():
            if missing.next_ask_ns > now_ns:
                continue
            if missing.asks >= MAX_ASKS or now_ns - missing.since_ns > MAX_AGE_NS:
                lost.append(ext_seqno)
                continue
            if missing.asks == 0:
                missing.first_asked_ns = now_ns
            missing.asks += 1
            missing.next_ask_ns = now_ns + self.timeout_ns
            asked.append(ext_seqno)
        for ext_seqno in lost:
            del self._missing[ext_seqno]
        return asked, bool(lost)

    def reset(self) -> None:
        """Start anew: the stream was restarted or is not wanted now."""
        self._highest = -1
        self._missing.clear()
