"""16-bit sequence numbers and their 64-bit continuation (RFC 3550, A.1)."""

from __future__ import annotations

MAX_DROPOUT_PACKETS = 3000
"""A larger jump ahead is a restarted sender, not loss (RFC 3550, A.1)."""

MAX_MISORDER_PACKETS = 2000
"""A packet further back is a restarted sender. RFC 3550 suggests 100; late
retransmissions reach back much further at video packet rates."""


def seqno_diff(newer: int, older: int) -> int:
    """Give the signed distance of two 16-bit numbers, -32768 to 32767."""
    return ((newer - older + 0x8000) & 0xFFFF) - 0x8000


def extend_seqno(seqno: int, near_ext_seqno: int) -> int:
    """Give the extended number with these low 16 bits nearest to another one."""
    return near_ext_seqno + seqno_diff(seqno, near_ext_seqno & 0xFFFF)


class SeqnoUnwrapper:
    """Extends the sequence numbers of one stream.

    After a jump that is neither loss nor reordering it waits for the next number in
    row, then goes on in a new cycle, so that a restarted sender is not mute for long.
    """

    __slots__ = ("_expected_after_jump", "highest")

    def __init__(self) -> None:
        self.highest = -1
        """Highest extended number so far; -1 before the first packet."""
        self._expected_after_jump = -1

    def unwrap(self, seqno: int) -> int | None:
        """Give the extended number, or None for a packet to leave out."""
        highest = self.highest
        ahead = ((seqno - highest + 0x8000) & 0xFFFF) - 0x8000
        if 0 < ahead <= MAX_DROPOUT_PACKETS and highest >= 0:
            self.highest = highest + ahead
            return highest + ahead
        if highest < 0:
            # Not 0: packets from before the first one must not become negative.
            self.highest = 0x10000 + seqno
            return self.highest
        if -MAX_MISORDER_PACKETS <= ahead <= 0:
            return highest + ahead
        if seqno != self._expected_after_jump:
            self._expected_after_jump = (seqno + 1) & 0xFFFF
            return None
        self._expected_after_jump = -1
        # At least one whole cycle on, so that everyone can see the break.
        self.highest = (highest | 0xFFFF) + 0x10001 + seqno
        return self.highest
