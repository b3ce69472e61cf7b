"""`PictureLine`: one layer of a slot of pictures; its source changes on a keyframe."""

from __future__ import annotations

from typing import Protocol

from media.protocol import Codec
from media.rtp.keyframe_group import KeyframeGroup
from media.rtp.packet import RtpPacket
from media.sfu.encoding import NS_PER_S, Encoding
from media.sfu.line import MAX_ELAPSED_TICKS, Line
from media.sfu.ports import OutPacket

MAX_TEMPORAL = 3
"""TID has two bits: a full line has all there are."""

CACHE_PACKETS = 1024
"""More than a keyframe group may have, about 6 s of 1.3 Mbit/s."""


HOLD_NS = 1_000_000
"""How long the beginning of a picture waits for its rest. Browsers send a picture's
packets within a few milliseconds; a voice never waits."""


class LineOwner(Protocol):
    """The slot, told before a line carries something else."""

    def on_start(self, line: PictureLine, source: Encoding, now_ns: int) -> None:
        """A keyframe of `source` is about to go onto the line for the first time."""
        ...

    def on_codec(self, line: PictureLine) -> None:
        """The line goes on with another codec; all of the old one has been sent."""
        ...

    def on_keyframe(self, line: PictureLine, first: OutPacket) -> None:
        """A keyframe began: its first packet is alone in the batch."""
        ...

    def on_lost(self, source: Encoding) -> None:
        """The encoding closed and is no longer on the line."""
        ...


class PictureLine(Line):
    """Carries `current`; waits for a keyframe of `pending` to switch to it.

    While `is_cut`, packets of the current encoding went missing on purpose (pause,
    other codec, restarted sender) and nothing flows until its next keyframe.
    """

    __slots__ = (
        "_owner",
        "codec",
        "group",
        "is_cut",
        "layer",
        "max_temporal",
        "origin_ticks",
        "pending",
    )

    def __init__(
        self,
        name: str,
        ssrc: int,
        rtx_ssrc: int,
        layer: int,
        origin_ticks: int,
        owner: LineOwner,
    ) -> None:
        super().__init__(name, "video", ssrc, rtx_ssrc, CACHE_PACKETS)
        self.layer = layer
        self.max_temporal = MAX_TEMPORAL
        """The highest temporal sub-layer it carries."""
        self.origin_ticks = origin_ticks
        """Timestamp of the slot at wall time 0: all lines of a slot show one clock."""
        self.group = KeyframeGroup()
        self.pending: Encoding | None = None
        self.is_cut = False
        self.codec: Codec | None = None
        self._owner = owner

    def is_flowing(self, now_ns: int) -> bool:
        return self.current is not None and self.current.is_active(now_ns)

    def set_pending(self, encoding: Encoding | None) -> None:
        if self.pending is not None:
            self.pending.detach(self)
        self.pending = encoding
        if encoding is not None:
            encoding.attach(self)

    def drop(self) -> None:
        """Carry nothing any more; what is pending stays so."""
        if self.current is not None:
            self.current.detach(self)
            self.current = None
            self.group.end()

    def lose(self, source: Encoding) -> None:
        """The encoding closed: forget it, wherever it stands in this line."""
        if source is self.pending:
            self.set_pending(None)
        if source is self.current:
            self.drop()
        self._owner.on_lost(source)

    def cut(self, source: Encoding, now_ns: int) -> None:
        """Packets go missing on purpose: nothing more until a keyframe."""
        if source is self.current:
            self.is_cut = True
            # Whoever joined from this group would wait for its end in vain.
            self.group.end()
        self.request_keyframe(source, now_ns)

    def resume(self, source: Encoding, now_ns: int) -> None:
        """The encoding flows again after a pause."""
        self.request_keyframe(source, now_ns)

    def request_keyframe(self, source: Encoding, now_ns: int) -> None:
        if not source.is_paused:
            source.keyframes.want(now_ns, urgent=True)

    def write(
        self,
        source: Encoding,
        ext_seqno: int,
        packet: RtpPacket,
        codec: Codec,
        is_keyframe_start: bool,
        arrival_ns: int,
    ) -> None:
        """Take a packet of the current or the pending encoding."""
        if source is not self.current or self.is_cut or codec != self.codec:
            if not is_keyframe_start:
                if source is self.current and not self.is_cut:
                    self.cut(source, arrival_ns)
                return
            if ext_seqno != source.highest_ext_seqno:
                # A start that comes late has lost its followers.
                self.request_keyframe(source, arrival_ns)
                return
            self._switch(source, ext_seqno, packet, codec, arrival_ns)
        payload = packet.payload
        if not payload and self.rewriter.leave_out(ext_seqno):
            return
        if is_keyframe_start:
            # What precedes it is not for viewers who come to this line with it.
            self.send_batch()
        number = self._emit(
            source, ext_seqno, packet, payload, codec, packet.marker, arrival_ns
        )
        if is_keyframe_start and number == self.last_ext_seqno:
            self.group.begin(number, arrival_ns)
            self._owner.on_keyframe(self, self._batch[-1])

    def _switch(
        self,
        source: Encoding,
        ext_seqno: int,
        packet: RtpPacket,
        codec: Codec,
        arrival_ns: int,
    ) -> None:
        if source is not self.current:
            self._owner.on_start(self, source, arrival_ns)
        self.is_cut = False
        if codec != self.codec:
            # What is batched has the old codec: it goes to those who know that one.
            self.send_batch()
            self.codec = codec
            self._owner.on_codec(self)
        self._join(source, ext_seqno, packet)
        if source is self.current:
            return
        self.drop()
        self.pending = None
        self.current = source

    def _elapsed_ticks(self, source: Encoding, packet: RtpPacket) -> int:
        wall_ns = source.wall_ns(packet.timestamp, source.last_packet_ns)
        now = wall_ns * self.clock_rate_hz // NS_PER_S + self.origin_ticks
        if self._newest_source is None:
            self.rewriter.last_timestamp = (now - 1) & 0xFFFFFFFF
        elapsed = (now - self.rewriter.last_timestamp) & 0xFFFFFFFF
        if elapsed >= 0x80000000:
            return 0
        return min(MAX_ELAPSED_TICKS, elapsed)

    def flush(self, now_ns: int) -> bool:
        """Send what was written, or keep it while the rest of its picture comes: True.

        A picture's packets arrive one after the other. Sent together they cost each
        viewer one message instead of several.
        """
        batch = self._batch
        if batch and not batch[-1].marker and now_ns - self._batched_ns < HOLD_NS:
            return True
        self.send_batch()
        return False

    def packets_of_group(self) -> list[OutPacket]:
        """Give the cached packets since the last keyframe."""
        return self.cache.between(self.group.first_ext_seqno, self.last_ext_seqno)
