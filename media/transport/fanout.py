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


class Run:
    """Packets that leave in one send: equal sizes, only the last may be shorter."""

    __slots__ = ("ancillary", "buffer", "jobs", "packets", "segment_bytes")

    def __init__(
        self,
        packets: tuple[OutPacket, ...],
        jobs: tuple[Job, ...],
        buffer: memoryview,
        segment_bytes: int,
    ) -> None:
        self.packets = packets
        self.jobs = jobs
        self.buffer = buffer
        self.segment_bytes = segment_bytes
        self.ancillary: Ancillary | None = None
        if len(jobs) > 1:
            size = struct.pack("=H", segment_bytes)
            self.ancillary = ((SOL_UDP, UDP_SEGMENT, size),)


Plan = tuple[Run, ...]


class FanOut:
    """Makes plans and keeps them until the batch is over.

    Plans are found by the identity of the packet sequence, which the router passes
    unchanged to every viewer; `clear` after each flush ends their life.
    """

    def __init__(self, *, use_gso: bool) -> None:
        self._max_segments = MAX_SEGMENTS if use_gso else 1
        self._plans: dict[tuple[int, int], tuple[Sequence[OutPacket], Plan]] = {}

    def plan(self, packets: Sequence[OutPacket], payload_type: int) -> Plan:
        """Give the plan of this batch, made on the first call."""
        key = (id(packets), payload_type)
        found = self._plans.get(key)
        if found is not None:
            return found[1]
        plan = build_plan(packets, payload_type, self._max_segments)
        self._plans[key] = (packets, plan)
        return plan

    def clear(self) -> None:
        """Forget all plans; the packet sequences may change from now on."""
        self._plans.clear()


def build_plan(
    packets: Sequence[OutPacket], payload_type: int, max_segments: int = MAX_SEGMENTS
) -> Plan:
    """Lay a batch out into runs."""
    return tuple(
        _build_run(run, payload_type) for run in split_runs(packets, max_segments)
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


def _build_run(packets: tuple[OutPacket, ...], payload_type: int) -> Run:
    sizes = [_HEADER_BYTES + len(packet.payload) + TAG_BYTES for packet in packets]
    buffer = memoryview(bytearray(sum(sizes)))
    jobs: list[Job] = []
    start = 0
    for packet, size in zip(packets, sizes, strict=True):
        header = packet.header(payload_type)
        buffer[start : start + _HEADER_BYTES] = header
        jobs.append(
            (
                packet_iv(packet.ssrc, packet.ext_seqno),
                packet.payload,
                header,
                buffer[start + _HEADER_BYTES : start + size],
            )
        )
        start += size
    return Run(packets, tuple(jobs), buffer, sizes[0])


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


def payload_type_of(
    packets: Sequence[OutPacket], payload_types: dict[Codec, int]
) -> int | None:
    """Give the viewer's payload type for a batch, or None when not negotiated."""
    return payload_types.get(packets[0].codec) if packets else None
