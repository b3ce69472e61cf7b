"""`SlotTable`: the slots of one router and the numbers they keep for its life."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence

from media.protocol import AUDIO_SLOTS, VIDEO_SLOTS, Codec, SinkStream
from media.protocol import VideoSlot as VideoSlotName
from media.sfu.audio_slot import AudioSlot
from media.sfu.errors import UnknownSlotError
from media.sfu.ports import LOUDEST_AUDIO_SLOT, MediaOut, ViewerStream
from media.sfu.subscription import Subscription
from media.sfu.video_slot import VideoSlot
from media.sfu.wishes import NO_WISHES, layer_for

SINK_PAYLOAD_TYPES: dict[Codec, int] = {"opus": 111, "h264": 102, "vp8": 96}
"""Fixed for plain RTP, where nothing is negotiated."""


class SlotTable:
    """Every slot by name."""

    __slots__ = ("_by_name", "all", "audio", "loudest", "report_ssrc", "video")

    def __init__(self, on_switched: Callable[[VideoSlotName, str | None], None]):
        ssrcs = _draw_ssrcs(2 * (len(AUDIO_SLOTS) + 1 + len(VIDEO_SLOTS)) + 1)
        self.report_ssrc = ssrcs.pop()
        """Ours in reports to publishers."""
        self.audio = tuple(
            AudioSlot(name, ssrcs.pop(), ssrcs.pop()) for name in AUDIO_SLOTS
        )
        self.loudest = AudioSlot(LOUDEST_AUDIO_SLOT, ssrcs.pop(), ssrcs.pop())
        self.video: dict[VideoSlotName, VideoSlot] = {
            name: VideoSlot(name, ssrcs.pop(), ssrcs.pop(), on_switched)
            for name in VIDEO_SLOTS
        }
        self.all: tuple[AudioSlot | VideoSlot, ...] = (
            *self.audio,
            self.loudest,
            *self.video.values(),
        )
        """In the order of sending: sound first, it must not wait behind a picture."""
        self._by_name = {slot.name: slot for slot in self.all}

    def get(self, name: str) -> AudioSlot | VideoSlot:
        """Raises UnknownSlotError."""
        slot = self._by_name.get(name)
        if slot is None:
            raise UnknownSlotError(f"There is no slot {name!r}.")
        return slot

    def subscribe(
        self,
        streams: Sequence[ViewerStream],
        out: MediaOut,
        group: str = "",
        wishes: Mapping[VideoSlotName, int] = NO_WISHES,
        *,
        is_sink: bool = False,
    ) -> list[tuple[AudioSlot | VideoSlot, Subscription]]:
        """Make a receiver's subscriptions. Raises UnknownSlotError."""
        found = []
        for index, stream in enumerate(streams):
            slot = self.get(stream.slot)
            wish = wishes.get(slot.video_name) if isinstance(slot, VideoSlot) else None
            subscription = Subscription(
                stream,
                index,
                out,
                target=layer_for(wish),
                group=group,
                is_sink=is_sink,
            )
            found.append((slot, subscription))
        return found

    def get_video(self, name: str) -> VideoSlot:
        """Raises UnknownSlotError, also for a slot of sound."""
        slot = self._by_name.get(name)
        if not isinstance(slot, VideoSlot):
            raise UnknownSlotError(f"There is no video slot {name!r}.")
        return slot


def build_sink_stream(slot: AudioSlot | VideoSlot) -> ViewerStream:
    """Give what a sink of plain RTP takes of a slot: every codec, no repeats."""
    codecs: tuple[Codec, ...] = ("opus",) if slot.kind == "audio" else ("h264", "vp8")
    return ViewerStream(
        slot=slot.name,
        kind=slot.kind,
        payload_types={codec: SINK_PAYLOAD_TYPES[codec] for codec in codecs},
        rtx_payload_types={},
        ssrc=slot.ssrc,
        rtx_ssrc=None,
    )


def announce_sink_stream(stream: ViewerStream) -> SinkStream:
    """Give the same as the recorder is told it."""
    return SinkStream(
        slot=stream.slot,
        kind=stream.kind,
        ssrc=stream.ssrc,
        payload_types={
            payload_type: codec for codec, payload_type in stream.payload_types.items()
        },
    )


def _draw_ssrcs(count: int) -> list[int]:
    """Draw distinct random SSRCs, none of them 0."""
    drawn: set[int] = set()
    while len(drawn) < count:
        drawn.add(1 + secrets.randbelow(0xFFFFFFFF))
    return list(drawn)
