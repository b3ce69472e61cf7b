"""What a peer is sent: the per-viewer half of the hot loop (`MediaOut`, `MediaIn`).

Drop rule: when the socket is full the rest of the batch is dropped for this viewer, and
video stays dropped to the end of its frame, because half a frame helps nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from pylibsrtp import Session

from media.protocol import Codec
from media.sfu.ports import (
    NO_SHIFT,
    HeaderKey,
    OutPacket,
    Shift,
    ViewerStream,
    header_key,
)
from media.srtp.gcm import GcmKey
from media.srtp.profiles import MasterKey
from media.srtp.session import SrtpError, open_sender
from media.transport.fanout import SOCKET_FULL, FanOut, PlanKey, Run
from media.transport.ice_lite import Path

_WRAP = 1 << 16
_PADDING = bytes(254) + b"\xff"
"""The most that one octet can count (RFC 3550, 5.1)."""
_PADDING_BIT = 0x20


class _OutStream:
    """One stream of one viewer."""

    __slots__ = (
        "base_index",
        "headers",
        "is_skipping",
        "is_video",
        "key",
        "rtx_ext_seqno",
        "rtx_headers",
        "rtx_ssrc",
        "shifted_key",
    )

    def __init__(self, stream: ViewerStream) -> None:
        self.headers = _header_keys(stream.payload_types, stream)
        self.rtx_headers = _header_keys(stream.rtx_payload_types, stream)
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

    def forget_keys(self) -> None:
        self.key = self.shifted_key = None


class PeerOut:
    """Encrypts and sends to one peer; never raises, never blocks.

    A publisher has one without streams: it is only sent RTCP.
    """

    __slots__ = (
        "_encrypt_into",
        "_fanout",
        "_gcm",
        "_salt",
        "_session",
        "_streams",
        "_uses_gso",
        "packets_dropped",
        "path",
    )

    def __init__(self, streams: Sequence[ViewerStream], fanout: FanOut) -> None:
        self._streams = [_OutStream(stream) for stream in streams]
        self._fanout = fanout
        self.path: Path | None = None
        self._gcm: GcmKey | None = None
        self._session: Session | None = None
        self._uses_gso = True
        self.packets_dropped = 0

    def open(self, master: MasterKey) -> None:
        """Take the keys of the finished handshake."""
        self._session = open_sender(master)
        if master.profile.is_gcm:
            self._gcm = GcmKey(master)
            self._encrypt_into = self._gcm.encrypt_into
            self._salt = self._gcm.salt

    def use_path(self, path: Path | None) -> None:
        """Send to this address from now on; None stops sending."""
        self.path = path
        # Also when it only moves: to an IPv6 address other plans are needed.
        for state in self._streams:
            state.forget_keys()

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        state = self._streams[stream]
        key = state.key
        if key is None:
            self._send_slowly(state, packets, NO_SHIFT)
            return
        fanout = self._fanout
        plans = fanout.current
        if plans.packets is not packets or plans.key is not key:
            plans = fanout.use(packets, key)
        plan = next(plans.free, None)
        if plan is None:
            plan = fanout.next_plan(plans)
        encrypt_into, salt, queue = self._encrypt_into, self._salt, fanout.queue
        for run in plan:
            for iv, payload, header, target in run[0]:
                nonce = (salt ^ iv).to_bytes(12, "big")
                encrypt_into(nonce, payload, header, target)
            queue.append((self, state, run))
        fanout.packets_sent += len(packets)

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        state, fanout = self._streams[stream], self._fanout
        key = state.shifted_key
        if key is None:
            self._send_slowly(state, packets, shift)
            return
        plans = fanout.current
        if plans.packets is not packets or plans.key is not key:
            plans = fanout.use(packets, key)
        plan = next(plans.free, None)
        if plan is None:
            plan = fanout.next_plan(plans)
        encrypt_into, salt, queue = self._encrypt_into, self._salt, fanout.queue
        ahead = shift.seqno - state.base_index
        for run in plan:
            for job, (packet, names, place) in zip(run[0], run.headers, strict=True):
                place[:] = header = packet.shifted_header(names, shift)
                nonce = (salt ^ job[0] + ahead).to_bytes(12, "big")
                encrypt_into(nonce, job[1], header, job[3])
            queue.append((self, state, run))
        fanout.packets_sent += len(packets)

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
            repeat = _rtx(state, packet, shift, send_time)
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

    def _send_slowly(
        self, state: _OutStream, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        """Send a first batch, one after a drop, or anything without GCM, GSO or UDP."""
        path = self.path
        if path is None or not packets:
            return
        if state.is_skipping:
            packets = self._after_frame(state, packets)
            if not packets:
                return
        if state.base_index < 0:
            first = packets[0].ext_seqno + shift.seqno
            state.base_index = first // _WRAP * _WRAP
        udp = path.udp
        if self._gcm is None or not self._uses_gso or udp is None:
            self._send_singly(path, state, packets, shift)
        elif shift is NO_SHIFT:
            state.key = self._fanout.intern(
                state.headers, state.base_index, udp.name_bytes
            )
            self.send(self._streams.index(state), packets)
        else:
            state.shifted_key = self._fanout.intern(
                state.headers, 0, udp.name_bytes, is_shifted=True
            )
            self.send_shifted(self._streams.index(state), packets, shift)

    def _send_singly(
        self,
        path: Path,
        state: _OutStream,
        packets: Sequence[OutPacket],
        shift: Shift,
    ) -> None:
        key = state.headers.get(packets[0].codec)
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

    def on_refused(self, stream: _OutStream, run: Run, error_number: int) -> None:
        """Take back a run that the kernel refused, or one that followed it."""
        self._fanout.packets_sent -= len(run.packets)
        if len(run.packets) > 1 and error_number not in SOCKET_FULL:
            # This path's MTU or device refuses segments: single datagrams from now on.
            self._uses_gso = False
            for other in self._streams:
                other.forget_keys()
        if (
            not self._uses_gso
            and self.path is not None
            and not stream.is_skipping
            # A viewer's own numbers may be others by now: those packets are lost.
            and not run.headers
        ):
            self._send_singly(self.path, stream, run.packets, NO_SHIFT)
            return
        self.packets_dropped += len(run.packets)
        if stream.is_video:
            stream.is_skipping = not run.packets[-1].marker
            stream.forget_keys()

    def _after_frame(
        self, state: _OutStream, packets: Sequence[OutPacket]
    ) -> Sequence[OutPacket]:
        for position, packet in enumerate(packets):
            if packet.marker:
                state.is_skipping = False
                self.packets_dropped += position + 1
                return tuple(packets[position + 1 :])
        self.packets_dropped += len(packets)
        return ()


def _header_keys(
    payload_types: dict[Codec, int], stream: ViewerStream
) -> dict[Codec, HeaderKey]:
    return {
        codec: header_key(number, stream.abs_send_time_id)
        for codec, number in payload_types.items()
    }


def _rtx(
    state: _OutStream, packet: OutPacket, shift: Shift, send_time: bytes
) -> OutPacket:
    """Wrap a packet for the retransmission stream (RFC 4588, 4)."""
    assert state.rtx_ssrc is not None
    index = state.rtx_ext_seqno
    state.rtx_ext_seqno += 1
    original = ((packet.ext_seqno + shift.seqno) & 0xFFFF).to_bytes(2, "big")
    return OutPacket(
        index,
        packet.timestamp + shift.timestamp & 0xFFFFFFFF,
        packet.marker,
        original + packet.payload,
        packet.codec,
        state.rtx_ssrc,
        send_time,
    )
