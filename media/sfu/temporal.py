"""`TemporalShares`: how much of a picture each of its temporal sub-layers takes."""

from __future__ import annotations

from media.rtp import vp8
from media.rtp.packet import RtpPacket

WINDOW_NS = 1_000_000_000
MAX_LAYERS = 4
"""TID has two bits."""


class TemporalShares:
    """Counts the bytes of VP8 packets by their temporal layer (RFC 7741, TID)."""

    __slots__ = ("_bytes", "_since_ns", "shares")

    def __init__(self, now_ns: int) -> None:
        self._bytes = [0] * MAX_LAYERS
        self._since_ns = now_ns
        self.shares: tuple[float, ...] = ()
        """Of the last whole second: what is sent up to each layer, the last (all of
        it) left out: (0.5, 0.75) for L1T3. Empty for pictures without layers."""

    def observe(self, packet: RtpPacket) -> tuple[int, bool]:
        """Read layer and layer sync of a VP8 packet, its descriptor still whole."""
        temporal_id, is_layer_sync = vp8.temporal_layer(packet.payload)
        self._bytes[temporal_id] += len(packet.payload)
        return temporal_id, is_layer_sync

    def update(self, now_ns: int) -> None:
        if now_ns - self._since_ns < WINDOW_NS:
            return
        self._since_ns = now_ns
        total = sum(self._bytes)
        highest = max((i for i, size in enumerate(self._bytes) if size), default=0)
        if total:
            self.shares = tuple(
                sum(self._bytes[: layer + 1]) / total for layer in range(highest)
            )
            self._bytes = [0] * MAX_LAYERS
