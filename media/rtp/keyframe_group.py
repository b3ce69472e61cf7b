"""`KeyframeGroup`: the last keyframe and what follows, for those who join."""

from __future__ import annotations

MAX_AGE_NS = 4_000_000_000
"""A joiner must decode the whole group at once; 4 s at 30 fps is about 120 pictures."""

MAX_PACKETS = 600
"""About 4 s of 1.3 Mbit/s: half a megabyte to a joiner at most."""


class KeyframeGroup:
    """Remembers where the group begins; the packets themselves are in the cache."""

    __slots__ = ("_started_ns", "first_ext_seqno")

    def __init__(self) -> None:
        self.first_ext_seqno = -1
        """Of the keyframe's first packet; -1 when there is no group."""
        self._started_ns = 0

    def begin(self, ext_seqno: int, now_ns: int) -> None:
        # A keyframe start that comes late must not hide a newer one.
        if ext_seqno > self.first_ext_seqno:
            self.first_ext_seqno = ext_seqno
            self._started_ns = now_ns

    def end(self) -> None:
        """Forget it: the slot lost its source."""
        self.first_ext_seqno = -1

    def age_ns(self, now_ns: int) -> int:
        return now_ns - self._started_ns

    def is_young(self, last_ext_seqno: int, now_ns: int) -> bool:
        """Tell whether a joiner can be served from it."""
        return (
            self.first_ext_seqno >= 0
            and last_ext_seqno - self.first_ext_seqno < MAX_PACKETS
            and now_ns - self._started_ns <= MAX_AGE_NS
        )
