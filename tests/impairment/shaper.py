"""`Shaper`: one direction of an emulated line. Pure: time comes in, times go out."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass

from tests.impairment.conditions import Condition

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000

LEVEL_LASTS_MS = (50.0, 150.0)
"""A jittering line keeps its delay for so long: queues of other people's traffic build
up and drain; a new draw for each packet would be smoothed away by keeping the order."""

_TCP = 6
_PORTS = struct.Struct("!HH")

HELD_BACK_MS = (5.0, 30.0)
"""How much later a packet comes that others are to overtake (Wi-Fi, two paths)."""


@dataclass(slots=True)
class ShaperStats:
    """Packets by what became of them."""

    packets: int = 0
    bytes: int = 0
    lost: int = 0
    """By chance or in a burst."""
    overflowed: int = 0
    """The queue of a capped line was full."""
    refused: int = 0
    """The line was down, or a firewall dropped it."""
    held_back: int = 0
    worst_queue_ms: float = 0.0

    @property
    def passed(self) -> int:
        return self.packets - self.lost - self.overflowed - self.refused


class Shaper:
    """Decides for each packet whether it comes, and when.

    Every kind of chance has its own generator, so that the n-th packet of a seed meets
    the same loss whatever the jitter.
    """

    def __init__(self, seed: int, condition: Condition | None = None) -> None:
        self.stats = ShaperStats()
        self._condition = condition or Condition()
        self._loss = random.Random(f"{seed} loss")
        self._gilbert = random.Random(f"{seed} gilbert")
        self._jitter = random.Random(f"{seed} jitter")
        self._reorder = random.Random(f"{seed} reorder")
        self._is_bad = False
        self._began_ns = 0
        self._free_ns = 0
        self._last_due_ns = 0
        self._level_ms = 0.0
        self._level_until_ns = 0

    def use(self, condition: Condition, now_ns: int) -> None:
        """Change the line; what is on its way keeps its time."""
        if condition != self._condition:
            self._condition = condition
            self._began_ns = now_ns
            self._level_until_ns = 0

    def pass_packet(self, packet: bytes, now_ns: int) -> int | None:
        """Give the time an IPv4 packet comes out at, None when it does not."""
        stats, condition = self.stats, self._condition
        size_bytes = len(packet)
        stats.packets += 1
        stats.bytes += size_bytes
        if not condition.is_up or (
            condition.only_tcp_port and not _is_tcp(packet, condition.only_tcp_port)
        ):
            stats.refused += 1
            return None
        # Drawn for each packet, also for one a burst takes: see the class.
        is_lost = self._loss.random() < condition.loss
        is_in_burst = self._is_in_burst(now_ns)
        if is_lost or is_in_burst:
            stats.lost += 1
            return None
        sent_ns = self._serialise(size_bytes, now_ns)
        if sent_ns is None:
            stats.overflowed += 1
            return None
        return self._delay(sent_ns, now_ns)

    def _is_in_burst(self, now_ns: int) -> bool:
        condition = self._condition
        if condition.gilbert_enter:
            chance = (
                condition.gilbert_leave if self._is_bad else condition.gilbert_enter
            )
            if self._gilbert.random() < chance:
                self._is_bad = not self._is_bad
            return self._is_bad
        if not condition.burst_every_ms:
            return False
        at_ms = (now_ns - self._began_ns) / NS_PER_MS % condition.burst_every_ms
        return at_ms >= condition.burst_every_ms - condition.burst_ms

    def _serialise(self, size_bytes: int, now_ns: int) -> int | None:
        condition = self._condition
        if not condition.rate_bps:
            return now_ns
        starts_ns = max(now_ns, self._free_ns)
        waits_ms = (starts_ns - now_ns) / NS_PER_MS
        if waits_ms > condition.queue_ms:
            return None
        self.stats.worst_queue_ms = max(self.stats.worst_queue_ms, waits_ms)
        self._free_ns = starts_ns + int(size_bytes * 8 * NS_PER_S / condition.rate_bps)
        return self._free_ns

    def _delay(self, sent_ns: int, now_ns: int) -> int:
        condition = self._condition
        delay_ms = max(0.0, condition.delay_ms + self._wander_ms(now_ns))
        due_ns = sent_ns + int(delay_ms * NS_PER_MS)
        if not condition.keeps_order:
            return due_ns
        if condition.reorder and self._reorder.random() < condition.reorder:
            self.stats.held_back += 1
            held_ns = int(self._reorder.uniform(*HELD_BACK_MS) * NS_PER_MS)
            return max(due_ns, self._last_due_ns) + held_ns
        self._last_due_ns = due_ns = max(due_ns, self._last_due_ns)
        return due_ns

    def _wander_ms(self, now_ns: int) -> float:
        jitter_ms = self._condition.jitter_ms
        if not jitter_ms:
            return 0.0
        if not self._condition.keeps_order or now_ns >= self._level_until_ns:
            self._level_ms = self._jitter.uniform(-jitter_ms, jitter_ms)
            lasts_ms = self._jitter.uniform(*LEVEL_LASTS_MS)
            self._level_until_ns = now_ns + int(lasts_ms * NS_PER_MS)
        return self._level_ms


def _is_tcp(packet: bytes, port: int) -> bool:
    """Tell whether an IPv4 packet is TCP with this port at one end (RFC 791, 9293)."""
    if packet[9] != _TCP:
        return False
    at = 4 * (packet[0] & 0x0F)
    return port in _PORTS.unpack_from(packet, at)
