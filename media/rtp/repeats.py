"""`RecentRepeats`: which packets a viewer was sent again within its last round trip."""

from __future__ import annotations

MAX_ENTRIES = 512
"""More than the repeats of one round trip; the oldest is forgotten first, which costs a
repeat in vain and nothing else."""


class RecentRepeats:
    """Tells a new wish for a packet from one that crossed its answer on the way.

    A browser that only receives never learns its round trip: libwebrtc assumes 100 ms
    and asks again until the packet is there. On a line of 300 ms each packet would be
    sent three times, to the viewer who can least afford it.
    """

    __slots__ = ("_sent_ns",)

    def __init__(self) -> None:
        self._sent_ns: dict[int, int] = {}
        """By number, oldest first."""

    def may_repeat(self, ext_seqno: int, now_ns: int, rtt_ns: int) -> bool:
        """Tell whether to send it (again); if so, the sending is noted."""
        sent = self._sent_ns
        before_ns = sent.pop(ext_seqno, None)
        if before_ns is not None and now_ns - before_ns < rtt_ns:
            sent[ext_seqno] = before_ns
            return False
        sent[ext_seqno] = now_ns
        if len(sent) > MAX_ENTRIES:
            del sent[next(iter(sent))]
        return True
