"""What a peer is sent: the per-viewer half of the hot loop (`MediaOut`, `MediaIn`).

Drop rule: when the socket is full the rest of the batch is dropped for this viewer, and
video stays dropped to the end of its frame, because half a frame helps nobody.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from pylibsrtp import Session

from media.protocol import Codec
from media.sfu.ports import OutPacket, ViewerStream
from media.srtp.gcm import NONCE_BYTES, GcmKey
from media.srtp.profiles import MasterKey
from media.srtp.session import SrtpError, open_sender
from media.transport.fanout import FanOut, Plan
from media.transport.ice_lite import Path

_RTP_HEADER = struct.Struct("!BBHII")
_WRAP = 1 << 16


class _StreamState:
    """What differs from viewer to viewer in one stream."""

    __slots__ = (
        "base_index",
        "is_skipping",
        "is_video",
        "payload_types",
        "rtx_ext_seqno",
        "rtx_payload_types",
        "rtx_ssrc",
    )

    def __init__(self, stream: ViewerStream) -> None:
        self.payload_types: dict[Codec, int] = stream.payload_types
        self.rtx_payload_types: dict[Codec, int] = stream.rtx_payload_types
        self.rtx_ssrc = stream.rtx_ssrc
        self.rtx_ext_seqno = 0
        self.is_video = stream.kind == "video"
        self.is_skipping = False
        self.base_index = -1
        """Wraps the slot had seen before this viewer's first packet, times 65,536.

        A receiver starts every SSRC at ROC 0 (RFC 3711, 3.3.1), so what it is sent
        must count from its own start. -1 until the first packet.
        """


class PeerOut:
    """Encrypts and sends to one peer; never raises, never blocks.

    A publisher has one without streams: it is only sent RTCP.
    """

    def __init__(self, streams: Sequence[ViewerStream], fanout: FanOut) -> None:
        self._streams = [_StreamState(stream) for stream in streams]
        self._fanout = fanout
        self._path: Path | None = None
        self._gcm: GcmKey | None = None
        self._session: Session | None = None
        self._uses_gso = True
        self.packets_sent = 0
        self.packets_dropped = 0

    def open(self, master: MasterKey) -> None:
        """Take the keys of the finished handshake."""
        self._session = open_sender(master)
        if master.profile.is_gcm:
            self._gcm = GcmKey(master)

    def use_path(self, path: Path | None) -> None:
        """Send to this address from now on; None stops sending."""
        self._path = path

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        path = self._path
        if path is None or not packets:
            return
        state = self._streams[stream]
        payload_type = state.payload_types.get(packets[0].codec)
        if payload_type is None:
            return
        if state.is_skipping:
            packets = self._after_frame(state, packets)
            if not packets:
                return
        if state.base_index < 0:
            state.base_index = packets[0].ext_seqno // _WRAP * _WRAP
        if self._gcm is None:
            self._send_cm(path, state, payload_type, packets)
            return
        plan = self._fanout.plan(packets, payload_type)
        self._send_plan(path, state, plan, self._gcm)

    def resend(self, stream: int, packet: OutPacket) -> None:
        path, state = self._path, self._streams[stream]
        if path is None or packet.ext_seqno < state.base_index or state.base_index < 0:
            return
        payload_type = state.payload_types.get(packet.codec)
        rtx_payload_type = state.rtx_payload_types.get(packet.codec)
        if payload_type is None:
            return
        if rtx_payload_type is not None and state.rtx_ssrc is not None:
            header, payload, ssrc, index = _rtx(state, packet, rtx_payload_type)
        else:
            header, payload = packet.header(payload_type), packet.payload
            ssrc, index = packet.ssrc, packet.ext_seqno - state.base_index
        protected = self._protect(header, payload, ssrc, index)
        self._send_datagram(path, protected)

    def send_rtcp(self, data: bytes) -> None:
        path = self._path
        if path is None or self._session is None:
            return
        try:
            protected = self._session.protect_rtcp(data)
        except (SrtpError, ValueError):
            self.packets_dropped += 1
            return
        path.udp.send(protected, path.address)

    def _send_plan(
        self, path: Path, state: _StreamState, plan: Plan, gcm: GcmKey
    ) -> None:
        encrypt_into, salt, base = gcm.encrypt_into, gcm.salt, state.base_index
        address = path.address
        for run in plan:
            if base:
                for iv, payload, header, target in run.jobs:
                    nonce = (salt ^ (iv - base)).to_bytes(NONCE_BYTES, "big")
                    encrypt_into(nonce, payload, header, target)
            else:
                for iv, payload, header, target in run.jobs:
                    nonce = (salt ^ iv).to_bytes(NONCE_BYTES, "big")
                    encrypt_into(nonce, payload, header, target)
            try:
                if run.ancillary is None:
                    path.udp.sendto(run.buffer, address)
                elif self._uses_gso:
                    path.udp.sendmsg((run.buffer,), run.ancillary, 0, address)
                else:
                    self._send_segments(path, run.buffer, run.segment_bytes)
            except BlockingIOError:
                self._drop_rest(state, plan, run.packets)
                return
            except OSError:
                # A path whose MTU or device refuses segments takes single datagrams.
                if run.ancillary is None or not self._uses_gso:
                    self._drop_rest(state, plan, run.packets)
                    return
                self._uses_gso = False
                self._send_segments(path, run.buffer, run.segment_bytes)
            self.packets_sent += len(run.jobs)

    def _send_segments(self, path: Path, buffer: memoryview, size: int) -> None:
        for start in range(0, len(buffer), size):
            if not path.udp.send(bytes(buffer[start : start + size]), path.address):
                self.packets_dropped += 1

    def _send_cm(
        self,
        path: Path,
        state: _StreamState,
        payload_type: int,
        packets: Sequence[OutPacket],
    ) -> None:
        for position, packet in enumerate(packets):
            protected = self._protect(
                packet.header(payload_type), packet.payload, packet.ssrc, 0
            )
            if not self._send_datagram(path, protected) and state.is_video:
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

    def _send_datagram(self, path: Path, protected: bytes) -> bool:
        if protected and path.udp.send(protected, path.address):
            self.packets_sent += 1
            return True
        self.packets_dropped += 1
        return False

    def _drop_rest(
        self, state: _StreamState, plan: Plan, failed: tuple[OutPacket, ...]
    ) -> None:
        found = False
        for run in plan:
            found = found or run.packets is failed
            if found:
                self.packets_dropped += len(run.packets)
        state.is_skipping = state.is_video and not plan[-1].packets[-1].marker

    def _after_frame(
        self, state: _StreamState, packets: Sequence[OutPacket]
    ) -> Sequence[OutPacket]:
        for position, packet in enumerate(packets):
            if packet.marker:
                state.is_skipping = False
                self.packets_dropped += position + 1
                return tuple(packets[position + 1 :])
        self.packets_dropped += len(packets)
        return ()


def _rtx(
    state: _StreamState, packet: OutPacket, payload_type: int
) -> tuple[bytes, bytes, int, int]:
    """Build header, payload, SSRC and index of a retransmission (RFC 4588, 4)."""
    assert state.rtx_ssrc is not None
    index = state.rtx_ext_seqno
    state.rtx_ext_seqno += 1
    header = _RTP_HEADER.pack(
        0x80,
        payload_type | packet.marker << 7,
        index & 0xFFFF,
        packet.timestamp,
        state.rtx_ssrc,
    )
    original = (packet.ext_seqno & 0xFFFF).to_bytes(2, "big")
    return header, original + packet.payload, state.rtx_ssrc, index
