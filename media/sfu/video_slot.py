"""`VideoSlot`: a picture that a viewer negotiated once, in as many layers as there are.

Each layer is a `PictureLine`. A viewer is on one of them and moves to another with a
keyframe of that one; until then it sees the one it has.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from media.protocol import MediaKind
from media.protocol import VideoSlot as VideoSlotName
from media.rtp.codecs import CLOCK_RATE_HZ
from media.sfu.encoding import TOP_LAYER, Encoding
from media.sfu.picture_line import PictureLine
from media.sfu.ports import OutPacket
from media.sfu.publication import Publication
from media.sfu.subscription import Subscription

LIVE_NS = 200_000_000
"""A younger group is live: a joiner gets it with its own timestamps."""

SINK_KEYFRAME_NS = 2_000_000_000
"""Segments of the recording begin with a keyframe, and a browser sends one only when
asked; a joiner of LL-HLS waits for the next (Apple's authoring rules: 1 to 2 s)."""


class VideoSlot:
    """Carries `current`; waits for a keyframe of `pending` to switch to it."""

    __slots__ = (
        "_active",
        "_may_start",
        "_on_switched",
        "_sinks",
        "_waiting",
        "clock_rate_hz",
        "current",
        "kind",
        "lines",
        "name",
        "pending",
        "rtx_ssrc",
        "ssrc",
        "subscriptions",
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
        self.subscriptions: list[Subscription] = []
        self._active: tuple[bool, ...] = ()
        self._may_start = False
        """A group began that those who wait may be served from."""
        self._on_switched = on_switched
        self.video_name: VideoSlotName = name
        self._sinks: list[Subscription] = []
        self._waiting: list[Subscription] = []

    @property
    def packets_out(self) -> int:
        return sum(line.packets_out for line in self.lines)

    @property
    def bytes_out(self) -> int:
        return sum(line.bytes_out for line in self.lines)

    # What is shown.

    def assign(self, publication: Publication | None, now_ns: int) -> None:
        """Switch to a publication as soon as it has a keyframe, or empty the slot."""
        if publication is not None and publication is self.pending:
            return
        kept = () if publication is None else publication.encodings
        for line in self.lines:
            if line.pending is not None and line.pending not in kept:
                line.set_pending(None)
        self.pending = None
        if publication is None:
            self._drop_all()
            self._lose_current()
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

    def _drop_all(self) -> None:
        for line in self.lines:
            self._drop(line)

    def _drop(self, line: PictureLine) -> None:
        """Let a line carry nothing; who was on it waits for another."""
        line.send_batch()
        halted, line.subscriptions = line.subscriptions, []
        for subscription in halted:
            self._halt(subscription)
        line.rebuild_fanout()
        line.drop()

    def _lose_current(self) -> None:
        if self.current is not None:
            self.current = None
            self._on_switched(self.video_name, None)

    def on_start(self, line: PictureLine, source: Encoding, now_ns: int) -> None:
        """A new source begins: with its first keyframe the slot is its."""
        publication = self.pending
        if publication is None or source not in publication.encodings:
            return
        line.send_batch()
        for other in self.lines:
            if other is not line and other.current is not None:
                self._drop(other)
        self.current, self.pending = publication, None
        self._active = ()
        self._on_switched(self.video_name, publication.publication_id)

    def on_codec(self, line: PictureLine) -> None:
        """Who does not know the line's new codec waits for one it knows."""
        for subscription in tuple(line.subscriptions):
            if line.codec not in subscription.codecs:
                line.subscriptions.remove(subscription)
                self._halt(subscription)
        line.rebuild_fanout()

    def on_keyframe(self, line: PictureLine, first: OutPacket) -> None:
        """Move those who waited for this line; they get the keyframe with the batch."""
        self._may_start = True
        left: set[PictureLine] = set()
        for subscription in self.subscriptions:
            before = subscription.line
            if subscription.waits_for is line and isinstance(before, PictureLine):
                before.send_batch()
                before.subscriptions.remove(subscription)
                subscription.start(line, first.ext_seqno, first.timestamp)
                line.subscriptions.append(subscription)
                left.add(before)
        if left:
            for other in (line, *left):
                other.rebuild_fanout()

    def on_lost(self, source: Encoding) -> None:
        """An encoding closed; with its last one a publication is gone."""
        if self.pending is not None and source in self.pending.encodings:
            if all(line.pending is None for line in self.lines):
                self.pending = None
        elif all(line.current is None for line in self.lines):
            self._drop_all()
            self._lose_current()

    # Who sees it.

    def add(self, subscription: Subscription, now_ns: int) -> None:
        """A joiner is served from the young keyframe group, else waits for the next."""
        self.flush(now_ns)
        self.subscriptions.append(subscription)
        if subscription.is_sink:
            self._sinks.append(subscription)
        self.place(subscription, now_ns)

    def remove(self, subscription: Subscription) -> None:
        self._take_off(subscription)
        if subscription in self._waiting:
            self._waiting.remove(subscription)
        self.subscriptions.remove(subscription)
        if subscription.is_sink:
            self._sinks.remove(subscription)

    def aim(self, subscription: Subscription, target: int, now_ns: int) -> None:
        """Let a viewer have this layer, -1 for no picture."""
        if target == subscription.target:
            return
        subscription.target = target
        if target < 0:
            self._take_off(subscription)
            if subscription in self._waiting:
                self._waiting.remove(subscription)
        else:
            self.place(subscription, now_ns)

    def place(self, subscription: Subscription, now_ns: int) -> None:
        """Bring a viewer to the line of its target: at once, or with a keyframe."""
        line = subscription.line
        wanted = self._line_for(subscription, now_ns)
        subscription.waits_for = None
        if isinstance(line, PictureLine) and wanted is not line:
            if wanted is None or not self._is_flowing(line, now_ns):
                self._take_off(subscription)
            else:
                subscription.waits_for = wanted
                self._want(wanted, now_ns)
        if subscription.line is None and subscription.target >= 0:
            if subscription not in self._waiting:
                self._waiting.append(subscription)
            self._start_waiting(now_ns)
            if subscription.line is None:
                self.want_keyframe(subscription, now_ns)

    def _line_for(self, subscription: Subscription, now_ns: int) -> PictureLine | None:
        """Give the line it should be on: the best that flows, up to its target."""
        if self.current is None or subscription.target < 0:
            return None
        chosen: PictureLine | None = None
        for encoding in self.current.encodings:
            line = self.lines[encoding.layer]
            if encoding.codec not in subscription.codecs:
                continue
            if chosen is None or (
                encoding.layer <= subscription.target and encoding.is_active(now_ns)
            ):
                chosen = line
        return chosen

    def _is_flowing(self, line: PictureLine, now_ns: int) -> bool:
        return line.current is not None and line.current.is_active(now_ns)

    def _take_off(self, subscription: Subscription) -> None:
        line = subscription.line
        if isinstance(line, PictureLine):
            line.send_batch()
            line.subscriptions.remove(subscription)
            self._halt(subscription)
            line.rebuild_fanout()

    def _halt(self, subscription: Subscription) -> None:
        """Let a viewer wait; what its line had batched has been sent."""
        subscription.stop()
        if subscription.target >= 0 and subscription not in self._waiting:
            self._waiting.append(subscription)

    def flush(self, now_ns: int) -> None:
        """Send what was written since the last flush; let in who waited for it."""
        for line in self.lines:
            line.send_batch()
        if self._may_start:
            self._start_waiting(now_ns)

    def _start_waiting(self, now_ns: int) -> None:
        self._may_start = False
        still_waiting = []
        groups: dict[PictureLine, list[OutPacket]] = {}
        for subscription in self._waiting:
            if subscription.target < 0:
                continue
            line = self._line_for(subscription, now_ns)
            if line is None or not line.group.is_young(line.last_ext_seqno, now_ns):
                still_waiting.append(subscription)
                continue
            if line not in groups:
                line.send_batch()
                groups[line] = line.packets_of_group()
            self._start(subscription, line, groups[line], now_ns)
        self._waiting = still_waiting
        for line in groups:
            line.rebuild_fanout()

    def _start(
        self,
        subscription: Subscription,
        line: PictureLine,
        packets: list[OutPacket],
        now_ns: int,
    ) -> None:
        first = packets[0]
        catch_up = line.group.age_ns(now_ns) > LIVE_NS
        line.packets_out += subscription.start(
            line, first.ext_seqno, first.timestamp, packets, catch_up=catch_up
        )
        line.subscriptions.append(subscription)

    # Keyframes.

    def want_keyframe(self, subscription: Subscription, now_ns: int) -> None:
        """A viewer can not decode: pass it on, coalesced."""
        line = subscription.line
        if not isinstance(line, PictureLine):
            line = self._line_for(subscription, now_ns)
        if line is not None:
            self._want(line, now_ns)

    def _want(self, line: PictureLine, now_ns: int) -> None:
        source = line.current or line.pending
        if source is not None and not source.is_paused:
            source.keyframes.want(now_ns)

    def tick(self, now_ns: int) -> None:
        """Renew the recording's keyframe; follow layers that come and go."""
        for sink in self._sinks:
            self._renew(sink, now_ns)
        current = self.current
        if current is None or len(current.encodings) == 1:
            return
        active = tuple(one.is_active(now_ns) for one in current.encodings)
        if active != self._active:
            self._active = active
            for subscription in tuple(self.subscriptions):
                self.place(subscription, now_ns)

    def _renew(self, sink: Subscription, now_ns: int) -> None:
        line = sink.line
        if not isinstance(line, PictureLine) or line.current is None:
            return
        if line.group.age_ns(now_ns) >= SINK_KEYFRAME_NS and not line.current.is_paused:
            line.current.keyframes.renew(now_ns)
