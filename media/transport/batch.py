"""A batch of packets, laid out once for all who get them with the same header keys.

`plain` has the packets as their line numbers them: header, payload, room for the tag.
Each viewer is sent a copy of that size, sealed. Equal packets in a row leave as one
message with UDP_SEGMENT (generic segmentation offload, Linux 4.18).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from media.protocol import Codec
from media.sfu.ports import HeaderKey, OutPacket
from media.srtp.gcm import TAG_BYTES
from media.srtp.sealing import PACKET

MAX_SEGMENTS = 64
"""UDP_MAX_SEGMENTS of older kernels; newer ones take 128."""
MAX_RUN_BYTES = 65_000

RUN = struct.Struct("=III")
"""Where a run begins, its size, and that of its segments, 0 when it is one packet."""

_MAX_HEADER_BYTES = 24
_TAG = bytes(TAG_BYTES)

Run = tuple[OutPacket, ...]
"""Packets that leave in one message: equal sizes, only the last may be shorter."""


class BatchKey(NamedTuple):
    """What viewers must have in common to be sent a batch together."""

    headers: tuple[tuple[Codec, HeaderKey], ...]
    fileno: int
    """Of the socket they are sent by."""


class Batch:
    """One batch under one key."""

    __slots__ = ("packets", "places", "plain", "run_places", "runs")

    def __init__(
        self, packets: Sequence[OutPacket], key: BatchKey, max_segments: int
    ) -> None:
        header_key = dict(key.headers).get(packets[0].codec) if packets else None
        self.packets: Sequence[OutPacket] = () if header_key is None else packets
        """Nothing when the codec was not negotiated."""
        self.runs = split_runs(self.packets, max_segments)
        self._lay_out(header_key or 0)

    def _lay_out(self, header_key: HeaderKey) -> None:
        plain, places, run_places = bytearray(), bytearray(), bytearray()
        for run in self.runs:
            start = end = len(plain)
            for packet in run:
                header, payload = packet.header(header_key), packet.payload
                end = len(plain)
                places += PACKET.pack(packet.ext_seqno, end, len(header), len(payload))
                plain += header
                plain += payload
                plain += _TAG
            # All but the last are equal, so where that begins tells their size.
            segment = (end - start) // (len(run) - 1) if len(run) > 1 else 0
            run_places += RUN.pack(start, len(plain) - start, segment)
        self.plain = bytes(plain)
        self.places = bytes(places)
        """A PACKET for each."""
        self.run_places = bytes(run_places)
        """A RUN for each."""


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
