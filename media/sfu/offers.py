"""`RoomOffers`: what a room has to send, once for all its viewers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from media.protocol import VideoSlot as VideoSlotName
from media.sfu.allocation import LayerOffer
from media.sfu.audio_slot import AudioSlot
from media.sfu.encoding import LAYER_HEIGHTS, NS_PER_S
from media.sfu.traffic import RateMeter
from media.sfu.video_slot import VideoSlot

REFRESH_NS = NS_PER_S

NO_PICTURE = ("", ())


@dataclass(slots=True, frozen=True)
class RoomOffers:
    """The layers of each slot's picture and what sound takes."""

    audio_bps: int = 0
    pictures: dict[VideoSlotName, tuple[str, tuple[LayerOffer, ...]]] = field(
        default_factory=dict
    )
    """Publication id and layers of the slots that carry something."""
    layout: tuple[tuple[VideoSlotName, str, tuple[bool, ...]], ...] = ()
    """Slots, sources and which layers flow: what calls for new decisions."""
    video_bps: int = 0
    """The best of every picture together."""

    def source_of(self, slot: VideoSlotName) -> str:
        return self.pictures.get(slot, NO_PICTURE)[0]

    def layers_of(self, slot: VideoSlotName) -> tuple[LayerOffer, ...]:
        return self.pictures.get(slot, NO_PICTURE)[1]


class OfferBoard:
    """Keeps the offers of a router fresh: each second, at once when a slot changes."""

    __slots__ = ("_audio", "_rate", "_refreshed_ns", "_slots", "_sources", "offers")

    def __init__(
        self, audio: Iterable[AudioSlot], slots: Iterable[VideoSlot], now_ns: int
    ) -> None:
        self._audio = tuple(audio)
        self._slots = tuple(slots)
        self._rate = RateMeter(now_ns)
        self._refreshed_ns = now_ns - REFRESH_NS
        self._sources: tuple[object, ...] = ()
        self.offers = RoomOffers()

    def tick(self, now_ns: int) -> RoomOffers:
        sources = tuple(slot.current for slot in self._slots)
        if sources != self._sources or now_ns - self._refreshed_ns >= REFRESH_NS:
            self._sources = sources
            self._refreshed_ns = now_ns
            self.offers = self._look(now_ns)
        return self.offers

    def _look(self, now_ns: int) -> RoomOffers:
        self._rate.update(sum(slot.bytes_written for slot in self._audio), now_ns)
        pictures = {
            slot.video_name: (slot.current.publication_id, _layers(slot, now_ns))
            for slot in self._slots
            if slot.current is not None
        }
        layout = tuple(
            (name, source, tuple(one.is_active for one in layers))
            for name, (source, layers) in pictures.items()
        )
        best = (max(one.bps for one in layers) for _, layers in pictures.values())
        return RoomOffers(self._rate.bps, pictures, layout, sum(best))


def _layers(slot: VideoSlot, now_ns: int) -> tuple[LayerOffer, ...]:
    assert slot.current is not None
    encodings = slot.current.encodings
    return tuple(
        LayerOffer(
            layer=one.layer,
            height=LAYER_HEIGHTS[one.layer],
            bps=one.bps,
            is_active=len(encodings) == 1 or one.is_active(now_ns),
            temporal_shares=one.temporal.shares,
        )
        for one in encodings
    )
