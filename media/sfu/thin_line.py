"""`ThinLine`: a layer of a picture without its higher temporal sub-layers."""

from __future__ import annotations

from typing import Protocol

from media.protocol import Codec
from media.rtp.packet import RtpPacket
from media.rtp.vp8 import begins_picture
from media.sfu.encoding import Encoding
from media.sfu.picture_line import LineOwner, PictureLine


class ThinLineOwner(LineOwner, Protocol):
    def on_picture(self, source: Encoding, ext_seqno: int, packet: RtpPacket) -> None:
        """A picture begins; no line has its first packet yet."""
        ...


class ThinLine(PictureLine):
    """Leaves out the pictures above `max_temporal`.

    Fed before the full line of its layer, so that viewers can change between the two
    where a picture begins. It may begin at any picture of the base layer: only viewers
    who have the pictures before come to it there.
    """

    __slots__ = ("_thin_owner",)

    def __init__(
        self, full: PictureLine, max_temporal: int, owner: ThinLineOwner
    ) -> None:
        super().__init__(
            full.name, full.ssrc, full.rtx_ssrc, full.layer, full.origin_ticks, owner
        )
        self._thin_owner = owner
        self.max_temporal = max_temporal

    def set_pending(self, encoding: Encoding | None) -> None:
        if self.pending is not None:
            self.pending.detach(self)
        self.pending = encoding
        if encoding is not None:
            encoding.attach(self, first=True)

    def write(
        self,
        source: Encoding,
        ext_seqno: int,
        packet: RtpPacket,
        codec: Codec,
        is_keyframe_start: bool,
        arrival_ns: int,
    ) -> None:
        """Take a packet of the layer, or leave it out."""
        is_newest = ext_seqno == source.highest_ext_seqno
        is_first = is_newest and begins_picture(packet.payload)
        if source is self.pending and is_first and packet.temporal_id == 0:
            self._begin(source, ext_seqno, packet, codec)
        if source is not self.current:
            return
        if is_first:
            self._thin_owner.on_picture(source, ext_seqno, packet)
        if packet.temporal_id > self.max_temporal:
            if self.rewriter.leave_out(ext_seqno):
                return
            # It came late and its number is spent: an empty packet fills it.
            packet = packet.without_payload()
        super().write(source, ext_seqno, packet, codec, is_keyframe_start, arrival_ns)

    def _begin(
        self, source: Encoding, ext_seqno: int, packet: RtpPacket, codec: Codec
    ) -> None:
        self.drop()
        self.codec = codec
        self.is_cut = False
        self._join(source, ext_seqno, packet)
        self.pending, self.current = None, source
