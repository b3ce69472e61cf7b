"""`VideoSlot`: a picture that a viewer negotiated once, in as many layers as there are.

Each layer is a `PictureLine`; who is on which is the affair of `SlotAudience`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from media.protocol import MediaKind
from media.protocol import VideoSlot as VideoSlotName
from media.rtp.codecs import CLOCK_RATE_HZ
from media.rtp.packet import RtpPacket
from media.sfu.encoding import TOP_LAYER, Encoding
from media.sfu.picture_line import PictureLine
from media.sfu.ports import OutPacket
from media.sfu.publication import Publication
from media.sfu.slot_audience import SlotAudience
from media.sfu.subscription import Subscription
from media.sfu.thin_line import ThinLine

SINK_KEYFRAME_NS = 2_000_000_000
"""Segments of the recording begin with a keyframe, and a browser sends one only when
asked; a joiner of LL-HLS waits for the next (Apple's authoring rules: 1 to 2 s)."""


class VideoSlot:
    """Carries `current`; waits for a keyframe of `pending` to switch to it."""

    __slots__ = (
        "_active",
        "_audience",
        "_on_switched",
        "_sinks",
        "_thin",
        "clock_rate_hz",
        "current",
        "kind",
        "lines",
        "name",
        "pending",
        "rtx_ssrc",
        "ssrc",
        "video_name",
    )

    def __init__(
        self,
        name: VideoSlotName,
        ssrc: int,
        rtx_ssrc: int,
        on_switched: Callable[[VideoSlotName, str | None], None],
    ) -> None:
        self.name: str = name
        self.video_name: VideoSlotName = name
        self.kind: MediaKind = "video"
        self.ssrc = ssrc
        self.rtx_ssrc = rtx_ssrc
        self.clock_rate_hz = CLOCK_RATE_HZ["vp8"]
        origin_ticks = secrets.randbits(32)
        self.lines = tuple(
            PictureLine(name, ssrc, rtx_ssrc, layer, origin_ticks, self)
            for layer in range(TOP_LAYER + 1)
        )
        """By layer."""
        self.current: Publication | None = None
        self.pending: Publication | None = None
        self._thin: dict[tuple[int, int], ThinLine] = {}
        """By layer and highest temporal sub-layer; made when a viewer is to have it."""
        self._active: tuple[bool, ...] = ()
        self._audience = SlotAudience(self)
        self._sinks: list[Subscription] = []
        self._on_switched = on_switched

    @property
    def all_lines(self) -> tuple[PictureLine, ...]:
        return (*self.lines, *self._thin.values()) if self._thin else self.lines

    @property
    def subscriptions(self) -> list[Subscription]:
        return self._audience.subscriptions

    @property
    def packets_out(self) -> int:
        return sum(line.packets_out for line in self.all_lines)

    @property
    def bytes_out(self) -> int:
        return sum(line.bytes_out for line in self.all_lines)

    # What is shown.

    def assign(self, publication: Publication | None, now_ns: int) -> None:
        """Switch to a publication as soon as it has a keyframe, or empty the slot."""
        if publication is not None and publication is self.pending:
            return
        kept = () if publication is None else publication.encodings
        for line in self.all_lines:
            if line.pending is not None and line.pending not in kept:
                line.set_pending(None)
        self.pending = None
        if publication is None:
            self._empty()
        elif publication is not self.current:
            self._expect(publication, now_ns)

    def _expect(self, publication: Publication, now_ns: int) -> None:
        self.pending = publication
        for encoding in publication.encodings:
            self.lines[encoding.layer].set_pending(encoding)
        for encoding in publication.encodings:
            line = self.lines[encoding.layer]
            encoding.replay_lead(line, now_ns)
            if line.pending is encoding:
                line.request_keyframe(encoding, now_ns)

    def _empty(self) -> None:
        for line in self.all_lines:
            self._drop(line)
        if self.current is not None:
            self.current = None
            self._on_switched(self.video_name, None)

    def _drop(self, line: PictureLine) -> None:
        """Let a line carry nothing; who was on it waits for another."""
        line.send_batch()
        self._audience.leave(line)
        line.drop()

    # What lines tell (`LineOwner`).

    def on_start(self, line: PictureLine, source: Encoding, now_ns: int) -> None:
        """A new source begins: with its first keyframe the slot is its."""
        publication = self.pending
        if publication is None or source not in publication.encodings:
            return
        line.send_batch()
        for other in self.all_lines:
            if other is not line and other.current is not None:
                self._drop(other)
        self.current, self.pending = publication, None
        self._active = ()
        self._on_switched(self.video_name, publication.publication_id)

    def on_codec(self, line: PictureLine) -> None:
        self._audience.leave_for_codec(line)

    def on_keyframe(self, line: PictureLine, first: OutPacket) -> None:
        self._audience.move_with_keyframe(line, first)

    def on_picture(self, source: Encoding, ext_seqno: int, packet: RtpPacket) -> None:
        self._audience.move_with_picture(source, ext_seqno, packet)

    def on_lost(self, source: Encoding) -> None:
        """An encoding closed; with its last one a publication is gone."""
        if self.pending is not None and source in self.pending.encodings:
            if all(line.pending is None for line in self.lines):
                self.pending = None
        elif all(line.current is None for line in self.all_lines):
            self._empty()

    # Who sees it.

    def add(self, subscription: Subscription, now_ns: int) -> None:
        """Let a viewer in: served from the young keyframe group, else from the next."""
        self.flush(now_ns)
        if subscription.is_sink:
            self._sinks.append(subscription)
        self._audience.add(subscription, now_ns)

    def remove(self, subscription: Subscription) -> None:
        self._audience.remove(subscription)
        if subscription.is_sink:
            self._sinks.remove(subscription)

    def aim(
        self,
        subscription: Subscription,
        target: int,
        now_ns: int,
        max_temporal: int | None = None,
    ) -> None:
        """Let a viewer have this layer (-1 for no picture), up to a temporal one."""
        self._audience.aim(subscription, target, now_ns, max_temporal)

    def line_for(self, subscription: Subscription, now_ns: int) -> PictureLine | None:
        """Give the line a viewer should be on: the best that flows, up to its target.

        None while there is none, and for a viewer that wants no picture.
        """
        if self.current is None or subscription.target < 0:
            return None
        chosen: PictureLine | None = None
        for encoding in self.current.encodings:
            if encoding.codec not in subscription.codecs:
                continue
            if chosen is None or (
                encoding.layer <= subscription.target and encoding.is_active(now_ns)
            ):
                chosen = self.lines[encoding.layer]
        if chosen is None or subscription.max_temporal is None:
            return chosen
        return self._thinned(chosen, subscription.max_temporal)

    def _thinned(self, full: PictureLine, max_temporal: int) -> PictureLine:
        """Give the layer's line without higher pictures, where it has some."""
        source = full.current
        if source is None or len(source.temporal.shares) <= max_temporal:
            return full
        line = self._thin.get((full.layer, max_temporal))
        if line is None:
            line = ThinLine(full, max_temporal, self)
            self._thin[full.layer, max_temporal] = line
        if source not in (line.current, line.pending):
            line.set_pending(source)
        return line

    def flush(self, now_ns: int) -> bool:
        """Send what was written since the last flush; let in who waited for it.

        True when a line keeps the beginning of a picture until its rest has come.
        """
        is_holding = False
        for line in self.all_lines:
            is_holding = line.flush(now_ns) or is_holding
        self._audience.flush(now_ns)
        return is_holding

    # Keyframes, and time.

    def want_keyframe(self, subscription: Subscription, now_ns: int) -> None:
        """A viewer can not decode: pass it on, coalesced."""
        line = subscription.line
        if not isinstance(line, PictureLine):
            line = self.line_for(subscription, now_ns)
        if line is not None:
            self.want_keyframe_of(line, now_ns)

    def want_keyframe_of(self, line: PictureLine, now_ns: int) -> None:
        source = line.current or line.pending
        if source is not None and not source.is_paused:
            source.keyframes.want(now_ns)

    def tick(self, now_ns: int) -> None:
        """Renew the recording's keyframe; follow layers that come and go."""
        for sink in self._sinks:
            self._renew(sink, now_ns)
        if self._thin:
            self._rest_unused()
        current = self.current
        if current is None or len(current.encodings) == 1:
            return
        active = tuple(one.is_active(now_ns) for one in current.encodings)
        if active != self._active:
            self._active = active
            self._audience.place_all(now_ns)

    def _rest_unused(self) -> None:
        """Feed no thin line that nobody is on or waits for."""
        wanted = {one.waits_for for one in self.subscriptions}
        for line in self._thin.values():
            if not line.subscriptions and line not in wanted:
                line.set_pending(None)
                line.drop()

    def _renew(self, sink: Subscription, now_ns: int) -> None:
        line = sink.line
        if not isinstance(line, PictureLine) or line.current is None:
            return
        if line.group.age_ns(now_ns) >= SINK_KEYFRAME_NS and not line.current.is_paused:
            line.current.keyframes.renew(now_ns)
