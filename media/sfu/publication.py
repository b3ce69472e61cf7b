"""`Publication`: one declared track of a publisher, with its encodings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from media.clock import Clock
from media.protocol import Codec, PublicationInfo
from media.rtp.ntp import ClockOffset
from media.sfu.encoding import TOP_LAYER, Encoding
from media.sfu.ports import DeclaredTrack
from media.sfu.speakers import Loudness

SILENCE_NS = 10_000_000_000
"""A track without packets for so long is closed. A camera that is only switched off
in the browser still sends black pictures, so this is a track that was taken away."""

NAMED_LAYERS = {"l": 0, "m": 1, "h": TOP_LAYER}


REOPEN_NS = 1_000_000_000
"""From one opening to the next: each costs the web process a decision, and a publisher
can say BYE with every packet."""


class Publication:
    """What the web process puts into slots; the packets are its encodings' affair."""

    __slots__ = (
        "encodings",
        "group",
        "is_open",
        "is_paused",
        "opened_ns",
        "peer_id",
        "publication_id",
        "router_id",
        "track",
    )

    def __init__(
        self,
        router_id: str,
        peer_id: str,
        track: DeclaredTrack,
        clock: Clock,
        offset: ClockOffset,
        send_pli: Callable[[Encoding], None],
        group: str = "",
    ) -> None:
        self.router_id = router_id
        self.peer_id = peer_id
        self.publication_id = f"{peer_id}/{track.mid}"
        self.track = track
        self.group = group
        self.is_open = False
        self.opened_ns: int | None = None
        """When it opened last; None before the first packet."""
        self.is_paused = False
        self.encodings = tuple(
            Encoding(
                self.publication_id, track, layer, rid, clock, offset, send_pli, group
            )
            for layer, rid in _layers(track.rids)
        )
        """From the smallest picture to the largest."""

    @property
    def codec(self) -> Codec:
        return self.encodings[-1].codec

    @property
    def loudness(self) -> Loudness:
        return self.encodings[-1].loudness

    @property
    def last_packet_ns(self) -> int:
        return max(encoding.last_packet_ns for encoding in self.encodings)

    @property
    def keyframe_requests(self) -> int:
        """Requests that were sent to the source, for all its encodings."""
        return sum(encoding.keyframes.sent for encoding in self.encodings)

    def encoding_of(self, rid: str) -> Encoding | None:
        return next((one for one in self.encodings if one.rid == rid), None)

    def pause(self, paused: bool, now_ns: int) -> None:
        """Stop or resume forwarding; what arrives meanwhile is counted and dropped."""
        if paused == self.is_paused:
            return
        self.is_paused = paused
        for encoding in self.encodings:
            encoding.pause(paused, now_ns)

    def may_open(self, now_ns: int) -> bool:
        return self.opened_ns is None or now_ns - self.opened_ns >= REOPEN_NS

    def open(self, now_ns: int) -> None:
        """Packets flow: it can be put into slots."""
        self.is_open, self.opened_ns = True, now_ns

    def close(self) -> None:
        """Leave every slot. The track may open again when packets return."""
        self.is_open = False
        for encoding in self.encodings:
            encoding.close()

    def info(self) -> PublicationInfo:
        return PublicationInfo(
            publication_id=self.publication_id,
            peer_id=self.peer_id,
            router_id=self.router_id,
            kind=self.track.kind,
            codec=self.codec,
            paused=self.is_paused,
        )


def _layers(rids: Sequence[str]) -> list[tuple[int, str]]:
    """Give layer and rid of each encoding, from the smallest.

    Our own pages name them by size and leave out what a small camera has not; of other
    names the last one is the top.
    """
    if not rids:
        return [(TOP_LAYER, "")]
    if all(rid in NAMED_LAYERS for rid in rids):
        return sorted((NAMED_LAYERS[rid], rid) for rid in rids)
    return list(enumerate(rids, TOP_LAYER + 1 - len(rids)))
