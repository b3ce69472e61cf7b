"""`PacketCache`: the most recent packets of a slot, for repeats and joiners."""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    ext_seqno: int


P = TypeVar("P", bound=Numbered)


class PacketCache(Generic[P]):
    """A ring by extended sequence number; a new packet overwrites the one it hits.

    `capacity_packets` is a power of two.
    """

    __slots__ = ("_mask", "_ring")

    def __init__(self, capacity_packets: int) -> None:
        if capacity_packets & (capacity_packets - 1):
            raise ValueError("The capacity must be a power of two.")
        self._mask = capacity_packets - 1
        self._ring: list[P | None] = [None] * capacity_packets

    def put(self, packet: P) -> None:
        self._ring[packet.ext_seqno & self._mask] = packet

    def get(self, ext_seqno: int) -> P | None:
        packet = self._ring[ext_seqno & self._mask]
        if packet is None or packet.ext_seqno != ext_seqno:
            return None
        return packet

    def between(self, first: int, last: int) -> list[P]:
        """Give the packets that are there from `first` to `last`, both included."""
        first = max(first, last - self._mask)
        found = (self.get(ext_seqno) for ext_seqno in range(first, last + 1))
        return [packet for packet in found if packet is not None]
