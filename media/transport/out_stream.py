"""`OutStream`: what one stream of one viewer is sent under: names, numbers, key."""

from __future__ import annotations

from media.sfu.ports import NO_SHIFT, OutPacket, Shift, ViewerStream, header_key
from media.transport.addressee import Addressee
from media.transport.batch import BatchKey

WRAP = 1 << 16


class Watch:
    """What a crowd sees of its members: that one of them is sent otherwise now."""

    __slots__ = ("is_stale",)

    def __init__(self) -> None:
        self.is_stale = True


class OutStream:
    """One stream of one viewer."""

    __slots__ = (
        "_stream",
        "addressee",
        "base_index",
        "headers",
        "is_skipping",
        "is_video",
        "key",
        "rtx_ext_seqno",
        "rtx_headers",
        "rtx_ssrc",
        "shift",
        "ssrc",
        "watch",
    )

    def __init__(self, stream: ViewerStream) -> None:
        self._stream = stream
        self.headers = {
            codec: header_key(number, stream.abs_send_time_id)
            for codec, number in stream.payload_types.items()
        }
        self.rtx_headers = {
            codec: header_key(number, stream.abs_send_time_id)
            for codec, number in stream.rtx_payload_types.items()
        }
        self.ssrc = stream.ssrc
        self.rtx_ssrc = stream.rtx_ssrc
        self.rtx_ext_seqno = 0
        self.is_video = stream.kind == "video"
        self.is_skipping = False
        """The rest of a frame is not sent after a drop."""
        self.base_index = -1
        """Wraps the slot had seen before this viewer's first packet, times 65,536.

        A receiver starts every SSRC at ROC 0 (RFC 3711, 3.3.1), so what it is sent
        must count from its own start. -1 until the first packet.
        """
        self.shift = NO_SHIFT
        """Of what was sent last."""
        self.key: BatchKey | None = None
        """Names the batches this stream can be sent; None is the slow way."""
        self.addressee: Addressee | None = None
        """Of those batches."""
        self.watch: Watch | None = None
        """Of the crowd it is in."""

    def delay_playout(self, delay_ms: int) -> None:
        """Tell in each header from now on how long to wait.

        Not of a codec whose repeat is the packet as it was: with another header its
        number would be used twice.
        """
        stream = self._stream
        if stream.playout_delay_id is None:
            return
        for codec in self.rtx_headers:
            self.headers[codec] = header_key(
                stream.payload_types[codec],
                stream.abs_send_time_id,
                stream.playout_delay_id,
                delay_ms,
            )
        self.forget_key()

    def use(self, key: BatchKey, addressee: Addressee) -> None:
        """Leave the slow way; must follow `count_from`."""
        self.key, self.addressee = key, addressee
        self._number()
        self._tell()

    def forget_key(self) -> None:
        self.key = None
        self._tell()

    def count_from(self, ext_seqno: int) -> None:
        """Take the number of the first packet this stream is sent."""
        if self.base_index < 0:
            self.base_index = ext_seqno // WRAP * WRAP

    def renumber(self, shift: Shift) -> None:
        """Send with these numbers from now on."""
        self.shift = shift
        self._number()
        self._tell()

    def _number(self) -> None:
        if self.addressee is not None:
            self.addressee.index_offset = self.shift.seqno - self.base_index
            self.addressee.timestamp_offset = self.shift.timestamp & 0xFFFFFFFF

    def _tell(self) -> None:
        if self.watch is not None:
            self.watch.is_stale = True

    def wrap_rtx(self, packet: OutPacket, shift: Shift, send_time: bytes) -> OutPacket:
        """Make a packet of the retransmission stream (RFC 4588, 4)."""
        assert self.rtx_ssrc is not None
        index = self.rtx_ext_seqno
        self.rtx_ext_seqno += 1
        original = ((packet.ext_seqno + shift.seqno) & 0xFFFF).to_bytes(2, "big")
        return OutPacket(
            index,
            packet.timestamp + shift.timestamp & 0xFFFFFFFF,
            packet.marker,
            original + packet.payload,
            packet.codec,
            self.rtx_ssrc,
            send_time,
        )
