"""What a peer is sent: the per-viewer half of the hot loop (`MediaOut`, `MediaIn`).

Drop rule: when the socket is full the rest of the batch is dropped for this viewer, and
video stays dropped to the end of its frame, because half a frame helps nobody.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence

from pylibsrtp import Session

from media.sfu.ports import (
    NO_SHIFT,
    OutPacket,
    Shift,
    ViewerStream,
)
from media.srtp.gcm import GcmKey
from media.srtp.profiles import MasterKey
from media.srtp.session import SrtpError, open_sender
from media.transport.addressee import Addressee, CipherContext
from media.transport.batch_sender import SEAL_ERRORS
from media.transport.fanout import SOCKET_FULL, FanOut
from media.transport.ice_lite import Path
from media.transport.out_stream import OutStream
from media.transport.party import Party

_PADDING = bytes(254) + b"\xff"
"""The most that one octet can count (RFC 3550, 5.1)."""
_PADDING_BIT = 0x20


class PeerOut:
    """Encrypts and sends to one peer; never raises, never blocks.

    A publisher has one without streams: it is only sent RTCP.
    """

    __slots__ = (
        "_context",
        "_fanout",
        "_gcm",
        "_session",
        "_streams",
        "_uses_gso",
        "packets_dropped",
        "path",
    )

    def __init__(self, streams: Sequence[ViewerStream], fanout: FanOut) -> None:
        self._streams = [OutStream(stream) for stream in streams]
        self._fanout = fanout
        self.path: Path | None = None
        self._gcm: GcmKey | None = None
        self._context: CipherContext | None = None
        self._session: Session | None = None
        self._uses_gso = True
        self.packets_dropped = 0

    def open(self, master: MasterKey) -> None:
        """Take the keys of the finished handshake."""
        self._session = open_sender(master)
        if master.profile.is_gcm:
            self._gcm = GcmKey(master)
            self._context = self._fanout.sender.open(self._gcm)

    def use_path(self, path: Path | None) -> None:
        """Send to this address from now on; None stops sending."""
        if path is self.path:
            return
        self.path = path
        for state in self._streams:
            state.forget_key()

    @property
    def crowds(self) -> FanOut:
        return self._fanout

    def stream(self, index: int) -> OutStream:
        return self._streams[index]

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        self.send_shifted(stream, packets, NO_SHIFT)

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        state = self._streams[stream]
        if state.shift != shift:
            state.renumber(shift)
        if state.key is None:
            self._send_slowly(state, packets)
        else:
            self._send_alone(state, packets)

    def _send_alone(self, state: OutStream, packets: Sequence[OutPacket]) -> None:
        assert state.key is not None
        assert state.addressee is not None
        seats = self._fanout.sender.seat((state.addressee,))
        self._fanout.send(packets, Party(state.key, ((self, state),), seats))

    def resend(
        self, stream: int, packet: OutPacket, shift: Shift, send_time: bytes
    ) -> None:
        path, state = self.path, self._streams[stream]
        index = packet.ext_seqno + shift.seqno - state.base_index
        if path is None or index < 0 or state.base_index < 0:
            return
        key = state.headers.get(packet.codec)
        rtx_key = state.rtx_headers.get(packet.codec)
        if key is None:
            return
        if rtx_key is not None and state.rtx_ssrc is not None:
            repeat = state.wrap_rtx(packet, shift, send_time)
            header, index = repeat.header(rtx_key), repeat.ext_seqno
            protected = self._protect(header, repeat.payload, repeat.ssrc, index)
        else:
            header = packet.shifted_header(key, shift)
            protected = self._protect(header, packet.payload, packet.ssrc, index)
        self._send_packet(path, protected, is_video=state.is_video)

    def pad(self, stream: int, send_time: bytes) -> int:
        path, state = self.path, self._streams[stream]
        key = next(iter(state.rtx_headers.values()), None)
        if path is None or key is None or state.rtx_ssrc is None:
            return 0
        packet = OutPacket(
            state.rtx_ext_seqno,
            0,
            False,
            _PADDING,
            next(iter(state.rtx_headers)),
            state.rtx_ssrc,
            send_time,
        )
        state.rtx_ext_seqno += 1
        header = bytearray(packet.header(key))
        header[0] |= _PADDING_BIT
        plain = bytes(header)
        protected = self._protect(plain, _PADDING, packet.ssrc, packet.ext_seqno)
        self._send_packet(path, protected, is_video=True)
        return len(plain) + len(_PADDING)

    def delay_playout(self, stream: int, delay_ms: int) -> None:
        self._streams[stream].delay_playout(delay_ms)

    def send_rtcp(self, data: bytes) -> None:
        path = self.path
        if path is None or self._session is None:
            return
        try:
            protected = self._session.protect_rtcp(data)
        except (SrtpError, ValueError):
            self.packets_dropped += 1
            return
        path.send(protected)

    def _send_slowly(self, state: OutStream, packets: Sequence[OutPacket]) -> None:
        """Send a first batch, one after a drop, and all without GCM, GSO or UDP."""
        path = self.path
        if path is None or not packets:
            return
        if state.is_skipping:
            packets = self._after_frame(state, packets)
            if not packets:
                return
        state.count_from(packets[0].ext_seqno + state.shift.seqno)
        udp, gcm, context = path.udp, self._gcm, self._context
        if not self._uses_gso or gcm is None or context is None or udp is None:
            self._send_singly(path, state, packets)
            return
        addressee = state.addressee or Addressee(gcm, context)
        addressee.move(path.name)
        state.use(self._fanout.intern(state.headers, udp.fileno), addressee)
        self._send_alone(state, packets)

    def _send_singly(
        self,
        path: Path,
        state: OutStream,
        packets: Sequence[OutPacket],
    ) -> None:
        key, shift = state.headers.get(packets[0].codec), state.shift
        if key is None:
            return
        for position, packet in enumerate(packets):
            index = packet.ext_seqno + shift.seqno - state.base_index
            if index < 0:
                continue
            header = packet.shifted_header(key, shift)
            protected = self._protect(header, packet.payload, packet.ssrc, index)
            is_sent = self._send_packet(path, protected, is_video=state.is_video)
            if not is_sent and state.is_video:
                state.is_skipping = not packets[-1].marker
                self.packets_dropped += len(packets) - position - 1
                return

    def _protect(self, header: bytes, payload: bytes, ssrc: int, index: int) -> bytes:
        """Encrypt one packet; empty when libsrtp refuses it (too long)."""
        if self._gcm is not None:
            return self._gcm.protect(header, payload, ssrc, index)
        if self._session is None:
            return b""
        try:
            return self._session.protect(header + payload)
        except (SrtpError, ValueError):
            return b""

    def _send_packet(self, path: Path, protected: bytes, *, is_video: bool) -> bool:
        if protected and path.send(protected, is_video=is_video):
            self._fanout.packets_sent += 1
            return True
        self.packets_dropped += 1
        return False

    def on_refused(
        self,
        state: OutStream,
        rest: Sequence[OutPacket],
        error_number: int,
        *,
        is_segmented: bool,
    ) -> None:
        """Take back what was not sent of a batch, from a run on to its end."""
        path = self.path
        if is_segmented and error_number not in SOCKET_FULL | SEAL_ERRORS:
            # This path's MTU or device refuses segments: single datagrams from now on.
            self._uses_gso = False
            for other in self._streams:
                other.forget_key()
        may_go_singly = not self._uses_gso or error_number == errno.ERANGE
        if may_go_singly and path is not None:
            self._send_singly(path, state, rest)
            return
        self.packets_dropped += len(rest)
        if state.is_video:
            state.is_skipping = not rest[-1].marker
            state.forget_key()

    def _after_frame(
        self, state: OutStream, packets: Sequence[OutPacket]
    ) -> Sequence[OutPacket]:
        for position, packet in enumerate(packets):
            if packet.marker:
                state.is_skipping = False
                self.packets_dropped += position + 1
                return tuple(packets[position + 1 :])
        self.packets_dropped += len(packets)
        return ()
