"""`Router`: the forwarding table of one live session."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from media.clock import Clock
from media.protocol import Event, PublicationInfo, RouterStats, SinkStream, SlotInfo
from media.sfu.ports import DeclaredTrack, MediaIn, MediaOut, ViewerStream


class UnknownPublicationError(LookupError):
    """No open peer declared this publication."""


class UnknownSlotError(LookupError):
    """The router has no slot of this name."""


class Router:
    """One session: publications in, slots out."""

    def __init__(
        self, router_id: str, clock: Clock, on_event: Callable[[Event], None]
    ) -> None:
        raise NotImplementedError

    def slot_ssrc(self, slot: str) -> int:
        """Give the SSRC every viewer of this slot sees. Raises UnknownSlotError."""
        raise NotImplementedError

    def slot_rtx_ssrc(self, slot: str) -> int:
        """Give the RTX SSRC of this slot. Raises UnknownSlotError."""
        raise NotImplementedError

    def open_publisher(
        self,
        peer_id: str,
        tracks: Sequence[DeclaredTrack],
        out: MediaIn,
        max_bps: int | None = None,
    ) -> None:
        """Accept the tracks a publisher declared; a repeated id replaces the older."""
        raise NotImplementedError

    def open_viewer(
        self, peer_id: str, streams: Sequence[ViewerStream], out: MediaOut
    ) -> None:
        """Start sending slots, each as soon as a keyframe allows."""
        raise NotImplementedError

    def open_sink(
        self, sink_id: str, slots: Sequence[str], out: MediaOut
    ) -> tuple[SinkStream, ...]:
        """Send these slots and all audio slots; streams are numbered as returned."""
        raise NotImplementedError

    def close_peer(self, peer_id: str) -> None:
        raise NotImplementedError

    def close_sink(self, sink_id: str) -> None:
        raise NotImplementedError

    def assign(self, slot: str, publication_id: str | None) -> None:
        """Raises UnknownSlotError or UnknownPublicationError."""
        raise NotImplementedError

    def pause(self, publication_id: str, paused: bool) -> None:
        """Raises UnknownPublicationError."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def on_rtp(self, peer_id: str, packet: bytes, arrival_ns: int) -> None:
        raise NotImplementedError

    def on_rtcp(self, peer_id: str, data: bytes, arrival_ns: int) -> None:
        raise NotImplementedError

    def flush(self) -> None:
        raise NotImplementedError

    def tick(self, now_ns: int) -> None:
        raise NotImplementedError

    def stats(self) -> RouterStats:
        raise NotImplementedError

    def publications(self) -> tuple[PublicationInfo, ...]:
        raise NotImplementedError

    def slots(self) -> tuple[SlotInfo, ...]:
        raise NotImplementedError

    def sinks(self) -> tuple[str, ...]:
        raise NotImplementedError
