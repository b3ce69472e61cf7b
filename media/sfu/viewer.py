"""`Viewer`: one receiving peer (or sink): its streams and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media.clock import Clock
from media.protocol import VideoSlot as VideoSlotName
from media.rtp.rtcp import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    RtcpPacket,
    SenderReport,
    SourceDescription,
)
from media.rtp.rtcp_codec import build_rtcp
from media.sfu.audio_slot import AudioSlot
from media.sfu.encoding import LAYER_HEIGHTS, TOP_LAYER
from media.sfu.ports import MediaOut
from media.sfu.publisher import CNAME
from media.sfu.reception import Reception
from media.sfu.subscription import Subscription
from media.sfu.video_slot import VideoSlot

Entry = tuple[AudioSlot | VideoSlot, Subscription]


def layer_for(max_height: int) -> int:
    """Give the smallest layer that fills this height, -1 for a height of 0."""
    if max_height <= 0:
        return -1
    tall = (layer for layer, height in enumerate(LAYER_HEIGHTS) if height >= max_height)
    return next(tall, TOP_LAYER)


class Viewer:
    """The subscriptions of one receiver, by the SSRC of their slots."""

    __slots__ = (
        "_by_ssrc",
        "_entries",
        "errors",
        "max_heights",
        "out",
        "reception",
        "reported_ns",
        "viewer_id",
    )

    def __init__(
        self,
        viewer_id: str,
        out: MediaOut,
        entries: Sequence[Entry],
        clock: Clock,
    ) -> None:
        self.viewer_id = viewer_id
        self.out = out
        self._entries = tuple(entries)
        self.errors = 0
        self.reported_ns = clock.monotonic_ns()
        self.reception = Reception(clock)
        self.max_heights: dict[VideoSlotName, int] = {}
        """By slot, in pixels; see `ViewerPrefer`."""
        self._by_ssrc = {slot.ssrc: (slot, one) for slot, one in entries}

    def join(self, now_ns: int) -> None:
        """Enter the slots, sound first."""
        for slot, subscription in self._entries:
            slot.add(subscription, now_ns)

    def prefer(self, max_heights: dict[VideoSlotName, int], now_ns: int) -> None:
        """Take what the viewer can use of each slot; see `ViewerPrefer`."""
        self.max_heights.update(max_heights)
        for slot, subscription in self._entries:
            if isinstance(slot, VideoSlot) and slot.video_name in max_heights:
                wish = max_heights[slot.video_name]
                slot.aim(subscription, layer_for(wish), now_ns)

    def aim(
        self, name: VideoSlotName, layer: int, max_temporal: int | None, now_ns: int
    ) -> None:
        for slot, subscription in self._entries:
            if isinstance(slot, VideoSlot) and slot.video_name == name:
                slot.aim(subscription, layer, now_ns, max_temporal)

    def on_rtcp(self, packets: Sequence[RtcpPacket], now_ns: int) -> None:
        """Repeat, pass keyframe requests on, note how the line is."""
        for packet in packets:
            match packet:
                case Nack(media_ssrc=ssrc, seqnos=seqnos):
                    slot, subscription = self._by_ssrc.get(ssrc, (None, None))
                    # Lost sound is repaired by Opus FEC; and the silence that a
                    # speaker hears instead of themselves is not in the cache.
                    if subscription is not None and isinstance(slot, VideoSlot):
                        subscription.on_nack(seqnos, now_ns)
                case PictureLossIndication(media_ssrc=ssrc):
                    self._want_keyframe(ssrc, now_ns)
                case FullIntraRequest(media_ssrcs=ssrcs):
                    for ssrc in ssrcs:
                        self._want_keyframe(ssrc, now_ns)
                case ReceiverReport(reports=reports):
                    known = [
                        (block, self._by_ssrc[block.ssrc][0].clock_rate_hz)
                        for block in reports
                        if block.ssrc in self._by_ssrc
                    ]
                    self.reception.on_report(known, now_ns)
                case ReceiverEstimate():
                    self.reception.on_estimate(packet, now_ns)
                case _:
                    pass

    def _want_keyframe(self, ssrc: int, now_ns: int) -> None:
        slot, subscription = self._by_ssrc.get(ssrc, (None, None))
        if subscription is not None and isinstance(slot, VideoSlot):
            slot.want_keyframe(subscription, now_ns)

    def report(self, reports: Mapping[object, SenderReport], now_ns: int) -> None:
        """Send the sender reports of the lines this viewer is on."""
        self.reported_ns = now_ns
        mine = [
            one.shifted_report(report) if one.shift.timestamp else report
            for _, one in self._entries
            if (report := reports.get(one.line)) is not None
        ]
        if not mine:
            return
        names = SourceDescription(tuple((one.ssrc, CNAME) for one in mine))
        try:
            self.out.send_rtcp(build_rtcp((*mine, names)))
        except Exception:
            self.errors += 1

    def count_errors(self) -> int:
        return self.errors + sum(one.errors for _, one in self._entries)

    def count_repeats(self) -> int:
        return sum(one.repeats for _, one in self._entries)

    def leave(self) -> None:
        for slot, subscription in self._entries:
            slot.remove(subscription)
