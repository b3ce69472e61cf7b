"""What a peer is sent: the per-viewer half of the hot loop (`MediaOut`, `MediaIn`).

Drop rule: when the socket is full the rest of the batch is dropped for this viewer, and
video stays dropped to the end of its frame, because half a frame helps nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from pylibsrtp import Session

from media.sfu.ports import (
    NO_SHIFT,
    OutPacket,
    Shift,
    ViewerStream,
)
from media.srtp.gcm import NONCE_PACK, GcmKey, packet_iv
from media.srtp.profiles import MasterKey
from media.srtp.session import SrtpError, open_sender
from media.transport.fanout import SOCKET_FULL, FanOut
from media.transport.ice_lite import Path
from media.transport.out_stream import OutStream
from media.transport.plans import STRADDLES, Run

_PADDING = bytes(254) + b"\xff"
"""The most that one octet can count (RFC 3550, 5.1)."""
_PADDING_BIT = 0x20


class PeerOut:
    """Encrypts and sends to one peer; never raises, never blocks.

    A publisher has one without streams: it is only sent RTCP.
    """

    __slots__ = (
        "_encrypt_into",
        "_fanout",
        "_gcm",
        "_name",
        "_salt",
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
        self._name = 0
        """Pointer to the socket address of `path`."""
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
        if path is self.path:
            return
        # What is queued points to the address of before.
        self._fanout.flush()
        self.path = path
        self._name = 0 if path is None else path.name.pointer
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
        if plans.iv_high != state.iv_high:
            if plans.iv_high == STRADDLES:
                self._send_slowly(state, packets, NO_SHIFT)
                return
            state.make_nonce(self._salt, plans.iv_high)
        owners = plans.owners
        position = len(owners)
        if position == len(plans.copies):
            jobs, names = fanout.next_copy(plans)
        else:
            jobs, names = plans.copies[position]
        encrypt_into = self._encrypt_into
        prefix, salt = state.nonce_prefix, state.nonce_low
        for low, payload, header, target in jobs:
            encrypt_into(NONCE_PACK(prefix, low ^ salt), payload, header, target)
        words = plans.words
        for name in names:
            words[name] = self._name
        owners.append(self)

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
        if len(plans.owners) == len(plans.copies):
            fanout.next_copy(plans)
        position = len(plans.owners)
        jobs, names = plans.copies[position]
        encrypt_into, salt = self._encrypt_into, self._salt
        ahead = shift.seqno - state.base_index
        for number, packet in enumerate(plans.visible):
            header = packet.shifted_header(plans.header_key, shift)
            plans.header_of(position, number)[:] = header
            iv = packet_iv(packet.ssrc, packet.ext_seqno + ahead)
            nonce = (salt ^ iv).to_bytes(12, "big")
            encrypt_into(nonce, packet.payload, header, jobs[number][3])
        for name in names:
            plans.words[name] = self._name
        plans.owners.append(self)

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
        # What is queued has the headers of before.
        self._fanout.flush()
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

    def _send_slowly(
        self, state: OutStream, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        """Send a first batch, one after a drop or with a wrap of the numbers inside.

        And anything without GCM, GSO or UDP.
        """
        path = self.path
        if path is None or not packets:
            return
        if state.is_skipping:
            packets = self._after_frame(state, packets)
            if not packets:
                return
        state.count_from(packets[0].ext_seqno + shift.seqno)
        udp = path.udp
        if self._gcm is None or not self._uses_gso or udp is None:
            self._send_singly(path, state, packets, shift)
        elif shift is NO_SHIFT and state.key is None:
            state.key = self._fanout.intern(
                state.headers, state.base_index, udp.fileno, udp.name_bytes
            )
            self.send(self._streams.index(state), packets)
        else:
            state.shifted_key = self._fanout.intern(
                state.headers, 0, udp.fileno, udp.name_bytes, is_shifted=True
            )
            self.send_shifted(self._streams.index(state), packets, shift)

    def _send_singly(
        self,
        path: Path,
        state: OutStream,
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

    def on_refused(self, run: Run, error_number: int, *, is_shifted: bool) -> None:
        """Take back a run that the kernel refused, or one that followed it."""
        state = next(one for one in self._streams if one.ssrc == run[0].ssrc)
        if len(run) > 1 and error_number not in SOCKET_FULL:
            # This path's MTU or device refuses segments: single datagrams from now on.
            self._uses_gso = False
            for other in self._streams:
                other.forget_keys()
        if (
            not self._uses_gso
            and self.path is not None
            and not state.is_skipping
            # A viewer's own numbers may be others by now: those packets are lost.
            and not is_shifted
        ):
            self._send_singly(self.path, state, run, NO_SHIFT)
            return
        self.packets_dropped += len(run)
        if state.is_video:
            state.is_skipping = not run[-1].marker
            state.forget_keys()

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
