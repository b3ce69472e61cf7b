"""`Viewer`: one receiving peer (or sink): its streams and what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from media.clock import Clock
from media.rtp.rtcp import (
    FullIntraRequest,
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
)
from media.sfu.audio_slot import AudioSlot
from media.sfu.playout_delay import PlayoutDelay
from media.sfu.ports import MediaOut
from media.sfu.reception import Reception
from media.sfu.red_choice import RedChoice
from media.sfu.sender_reports import SenderReports
from media.sfu.steering import Steering
from media.sfu.subscription import Subscription
from media.sfu.video_slot import VideoSlot

Entry = tuple[AudioSlot | VideoSlot, Subscription]


class Viewer:
    """The subscriptions of one receiver, by the SSRC of their slots."""

    __slots__ = (
        "_by_ssrc",
        "_entries",
        "_is_speaking",
        "_subscriptions",
        "delay",
        "errors",
        "out",
        "reception",
        "red",
        "reported_ns",
        "steering",
        "viewer_id",
    )

    def __init__(
        self,
        viewer_id: str,
        out: MediaOut,
        entries: Sequence[Entry],
        clock: Clock,
        is_speaking: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_speaking` tells whether the same person publishes now."""
        self.viewer_id = viewer_id
        self._is_speaking = is_speaking
        self.out = out
        self._entries = tuple(entries)
        self._subscriptions = tuple(one for _, one in entries)
        self.errors = 0
        self.reported_ns = clock.monotonic_ns()
        self.reception = Reception(clock)
        self.red = RedChoice()
        self.delay = PlayoutDelay()
        self.steering: Steering | None = None
        """None for a sink, which always gets the best."""
        self._by_ssrc = {slot.ssrc: (slot, one) for slot, one in entries}

    def steer(self, now_ns: int) -> Steering:
        """Let the viewer's line and wishes decide what it is sent."""
        pictures = [
            (slot, one) for slot, one in self._entries if isinstance(slot, VideoSlot)
        ]
        voices = [one for slot, one in self._entries if not isinstance(slot, VideoSlot)]
        self.steering = Steering(pictures, voices, now_ns)
        return self.steering

    def join(self, now_ns: int) -> None:
        """Enter the slots, sound first."""
        for slot, subscription in self._entries:
            slot.add(subscription, now_ns)

    def on_rtcp(self, packets: Sequence[RtcpPacket], now_ns: int) -> None:
        """Repeat, pass keyframe requests on, note how the line is."""
        for packet in packets:
            match packet:
                case ReceiverReport(reports=blocks):
                    self._on_report(blocks, now_ns)
                case ReceiverEstimate():
                    self.reception.on_estimate(packet, now_ns)
                    if self.steering is not None:
                        self.steering.on_estimate(packet, now_ns)
                case Nack(media_ssrc=ssrc, seqnos=seqnos):
                    self._on_nack(ssrc, seqnos, now_ns)
                case PictureLossIndication(media_ssrc=ssrc):
                    self._want_keyframe(ssrc, now_ns)
                case FullIntraRequest(media_ssrcs=ssrcs):
                    for ssrc in ssrcs:
                        self._want_keyframe(ssrc, now_ns)
                case _:
                    pass

    def on_moved(self) -> None:
        """Another path is used from now on."""
        self.reception.on_moved()
        if self.steering is not None:
            self.steering.on_moved()

    def _on_report(self, blocks: Sequence[ReportBlock], now_ns: int) -> None:
        ours = [
            (block, self._by_ssrc[block.ssrc][0].clock_rate_hz)
            for block in blocks
            if block.ssrc in self._by_ssrc
        ]
        gaps = {
            slot.ssrc: one.line.gap_share
            for slot, one in self._entries
            if one.line is not None and one.line.gap_share
        }
        if not self.reception.on_report(ours, now_ns, gaps):
            return
        self._choose_red(now_ns)
        self._choose_delay(now_ns)
        if self.steering is not None:
            self.steering.on_report(self.reception, now_ns)

    def _on_nack(self, ssrc: int, seqnos: Sequence[int], now_ns: int) -> None:
        slot, subscription = self._by_ssrc.get(ssrc, (None, None))
        # Lost sound is repaired by redundancy; and the silence that a speaker hears
        # instead of themselves is not in the cache.
        if subscription is None or not isinstance(slot, VideoSlot):
            return
        # A quarter less: told a second ago, and a repeat that was lost must not wait
        # for the wish after the next because the line became a little faster.
        rtt_ns = int((self.reception.rtt_ms or 0) * 750_000)
        if subscription.on_nack(seqnos, now_ns, rtt_ns):
            slot.want_keyframe(subscription, now_ns)

    def _choose_red(self, now_ns: int) -> None:
        if not self.red.on_loss(self.reception.loss_percent, now_ns):
            return
        for slot, subscription in self._entries:
            if isinstance(slot, AudioSlot):
                slot.use_red(subscription, self.red.is_on)
        if self.steering is not None:
            self.steering.sound_copies = 2 if self.red.is_on else 1

    def _choose_delay(self, now_ns: int) -> None:
        line, delay = self.reception, self.delay
        is_speaking = self._is_speaking()
        if not delay.on_report(
            line.loss_percent, line.rtt_ms, now_ns, is_speaking=is_speaking
        ):
            return
        for slot, subscription in self._entries:
            if isinstance(slot, VideoSlot):
                self.out.delay_playout(subscription.index, delay.delay_ms or 0)

    def _want_keyframe(self, ssrc: int, now_ns: int) -> None:
        slot, subscription = self._by_ssrc.get(ssrc, (None, None))
        if subscription is not None and isinstance(slot, VideoSlot):
            slot.want_keyframe(subscription, now_ns)

    def report(self, reports: SenderReports, now_ns: int) -> None:
        """Send the sender reports of the lines this viewer is on."""
        self.reported_ns = now_ns
        data = reports.of(self._subscriptions)
        if not data:
            return
        try:
            self.out.send_rtcp(data)
        except Exception:
            self.errors += 1

    def count_errors(self) -> int:
        return self.errors + sum(one.errors for _, one in self._entries)

    def count_repeats(self) -> int:
        return sum(one.repeats for _, one in self._entries)

    def leave(self) -> None:
        for slot, subscription in self._entries:
            slot.remove(subscription)
