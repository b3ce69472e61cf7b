"""What a decoder would have played of the packets that came. Pure."""

from __future__ import annotations

from itertools import pairwise

from tests.impairment.stamps import SOUND_MS, PictureStamp, SoundStamp

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class SoundPlayout:
    """Which sounds were there when their time came, one way or another."""

    def __init__(self) -> None:
        self._sent_ns: dict[int, int] = {}
        self._usable_ns: dict[int, int] = {}
        """When the first usable copy of a sound came."""
        self._fastest_ns = 1 << 62

    def on_packet(self, stamp: SoundStamp, arrival_ns: int, *, repeat: bool) -> None:
        """Note a packet; a `repeat` (RTX, RED) tells nothing about the line's delay."""
        self._note(stamp.number, stamp.sent_ns, arrival_ns)
        if stamp.carries_previous:
            before_ns = stamp.sent_ns - SOUND_MS * NS_PER_MS
            self._note(stamp.number - 1, before_ns, arrival_ns)
        if not repeat:
            self._fastest_ns = min(self._fastest_ns, arrival_ns - stamp.sent_ns)

    def _note(self, number: int, sent_ns: int, arrival_ns: int) -> None:
        self._sent_ns.setdefault(number, sent_ns)
        usable_ns = self._usable_ns.get(number, arrival_ns)
        self._usable_ns[number] = min(usable_ns, arrival_ns)

    def concealed(self, first: int, last: int, buffer_ms: float) -> float:
        """Give the share of these sounds that a decoder had to invent.

        The jitter buffer holds `buffer_ms` beyond the fastest packet.
        """
        missing = 0
        for number in range(first, last + 1):
            usable_ns = self._usable_ns.get(number)
            if usable_ns is None:
                missing += 1
                continue
            waited_ns = usable_ns - self._sent_ns[number] - self._fastest_ns
            missing += waited_ns > buffer_ms * NS_PER_MS
        return missing / max(1, last - first + 1)


class PicturePlayout:
    """Shows pictures as a decoder does: in order, each whole, from a keyframe on.

    It waits for a missing packet as long as no later keyframe is complete.
    """

    def __init__(self) -> None:
        self.decoded: list[tuple[int, int]] = []
        """When each picture was sent and when it could be decoded, in order, in ns."""
        self._positions: dict[int, set[int]] = {}
        self._complete: dict[int, int] = {}
        """Number to time sent of pictures that wait for an earlier one."""
        self._complete_keys: set[int] = set()
        self._next = -1

    def on_packet(self, stamp: PictureStamp, arrival_ns: int) -> bool:
        """Note a packet; False when it had come before."""
        positions = self._positions.setdefault(stamp.number, set())
        if stamp.position in positions:
            return False
        positions.add(stamp.position)
        if len(positions) == stamp.packets:
            self._complete[stamp.number] = stamp.sent_ns
            if stamp.is_key:
                self._complete_keys.add(stamp.number)
            self._decode(arrival_ns)
        return True

    def _decode(self, now_ns: int) -> None:
        while True:
            if self._next not in self._complete:
                later = [one for one in self._complete_keys if one > self._next]
                if not later:
                    return
                self._next = min(later)
            self.decoded.append((self._complete.pop(self._next), now_ns))
            self._next += 1

    def shown_ns(self, buffer_ms: float) -> list[int]:
        """Give when each picture was on the screen, in order.

        The jitter buffer evens out what comes up to `buffer_ms` later than the fastest.
        """
        if not self.decoded:
            return []
        fastest_ns = min(ready_ns - sent_ns for sent_ns, ready_ns in self.decoded)
        delay_ns = fastest_ns + int(buffer_ms * NS_PER_MS)
        return [max(sent_ns + delay_ns, ready) for sent_ns, ready in self.decoded]


def freezes_s(
    shown_ns: list[int], from_ns: int, to_ns: int, longer_than_s: float
) -> list[float]:
    """Give the times without a new picture, as far as they are in the window."""
    inside = [one for one in shown_ns if from_ns <= one <= to_ns]
    gaps = [(b - a) / NS_PER_S for a, b in pairwise((from_ns, *inside, to_ns))]
    return [gap for gap in gaps if gap > longer_than_s]
