"""Which packets a light viewer asks for: what libwebrtc's NackRequester does. Pure."""

from __future__ import annotations

NS_PER_MS = 1_000_000

REPEAT_NS = 100 * NS_PER_MS
"""A receive-only connection never learns its round trip and repeats after 100 ms."""

MAX_ASKS = 10
MAX_MISSING = 1_000


class LightNack:
    """Asks at once, repeats ten times; too much missing calls for a keyframe."""

    def __init__(self) -> None:
        self.highest = -1
        self.packets_asked = 0
        self._missing: dict[int, list[int]] = {}

    def on_packet(self, seqno: int, *, repeat: bool = False) -> int:
        """Note an arrival; gives the extended number."""
        if self.highest < 0:
            self.highest = 0x10000 + seqno
            return self.highest
        ahead = ((seqno - self.highest + 0x8000) & 0xFFFF) - 0x8000
        ext_seqno = self.highest + ahead
        self._missing.pop(ext_seqno, None)
        if ahead > 0 and not repeat:
            for missing in range(self.highest + 1, ext_seqno):
                self._missing[missing] = []
            self.highest = ext_seqno
        return ext_seqno

    def due(self, now_ns: int) -> list[int]:
        """Give the 16-bit numbers to ask for now."""
        asked = []
        for ext_seqno, asks_ns in list(self._missing.items()):
            if len(asks_ns) >= MAX_ASKS:
                del self._missing[ext_seqno]
            elif not asks_ns or now_ns - asks_ns[-1] >= REPEAT_NS:
                asks_ns.append(now_ns)
                asked.append(ext_seqno & 0xFFFF)
        self.packets_asked += len(asked)
        return asked

    def take_outage(self) -> bool:
        """Tell, once, whether so much is missing that a keyframe is wanted."""
        if len(self._missing) <= MAX_MISSING:
            return False
        self._missing.clear()
        return True
