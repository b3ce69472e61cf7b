"""What all viewers of a batch have in common: its packets, laid out for encryption.

A plan set has, per packet, the sequence number's share of the nonce, the payload and
the header, and copies of the slices that a viewer's ciphertext is written to, so that
several viewers are encrypted first and then sent by one `sendmmsg`. Equal
packets in a row leave as one message with UDP_SEGMENT (generic segmentation offload,
Linux 4.18).

Everything about a copy's places in the `MessageArray` is laid out once; a viewer brings
its key, and its address as one pointer a message. With few viewers this is what a batch
costs, in caches that went cold since the last one: it must be short.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from media.protocol import Codec
from media.sfu.ports import HeaderKey, OutPacket
from media.srtp.gcm import TAG_BYTES, packet_iv
from media.transport.mmsg import MAX_MESSAGES, MessageArray, name_of

MAX_SEGMENTS = 64
"""UDP_MAX_SEGMENTS of older kernels; newer ones take 128."""
MAX_RUN_BYTES = 65_000
GROUP_BYTES = 128 << 10
"""Of viewers encrypted before they are sent: fits a core's second-level cache."""
GROUP_VIEWERS = 8
"""More would save less than making their copies of the plan costs."""
STRADDLES = -1
"""In place of what the nonces of a batch have in common, when a wrap is inside it."""

_MAX_HEADER_BYTES = 24

Run = tuple[OutPacket, ...]
"""Packets that leave in one message: equal sizes, only the last may be shorter."""

Job = tuple[int, bytes, bytes, memoryview]
"""Low 16 bits of the index, payload, header (the associated data), where to write."""

Copy = tuple[tuple[Job, ...], range]
"""One viewer's packets, and where its address goes in `MessageArray.words`."""


class PlanKey(NamedTuple):
    """What viewers must have in common to share a plan set."""

    headers: tuple[tuple[Codec, HeaderKey], ...]
    base_index: int
    """What their packet indexes count from."""
    fileno: int
    """Of the socket they are sent by."""
    name_bytes: int
    """Size of their socket address."""
    is_shifted: bool = False
    """They have numbers of their own: each writes the headers anew."""


class Owner(Protocol):
    """Whose packets stand in a copy: a `PeerOut`."""

    def on_refused(self, run: Run, error_number: int, *, is_shifted: bool) -> None: ...


class PlanSet:
    """The copies of one plan; the first of them belong to `owners`, one each."""

    __slots__ = (
        "_bodies",
        "_limit",
        "_runs",
        "_template",
        "copies",
        "header_key",
        "headers",
        "iv_high",
        "key",
        "lows",
        "messages",
        "owners",
        "packets",
        "payloads",
        "runs",
        "visible",
        "words",
    )

    def __init__(
        self, packets: Sequence[OutPacket], key: PlanKey, max_segments: int
    ) -> None:
        self.packets = packets
        self.key = key
        self.owners: list[Owner] = []
        """Whose packets wait in the first copies. One is added when all its packets
        are there: an error before that leaves the copy to the next viewer."""
        self.copies: list[Copy] = []
        self.visible: list[OutPacket] = []
        """Without packets from before the viewers' start, which have no index of
        theirs; empty when the codec was not negotiated."""
        self.lows: list[int] = []
        """The low 16 bits of each packet's index."""
        self.payloads: list[bytes] = []
        self.headers: list[bytes] = []
        """The associated data."""
        self.iv_high = 0
        """The IV without the low 16 bits; STRADDLES when packets differ in it."""
        self.header_key: HeaderKey = -1
        for codec, header_key in key.headers:
            if packets and codec == packets[0].codec:
                self.header_key = header_key
                self._take(packets)
        self._lay_out(max_segments)

    def _take(self, packets: Sequence[OutPacket]) -> None:
        base_index, header_key = self.key.base_index, self.header_key
        for packet in packets:
            index = packet.ext_seqno - base_index
            if index < 0:
                continue
            iv_high = packet_iv(packet.ssrc, index) >> 16
            if not self.visible:
                self.iv_high = iv_high
            elif iv_high != self.iv_high:
                self.iv_high = STRADDLES
            self.visible.append(packet)
            self.lows.append(index & 0xFFFF)
            self.payloads.append(packet.payload)
            self.headers.append(packet.header(header_key))

    def _lay_out(self, max_segments: int) -> None:
        """Find each packet's and each run's place in a copy."""
        template = bytearray()
        bodies: list[tuple[int, int]] = []
        for header, payload in zip(self.headers, self.payloads, strict=True):
            template += header
            body = len(template)
            template += bytes(len(payload) + TAG_BYTES)
            bodies.append((body, len(template)))
        self._template, self._bodies = template, bodies
        self.runs = split_runs(self.visible, max_segments)
        self._runs: list[tuple[int, int, int]] = []
        """Where each begins, its size, and that of its segments, 0 for none."""
        position = start = 0
        for run in self.runs:
            segment = bodies[position][1] - start if len(run) > 1 else 0
            position += len(run)
            end = bodies[position - 1][1]
            self._runs.append((start, end - start, segment))
            start = end
        runs, size = max(1, len(self.runs)), max(1, len(template))
        self._limit = min(GROUP_VIEWERS, GROUP_BYTES // size, MAX_MESSAGES // runs) or 1

    @property
    def room(self) -> tuple[int, int]:
        """How many messages, and bytes of memory, its copies need."""
        places, size = self._limit * len(self.runs), self._limit * len(self._template)
        return max(1, places), max(1, size)

    def use(self, messages: MessageArray) -> None:
        """Put the copies here; nobody else may until all is sent."""
        self.messages = messages
        self.words = messages.words

    @property
    def has_room(self) -> bool:
        return len(self.copies) < self._limit

    def add_copy(self) -> Copy:
        """Make another copy while there `has_room`."""
        number = len(self.copies)
        base, first = number * len(self._template), number * len(self._runs)
        memory, describe = self.messages.memory, self.messages.describe
        memory[base : base + len(self._template)] = self._template
        for place, (start, size, segment) in enumerate(self._runs, first):
            describe(place, base + start, size, segment, self.key.name_bytes)
        targets = [memory[base + body : base + end] for body, end in self._bodies]
        jobs = zip(self.lows, self.payloads, self.headers, targets, strict=True)
        names = range(name_of(first), name_of(first + len(self._runs)), name_of(1))
        copy = (tuple(jobs), names)
        self.copies.append(copy)
        return copy

    def header_of(self, number: int, packet: int) -> memoryview:
        """Give where a copy's header of a packet stands."""
        base = number * len(self._template)
        body = base + self._bodies[packet][0]
        return self.messages.memory[body - len(self.headers[packet]) : body]


def split_runs(packets: Sequence[OutPacket], max_segments: int) -> list[Run]:
    """Cut a batch, in order, where GSO demands it."""
    runs: list[Run] = []
    current: list[OutPacket] = []
    size = total = 0
    for packet in packets:
        this = len(packet.payload)
        full = len(current) >= max_segments or total + this > MAX_RUN_BYTES
        ended = current and len(current[-1].payload) < size
        if current and (full or ended or this > size):
            runs.append(tuple(current))
            current = []
        if not current:
            size, total = this, 0
        current.append(packet)
        total += this + _MAX_HEADER_BYTES + TAG_BYTES
    if current:
        runs.append(tuple(current))
    return runs
