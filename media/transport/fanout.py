"""The hot loop's shared half: what all viewers of a batch have in common.

A `Plan` is made once per batch and payload type. It is one buffer with every RTP
header already in place, and per packet the slice that a viewer's ciphertext is written
to. A viewer then costs, per packet, one XOR and one `encrypt_into`, and per run of
equal packets one `sendmsg` with UDP_SEGMENT (generic segmentation offload, Linux 4.18).

Measured on 2 vCPU EPYC, kernel 6.18, 1,060-byte packets on loopback: encrypt 1.1 us,
one GSO send of six packets 7.6 us against six times 5.8 us.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence
from typing import NamedTuple

from media.protocol import Codec
from media.sfu.ports import OutPacket
from media.srtp.gcm import TAG_BYTES, packet_iv

SOL_UDP = 17
UDP_SEGMENT = 103
MAX_SEGMENTS = 64
"""UDP_MAX_SEGMENTS of older kernels; newer ones take 128."""
MAX_RUN_BYTES = 65_000

Ancillary = tuple[tuple[int, int, bytes], ...]
Job = tuple[int, bytes, bytes, memoryview]
"""IV without salt, payload, header (the associated data), where to write."""

_HEADER_BYTES = 12


PlanKey = tuple[tuple[tuple[Codec, int], ...], int]
"""A viewer's payload types, and the base its packet indexes count from."""


class Run(NamedTuple):
    """Packets that leave in one send: equal sizes, only the last may be shorter.

    A tuple, because unpacking one is cheaper than reading attributes, and this is read
    once for each viewer and run.
    """

    jobs: tuple[Job, ...]
    buffers: tuple[memoryview]
    """The one buffer, as `sendmsg` wants it."""
    ancillary: Ancillary
    """Empty for a single packet, which leaves by `sendto`."""
    packets: tuple[OutPacket, ...]


Plan = tuple[Run, ...]


class FanOut:
    """Makes plans and keeps them until the batch is over.

    Nearly all viewers of a batch share one plan, so the last one asked for is at hand
    as `plan`, valid for `packets` and `key`; both are compared by identity. `clear`
    after each flush ends the life of all plans.
    """

    __slots__ = (
        "_keys",
        "_max_segments",
        "_plans",
        "key",
        "packets",
        "packets_sent",
        "plan",
    )

    def __init__(self, *, use_gso: bool) -> None:
        self._max_segments = MAX_SEGMENTS if use_gso else 1
        self._plans: dict[tuple[int, PlanKey], tuple[Sequence[OutPacket], Plan]] = {}
        self._keys: dict[PlanKey, PlanKey] = {}
        self.packets: Sequence[OutPacket] | None = None
        self.key: PlanKey | None = None
        self.plan: Plan = ()
        self.packets_sent = 0
        """By all viewers together."""

    def intern(self, payload_types: dict[Codec, int], base_index: int) -> PlanKey:
        """Give the one object that stands for these values.

        There are few: one for each browser family and wrap of the longest slot.
        """
        key = (tuple(sorted(payload_types.items())), base_index)
        return self._keys.setdefault(key, key)

    def use(self, packets: Sequence[OutPacket], key: PlanKey) -> Plan:
        """Make the plan of this batch and viewer the current one."""
        found = self._plans.get((id(packets), key))
        if found is None:
            found = (packets, build_plan(packets, key, self._max_segments))
            self._plans[id(packets), key] = found
        self.packets, self.key, self.plan = packets, key, found[1]
        return found[1]

    def clear(self) -> None:
        """Forget all plans; the packet sequences may change from now on."""
        if self._plans:
            self._plans.clear()
            self.packets = self.key = None
            self.plan = ()


def build_plan(
    packets: Sequence[OutPacket], key: PlanKey, max_segments: int = MAX_SEGMENTS
) -> Plan:
    """Lay a batch out into runs; empty when its codec was not negotiated."""
    payload_types, base_index = key
    payload_type = dict(payload_types).get(packets[0].codec)
    if payload_type is None:
        return ()
    # A packet from before the viewer's start has no index of theirs.
    visible = [packet for packet in packets if packet.ext_seqno >= base_index]
    return tuple(
        _build_run(run, payload_type, base_index)
        for run in split_runs(visible, max_segments)
    )


def split_runs(
    packets: Sequence[OutPacket], max_segments: int
) -> list[tuple[OutPacket, ...]]:
    """Cut a batch, in order, where GSO demands it."""
    runs: list[tuple[OutPacket, ...]] = []
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
        total += this + _HEADER_BYTES + TAG_BYTES
    if current:
        runs.append(tuple(current))
    return runs


def _build_run(
    packets: tuple[OutPacket, ...], payload_type: int, base_index: int
) -> Run:
    sizes = [_HEADER_BYTES + len(packet.payload) + TAG_BYTES for packet in packets]
    buffer = memoryview(bytearray(sum(sizes)))
    jobs: list[Job] = []
    start = 0
    for packet, size in zip(packets, sizes, strict=True):
        header = packet.header(payload_type)
        buffer[start : start + _HEADER_BYTES] = header
        iv = packet_iv(packet.ssrc, packet.ext_seqno - base_index)
        target = buffer[start + _HEADER_BYTES : start + size]
        jobs.append((iv, packet.payload, header, target))
        start += size
    ancillary: Ancillary = ()
    if len(packets) > 1:
        ancillary = ((SOL_UDP, UDP_SEGMENT, struct.pack("=H", sizes[0])),)
    return Run(tuple(jobs), (buffer,), ancillary, packets)


def is_gso_usable() -> bool:
    """Send two segments to ourselves; False where the kernel refuses or forgets."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.2)
        ancillary = [(SOL_UDP, UDP_SEGMENT, struct.pack("=H", 4))]
        try:
            sender.sendmsg([b"abcdef"], ancillary, 0, receiver.getsockname())
            return receiver.recv(16) == b"abcd" and receiver.recv(16) == b"ef"
        except OSError:
            return False
