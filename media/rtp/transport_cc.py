"""Transport-wide congestion control feedback: what came when.

draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1. The sender numbers all
its packets in one line (a header extension); we tell it the arrival of each in steps
of 250 us, and it estimates its uplink from that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

from media.rtp.rtcp_codec import RTPFB
from media.rtp.seqno import extend_seqno

FEEDBACK_FORMAT = 15

TICK_NS = 250_000
REFERENCE_NS = 64_000_000
"""Unit of the reference time; 256 ticks."""

HISTORY_NS = 500_000_000
"""How late a packet may come and still be told of."""

MAX_PACKETS = 400
"""Told of in one feedback: at most 800 bytes of arrivals and 116 of chunks. A faster
sender gets several."""

MAX_KEPT_PACKETS = 2_000
"""Arrivals kept: those of 32 Mbit/s in `HISTORY_NS`. The oldest goes first."""

MAX_JUMP_PACKETS = 3_000
"""A larger step is a sender that started anew."""

LOST, SMALL, LARGE = 0, 1, 2
"""Symbols: not received, delta of 1 byte, delta of 2 bytes (or negative)."""

_MAX_RUN = 0x1FFF
_HEAD = struct.Struct(">BBHIIHH")


class Arrivals:
    """Collects arrivals of one peer and builds the feedback."""

    __slots__ = ("_arrivals_ns", "_count", "_highest", "_next")

    def __init__(self) -> None:
        self._arrivals_ns: dict[int, int] = {}
        """By extended number; in the order of arrival."""
        self._highest = -1
        self._next = -1
        """The first number that was not told of yet."""
        self._count = 0

    def on_packet(self, seqno: int, arrival_ns: int) -> None:
        """Note a packet by its 16-bit transport-wide number."""
        ext_seqno = self._extend(seqno)
        if ext_seqno in self._arrivals_ns:
            return
        self._arrivals_ns[ext_seqno] = arrival_ns
        self._highest = max(self._highest, ext_seqno)
        # A late one: what was told before is told again with it.
        self._next = min(self._next, ext_seqno)
        if len(self._arrivals_ns) > MAX_KEPT_PACKETS:
            del self._arrivals_ns[next(iter(self._arrivals_ns))]

    def _extend(self, seqno: int) -> int:
        if self._highest >= 0:
            ext_seqno = extend_seqno(seqno, self._highest)
            if abs(ext_seqno - self._highest) <= MAX_JUMP_PACKETS:
                return ext_seqno
            self._arrivals_ns.clear()
        # Not 0: packets from before the first one must not become negative.
        self._highest = self._next = 0x10000 + seqno
        return self._highest

    def take_feedback(self, sender_ssrc: int, media_ssrc: int) -> list[bytes]:
        """Build the RTCP packets that tell what came since the last call.

        Of no more numbers than are kept: a sender that leaves out thousands between two
        packets is told of the newest alone, or each would cost a hundred of ours.
        """
        packets = []
        self._next = max(self._next, self._highest - MAX_KEPT_PACKETS + 1)
        while self._next <= self._highest and self._arrivals_ns:
            packet, following = self._build(sender_ssrc, media_ssrc)
            packets.append(packet)
            self._next = following
        self._prune()
        return packets

    def _build(self, sender_ssrc: int, media_ssrc: int) -> tuple[bytes, int]:
        last = min(self._highest, self._next + MAX_PACKETS - 1)
        count, self._count = self._count, (self._count + 1) & 0xFF
        return build_feedback(
            sender_ssrc, media_ssrc, self._next, last, self._arrivals_ns, count
        )

    def _prune(self) -> None:
        newest_ns = self._arrivals_ns.get(self._highest, 0)
        while self._arrivals_ns:
            oldest = next(iter(self._arrivals_ns))
            if newest_ns - self._arrivals_ns[oldest] <= HISTORY_NS:
                return
            del self._arrivals_ns[oldest]


def build_feedback(
    sender_ssrc: int,
    media_ssrc: int,
    first: int,
    last: int,
    arrivals_ns: Mapping[int, int],
    count: int,
) -> tuple[bytes, int]:
    """Tell of the packets from `first` to `last`; gives the number to go on with.

    It ends earlier where the time between two arrivals does not fit 16 bits (8.2 s).
    """
    first_ns = next(
        (arrivals_ns[one] for one in range(first, last + 1) if one in arrivals_ns), 0
    )
    reference = first_ns // REFERENCE_NS
    before_ticks = reference * (REFERENCE_NS // TICK_NS)
    symbols: list[int] = []
    deltas = bytearray()
    for ext_seqno in range(first, last + 1):
        arrival_ns = arrivals_ns.get(ext_seqno)
        if arrival_ns is None:
            symbols.append(LOST)
            continue
        ticks = arrival_ns // TICK_NS
        delta, before_ticks = ticks - before_ticks, ticks
        if 0 <= delta <= 0xFF:
            symbols.append(SMALL)
            deltas.append(delta)
        elif -0x8000 <= delta <= 0x7FFF:
            symbols.append(LARGE)
            deltas += delta.to_bytes(2, "big", signed=True)
        else:
            break
    body = b"".join(
        (
            (reference & 0xFFFFFF).to_bytes(3, "big"),
            bytes((count,)),
            *(chunk.to_bytes(2, "big") for chunk in build_chunks(symbols)),
            deltas,
        )
    )
    body += bytes(-len(body) % 4)
    words = (_HEAD.size + len(body)) // 4 - 1
    head = _HEAD.pack(
        0x80 | FEEDBACK_FORMAT,
        RTPFB,
        words,
        sender_ssrc,
        media_ssrc,
        first & 0xFFFF,
        len(symbols),
    )
    return head + body, first + len(symbols)


def build_chunks(symbols: Sequence[int]) -> Iterator[int]:
    """Pack symbols into 16-bit chunks: runs where they are long, else vectors."""
    position = 0
    while position < len(symbols):
        run = _run_length(symbols, position)
        ahead = symbols[position : position + 14]
        if run >= 14 or (run >= 7 and LARGE in ahead) or run == len(ahead):
            yield symbols[position] << 13 | run
            position += run
        elif LARGE not in ahead:
            yield 0x8000 | _pack(ahead, 1, 14)
            position += 14
        else:
            yield 0xC000 | _pack(ahead[:7], 2, 7)
            position += 7


def _run_length(symbols: Sequence[int], start: int) -> int:
    end = start
    limit = min(len(symbols), start + _MAX_RUN)
    while end < limit and symbols[end] == symbols[start]:
        end += 1
    return end - start


def _pack(symbols: Sequence[int], bits: int, places: int) -> int:
    """The first symbol is the highest; empty places are 0."""
    value = 0
    for symbol in symbols:
        value = value << bits | symbol
    return value << bits * (places - len(symbols))
