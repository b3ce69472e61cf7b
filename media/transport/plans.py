"""What all viewers of a batch have in common: its packets, laid out for encryption.

A plan set has, per packet, the sequence number's share of the nonce, the payload, the
header, and the slice that a viewer's ciphertext is written to. There are copies of it,
so that several viewers are encrypted first and then sent by one `sendmmsg`. Equal
packets in a row leave as one message with UDP_SEGMENT (generic segmentation offload,
Linux 4.18).

A copy is the places of one viewer in a `MessageArray`. Everything about them is laid
out once; a viewer brings its key, and its address as one pointer a message.
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

_MAX_HEADER_BYTES = 20

Job = tuple[int, bytes, bytes, memoryview]
"""Low 16 bits of the index, payload, header (the associated data), where to write."""

Run = tuple[OutPacket, ...]
"""Packets that leave in one message: equal sizes, only the last may be shorter."""


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


class Copy(NamedTuple):
    """Where one viewer's packets go."""

    jobs: tuple[Job, ...]
    names: tuple[int, ...]
    """Indexes into `MessageArray.names`, one for each run."""
    headers: tuple[memoryview, ...]
    """Where viewers with numbers of their own write their headers; else empty."""


class Owner(Protocol):
    """Whose packets stand in a copy: a `PeerOut`."""

    def on_refused(self, run: Run, error_number: int, *, is_shifted: bool) -> None: ...


class PlanSet:
    """The copies of one plan; the first of them belong to `owners`, one each."""

    __slots__ = (
        "_limit",
        "_places",
        "_template",
        "copies",
        "header_key",
        "iv_high",
        "key",
        "messages",
        "names",
        "owners",
        "packets",
        "runs",
        "visible",
    )

    def __init__(
        self, packets: Sequence[OutPacket], key: PlanKey, max_segments: int
    ) -> None:
        self.packets = packets
        self.key = key
        names = dict(key.headers).get(packets[0].codec) if packets else None
        self.header_key: HeaderKey = 0 if names is None else names
        # A packet from before the viewer's start has no index of theirs.
        self.visible = tuple(
            packet
            for packet in packets
            if names is not None and packet.ext_seqno >= key.base_index
        )
        """Empty when the codec was not negotiated."""
        self.runs: list[Run] = split_runs(self.visible, max_segments)
        self.owners: list[Owner] = []
        """Whose packets wait in the first copies. One is added when all its packets
        are there: an error before that leaves the copy to the next viewer."""
        self.copies: list[Copy] = []
        self._lay_out()

    def _lay_out(self) -> None:
        """Find each packet's place, and what the nonces have in common."""
        highs = {iv >> 16 for iv in map(self._iv, self.visible)}
        self.iv_high = STRADDLES if len(highs) > 1 else max(highs, default=0)
        """The IV without the low 16 bits; STRADDLES when packets differ in it."""
        self._template = bytearray()
        self._places: list[tuple[int, int, int]] = []
        for packet in self.visible:
            start = len(self._template)
            header = packet.header(self.header_key)
            self._template += header + bytes(len(packet.payload) + TAG_BYTES)
            body = start + len(header)
            self._places.append((start, body, len(self._template)))
        runs, size = max(1, len(self.runs)), max(1, len(self._template))
        self._limit = max(
            1, min(GROUP_VIEWERS, GROUP_BYTES // size, MAX_MESSAGES // runs)
        )
        self.messages = MessageArray(runs * self._limit, size * self._limit)
        self.names = self.messages.names

    def _iv(self, packet: OutPacket) -> int:
        return packet_iv(packet.ssrc, packet.ext_seqno - self.key.base_index)

    @property
    def has_room(self) -> bool:
        return len(self.copies) < self._limit

    def add_copy(self) -> Copy:
        """Make another copy while there `has_room`."""
        base = len(self.copies) * len(self._template)
        memory = self.messages.memory
        memory[base : base + len(self._template)] = self._template
        jobs: list[Job] = []
        headers: list[memoryview] = []
        for packet, (start, body, end) in zip(self.visible, self._places, strict=True):
            low = self._iv(packet) & 0xFFFF
            header = packet.header(self.header_key)
            jobs.append((low, packet.payload, header, memory[base + body : base + end]))
            if self.key.is_shifted:
                headers.append(memory[base + start : base + body])
        copy = Copy(tuple(jobs), self._describe_runs(base), tuple(headers))
        self.copies.append(copy)
        return copy

    def _describe_runs(self, base: int) -> tuple[int, ...]:
        first = len(self.copies) * len(self.runs)
        position = 0
        for place, run in enumerate(self.runs, first):
            start, _, end = self._places[position]
            position += len(run)
            last = self._places[position - 1][2]
            segment = end - start if len(run) > 1 else None
            self.messages.describe(
                place, base + start, last - start, segment, self.key.name_bytes
            )
        return tuple(name_of(first + number) for number in range(len(self.runs)))


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
