"""`StreamRewriter`: one unbroken line of numbers from many sources.

Whatever is switched or left out, the outgoing sequence numbers have no gap that is
not a packet still missing from the source, and the timestamps go on.
"""

from __future__ import annotations

from collections import deque

MAX_PIECES = 64
"""Each packet left out starts a new piece; older ones than these are too late."""


class StreamRewriter:
    """Maps the numbers of the current source to those of a slot."""

    __slots__ = (
        "_offset",
        "_older_pieces",
        "_piece_start",
        "_timestamp_offset",
        "last_ext_seqno",
        "last_timestamp",
    )

    def __init__(self, first_seqno: int, first_timestamp: int) -> None:
        self.last_ext_seqno = first_seqno - 1
        """Highest number given out."""
        self.last_timestamp = first_timestamp & 0xFFFFFFFF
        """Newest timestamp given out, 32 bit."""
        self._offset = 0
        self._piece_start = 1 << 62
        self._older_pieces: deque[tuple[int, int, int]] = deque(maxlen=MAX_PIECES)
        """First and end (not included) source number, and offset; newest first."""
        self._timestamp_offset = 0

    def join(self, source_ext_seqno: int, source_timestamp: int, elapsed: int) -> None:
        """Go on with another source (or the same after a cut) at this packet.

        `elapsed` is in ticks since the newest timestamp given out; less than one tick
        counts as one, for two pictures never share a timestamp.
        """
        self._older_pieces.clear()
        self._piece_start = source_ext_seqno
        self._offset = self.last_ext_seqno + 1 - source_ext_seqno
        start = self.last_timestamp + max(1, elapsed)
        self._timestamp_offset = start - source_timestamp

    def map_seqno(self, source_ext_seqno: int) -> int | None:
        """Give the outgoing number; None before the join and for one left out."""
        if source_ext_seqno >= self._piece_start:
            mapped = source_ext_seqno + self._offset
        else:
            for piece_start, piece_end, offset in self._older_pieces:
                if piece_start <= source_ext_seqno < piece_end:
                    mapped = source_ext_seqno + offset
                    break
            else:
                return None
        if mapped > self.last_ext_seqno:
            self.last_ext_seqno = mapped
        return mapped

    def peek_seqno(self, source_ext_seqno: int) -> int:
        """Give what the next packet of the source will be numbered."""
        return source_ext_seqno + self._offset

    def peek_timestamp(self, source_timestamp: int) -> int:
        return (source_timestamp + self._timestamp_offset) & 0xFFFFFFFF

    def map_timestamp(self, source_timestamp: int) -> int:
        """Give the outgoing timestamp, 32 bit."""
        mapped = (source_timestamp + self._timestamp_offset) & 0xFFFFFFFF
        if (mapped - self.last_timestamp) & 0xFFFFFFFF < 0x80000000:
            self.last_timestamp = mapped
        return mapped

    def leave_out(self, source_ext_seqno: int) -> bool:
        """Close the gap of a packet that is not forwarded.

        False when a later packet already went out: then the number is spent and must
        be filled.
        """
        if source_ext_seqno < self._piece_start:
            return False
        if source_ext_seqno + self._offset <= self.last_ext_seqno:
            return False
        piece = (self._piece_start, source_ext_seqno, self._offset)
        self._older_pieces.appendleft(piece)
        self._piece_start = source_ext_seqno + 1
        self._offset -= 1
        return True
