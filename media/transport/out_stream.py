"""`OutStream`: what one stream of one viewer is sent under: names, numbers, nonces."""

from __future__ import annotations

from media.sfu.ports import OutPacket, Shift, ViewerStream, header_key
from media.transport.plans import PlanKey

WRAP = 1 << 16
_NONE_YET = -2
"""Like no plan set's `iv_high`, which is at least STRADDLES."""


class OutStream:
    """One stream of one viewer."""

    __slots__ = (
        "_stream",
        "base_index",
        "headers",
        "is_skipping",
        "is_video",
        "iv_high",
        "key",
        "nonce_low",
        "nonce_prefix",
        "rtx_ext_seqno",
        "rtx_headers",
        "rtx_ssrc",
        "shifted_key",
        "ssrc",
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
        self.key: PlanKey | None = None
        """Names the plans this stream can use; None sends by the slow way."""
        self.shifted_key: PlanKey | None = None
        """The same for a viewer whose numbers are not those of its line."""
        self.iv_high = _NONE_YET
        """What `nonce_prefix` is made for: the IV without its low 16 bits."""
        self.nonce_prefix = b""
        self.nonce_low = 0

    def make_nonce(self, salt: int, iv_high: int) -> None:
        """Keep what nonces with this part of the IV have in common (RFC 7714, 8.1)."""
        self.iv_high = iv_high
        self.nonce_prefix = (salt >> 16 ^ iv_high).to_bytes(10, "big")
        self.nonce_low = salt & 0xFFFF

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
        self.forget_keys()

    def forget_keys(self) -> None:
        self.key = self.shifted_key = None

    def count_from(self, ext_seqno: int) -> None:
        """Take the number of the first packet this stream is sent."""
        if self.base_index < 0:
            self.base_index = ext_seqno // WRAP * WRAP

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
