"""`VideoSlot`: a picture whose source changes only on a keyframe."""

from __future__ import annotations

from collections.abc import Callable

from media.protocol import Codec
from media.protocol import VideoSlot as VideoSlotName
from media.rtp.keyframe_group import KeyframeGroup
from media.rtp.packet import RtpPacket
from media.rtp.vp8 import PictureRenumberer
from media.sfu.ports import OutPacket
from media.sfu.publication import Publication
from media.sfu.slot import Slot
from media.sfu.subscription import Subscription

CACHE_PACKETS = 1024
"""More than a keyframe group may have, about 6 s of 1.3 Mbit/s."""

LIVE_NS = 200_000_000
"""A younger group is live: a joiner gets it with its own timestamps."""


KEEP_ALIVE_NS = 2_000_000_000

SINK_KEYFRAME_NS = 2_000_000_000
"""Segments of the recording begin with a keyframe, and a browser sends one only when
asked; a joiner of LL-HLS waits for the next (Apple's authoring rules: 1 to 2 s)."""


class VideoSlot(Slot):
    """Carries `current`; waits for a keyframe of `pending` to switch to it.

    While `is_cut`, packets of the current publication went missing on purpose (pause,
    other codec, restarted sender) and nothing flows until its next keyframe.
    """

    __slots__ = (
        "_codec",
        "_kept_alive_ns",
        "_on_switched",
        "_renumberer",
        "_sinks",
        "_video_name",
        "_waiting",
        "group",
        "is_cut",
        "pending",
    )

    def __init__(
        self,
        name: VideoSlotName,
        ssrc: int,
        rtx_ssrc: int,
        on_switched: Callable[[VideoSlotName, str | None], None],
    ) -> None:
        super().__init__(name, "video", ssrc, rtx_ssrc, CACHE_PACKETS)
        self.group = KeyframeGroup()
        self.pending: Publication | None = None
        self.is_cut = False
        self._codec: Codec | None = None
        self._kept_alive_ns = 0
        self._on_switched = on_switched
        self._video_name: VideoSlotName = name
        self._renumberer = PictureRenumberer()
        self._sinks = 0
        self._waiting: list[Subscription] = []

    def assign(self, publication: Publication | None, now_ns: int) -> None:
        """Switch to a publication as soon as it has a keyframe, or empty the slot."""
        if publication is None:
            self._set_pending(None)
            if self.current is not None:
                self.lose(self.current)
        elif publication is self.current:
            self._set_pending(None)
        elif publication is not self.pending:
            self._set_pending(publication)
            publication.replay_lead(self, now_ns)
            if publication is self.pending:
                self._request_keyframe(publication, now_ns)

    def lose(self, publication: Publication) -> None:
        """The publication closed: forget it, wherever it stands in this slot."""
        if publication is self.pending:
            self._set_pending(None)
        elif publication is self.current:
            publication.detach(self)
            self.current = None
            self.group.end()
            self._on_switched(self._video_name, None)

    def _set_pending(self, publication: Publication | None) -> None:
        if self.pending is not None:
            self.pending.detach(self)
        self.pending = publication
        if publication is not None:
            publication.attach(self)

    def cut(self, publication: Publication, now_ns: int) -> None:
        """Packets go missing on purpose: nothing more until a keyframe."""
        if publication is self.current:
            self.is_cut = True
            # Whoever joined from this group would wait for its end in vain.
            self.group.end()
        self._request_keyframe(publication, now_ns)

    def resume(self, publication: Publication, now_ns: int) -> None:
        """The publication flows again after a pause."""
        self._request_keyframe(publication, now_ns)

    def _request_keyframe(self, publication: Publication, now_ns: int) -> None:
        if not publication.is_paused:
            publication.keyframes.want(now_ns, urgent=True)

    def write(
        self,
        source: Publication,
        ext_seqno: int,
        packet: RtpPacket,
        codec: Codec,
        is_keyframe_start: bool,
        arrival_ns: int,
    ) -> None:
        """Take a packet of the current or the pending publication."""
        if source is not self.current or self.is_cut or codec != self._codec:
            if not is_keyframe_start:
                if source is self.current and not self.is_cut:
                    self.cut(source, arrival_ns)
                return
            if ext_seqno != source.highest_ext_seqno:
                # A start that comes late has lost its followers.
                self._request_keyframe(source, arrival_ns)
                return
            self._switch(source, ext_seqno, packet, codec)
        payload = packet.payload
        if not payload:
            if self.rewriter.leave_out(ext_seqno):
                return
        elif codec == "vp8":
            payload = self._renumberer.map(payload)
        slot_ext_seqno = self._emit(
            source, ext_seqno, packet, payload, codec, packet.marker, arrival_ns
        )
        if is_keyframe_start and slot_ext_seqno >= 0:
            self.group.begin(slot_ext_seqno, arrival_ns)

    def _switch(
        self, source: Publication, ext_seqno: int, packet: RtpPacket, codec: Codec
    ) -> None:
        before = self.current
        self.is_cut = False
        self._join(source, ext_seqno, packet)
        self._renumberer.join()
        if codec != self._codec:
            self._change_codec(codec)
        if before is source:
            return
        self.pending = None
        self.current = source
        if before is not None:
            before.detach(self)
        self._on_switched(self._video_name, source.publication_id)

    def _change_codec(self, codec: Codec) -> None:
        # What is batched has the old codec: it goes to those who know that one.
        self._send_batch()
        self._codec = codec
        for subscription in self.subscriptions:
            if subscription.is_flowing and codec not in subscription.codecs:
                subscription.stop()
                self._waiting.append(subscription)
        self._rebuild_fanout()

    def flush(self, now_ns: int) -> None:
        """Send what was written since the last flush; let in who waited for it."""
        self._send_batch()
        if self._waiting and self.group.first_ext_seqno >= 0:
            self._start_waiting(now_ns)

    def add(self, subscription: Subscription, now_ns: int) -> None:
        """A joiner is served from the young keyframe group, else waits for the next."""
        self.flush(now_ns)
        self.subscriptions.append(subscription)
        self._sinks += subscription.is_sink
        self._waiting.append(subscription)
        self._start_waiting(now_ns)
        if not subscription.is_flowing:
            self.want_keyframe(subscription, now_ns)

    def remove(self, subscription: Subscription) -> None:
        if subscription in self._waiting:
            self._waiting.remove(subscription)
        self._sinks -= subscription.is_sink
        super().remove(subscription)

    def want_keyframe(self, subscription: Subscription, now_ns: int) -> None:
        """A viewer can not decode: pass it on, coalesced."""
        current = self.current
        if (
            current is not None
            and not current.is_paused
            and self._codec in subscription.codecs
        ):
            current.keyframes.want(now_ns)

    def _start_waiting(self, now_ns: int) -> None:
        group = self.group
        if not group.is_young(self.last_ext_seqno, now_ns):
            return
        packets = self.cache.between(group.first_ext_seqno, self.last_ext_seqno)
        catch_up = group.age_ns(now_ns) > LIVE_NS
        still_waiting = []
        for subscription in self._waiting:
            if (
                self._codec not in subscription.codecs
                or group.first_ext_seqno <= subscription.kept_alive_ext_seqno
            ):
                still_waiting.append(subscription)
                continue
            sent = subscription.start(group.first_ext_seqno, packets, catch_up)
            self.packets_out += sent
        self._waiting = still_waiting
        self._rebuild_fanout()

    def tick(self, now_ns: int) -> None:
        """Renew the recording's keyframe; keep idle streams alive."""
        self._renew_for_sinks(now_ns)
        if now_ns - self._kept_alive_ns >= KEEP_ALIVE_NS:
            self._kept_alive_ns = now_ns
            self._keep_alive()

    def _renew_for_sinks(self, now_ns: int) -> None:
        current = self.current
        if not self._sinks or current is None or current.is_paused:
            return
        if self.group.age_ns(now_ns) >= SINK_KEYFRAME_NS:
            current.keyframes.renew(now_ns)

    def _keep_alive(self) -> None:
        """Send empty packets to viewers without the slot's codec."""
        for subscription in self._waiting:
            if subscription.first_ext_seqno >= 0:
                codec = next(iter(subscription.codecs))
                last, timestamp = self.last_ext_seqno, self.rewriter.last_timestamp
                empty = OutPacket(last, timestamp, False, b"", codec, self.ssrc)
                subscription.keep_alive(empty)
