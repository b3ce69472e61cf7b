"""A WebRTC client without media: SDP, ICE, DTLS, and SRTP packets in and out.

It knows a server by its SDP alone, so ours and Janus meet the same client. It costs
about 1 us for a received packet and decrypts one in 97 with libsrtp.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import struct
import time
from dataclasses import dataclass

from OpenSSL import SSL

from benchmarks.fanout.light_dtls import LightDtls, LightIdentity
from benchmarks.fanout.light_ice import build_answer, build_check, is_check, is_success

AUDIO_PT = 111
VIDEO_PT = 96
H264_PT = 102
_H264_FMTP = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
SAMPLE_EVERY = 97
CHECK_EVERY_S = 2.5
REPEAT_S = 0.25


@dataclass(slots=True)
class Remote:
    """What a load client needs of the server's SDP."""

    ufrag: str
    password: str
    address: tuple[str, int]
    setup: str
    ssrcs: tuple[int, ...]


def parse_remote(sdp: str) -> Remote:
    """Read the server's transport; the first IPv4 candidate is taken."""
    values: dict[str, str] = {}
    ssrcs: list[int] = []
    address: tuple[str, int] | None = None
    for line in sdp.splitlines():
        name, _, value = line.partition(":")
        values.setdefault(name, value)
        if name == "a=candidate" and address is None:
            words = value.split()
            if words[2].lower() == "udp" and "." in words[4]:
                address = (words[4], int(words[5]))
        if name == "a=ssrc" and int(value.split()[0]) not in ssrcs:
            ssrcs.append(int(value.split()[0]))
    if address is None:
        raise ValueError("no UDP candidate in the server's SDP")
    return Remote(
        values["a=ice-ufrag"],
        values["a=ice-pwd"],
        address,
        values.get("a=setup", "passive"),
        tuple(ssrcs),
    )


class LightPeer:
    """One client on its own UDP port; `pump` must be called often.

    `kinds` are the sections it offers, in order; only who asks for H.264 is sent it.
    """

    def __init__(
        self,
        identity: LightIdentity,
        direction: str,
        kinds: tuple[str, ...] = ("audio", "video"),
        *,
        with_h264: bool = False,
    ) -> None:
        self._identity = identity
        self._sections = tuple((str(mid), kind) for mid, kind in enumerate(kinds))
        self._with_h264 = with_h264
        self.direction = direction
        self.ufrag = os.urandom(4).hex()
        self.password = os.urandom(16).hex()
        self.audio_ssrc = random.getrandbits(32)
        self.video_ssrc = random.getrandbits(32)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Not a loopback address: Janus listens on the machine's own one only.
        self.sock.bind(("0.0.0.0", 0))
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.dtls: LightDtls | None = None
        self.remote: Remote | None = None
        self.is_checked = False
        self.rtp_packets = 0
        self.rtp_bytes = 0
        self.rtcp_packets = 0
        self.samples_decrypted = 0
        self.samples_failed = 0
        self.plain_packets: list[bytes] | None = None
        """When a list: every packet is decrypted into it (tests)."""
        self._checked_at_s = 0.0
        self._stepped_at_s = 0.0
        self._buffer = bytearray(2048)

    @property
    def is_connected(self) -> bool:
        return self.dtls is not None and self.dtls.is_complete

    def make_offer(self) -> str:
        """Offer the sections of `kinds`."""
        return self._sdp("actpass", self._sections)

    def take_answer(self, sdp: str) -> None:
        self.remote = parse_remote(sdp)
        self.sock.connect(self.remote.address)
        role = "server" if self.remote.setup == "active" else "client"
        self.dtls = LightDtls(self._identity, role)

    def take_offer(self, sdp: str) -> str:
        """Answer a server that offers (Janus to its subscribers)."""
        sections: list[tuple[str, str]] = []
        for part in sdp.split("\nm=")[1:]:
            kind = part.split()[0]
            sections.append((part.partition("a=mid:")[2].split()[0], kind))
        self.take_answer(sdp)
        return self._sdp("active", tuple(sections))

    def pump(self, now_s: float) -> None:
        """Send what is due, then read what is there."""
        if self.remote is None or self.dtls is None:
            return
        period_s = CHECK_EVERY_S if self.is_connected else REPEAT_S
        if now_s - self._checked_at_s > period_s:
            self._checked_at_s = now_s
            username = f"{self.remote.ufrag}:{self.ufrag}"
            self.put(build_check(username, self.remote.password))
        if (
            self.is_checked
            and not self.dtls.is_complete
            and now_s - self._stepped_at_s > REPEAT_S
        ):
            self._stepped_at_s = now_s
            self._step(None)
        self.read()

    def read(self) -> None:
        """Drain the socket; RTP is only counted, but for the samples."""
        receive, buffer = self.sock.recv_into, self._buffer
        try:
            while True:
                size = receive(buffer)
                if 128 <= buffer[0] <= 191:
                    self._on_srtp(size)
                else:
                    self._on_other(bytes(buffer[:size]))
        except BlockingIOError:
            return
        except ConnectionError:
            return

    def send_rtp(self, packet: bytes) -> None:
        assert self.dtls is not None
        self.put(self.dtls.sender.protect(packet))

    def send_rtcp(self, data: bytes) -> None:
        assert self.dtls is not None
        self.put(self.dtls.sender.protect_rtcp(data))

    def send_receiver_report(self) -> None:
        assert self.remote is not None
        block = struct.pack(
            "!IIIIII", self.remote.ssrcs[0] if self.remote.ssrcs else 0, 0, 0, 0, 0, 0
        )
        self.send_rtcp(struct.pack("!BBHI", 0x81, 201, 7, self.video_ssrc) + block)

    def put(self, datagram: bytes) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            self.sock.send(datagram)

    def close(self) -> None:
        self.sock.close()

    def _on_srtp(self, size: int) -> None:
        buffer = self._buffer
        if 192 <= buffer[1] <= 223:
            self.rtcp_packets += 1
            if self.plain_packets is not None:
                self._decrypt_rtcp(bytes(buffer[:size]))
            return
        self.rtp_packets += 1
        self.rtp_bytes += size
        if self.plain_packets is not None or self.rtp_packets % SAMPLE_EVERY == 1:
            self._sample(bytes(buffer[:size]))

    def _sample(self, packet: bytes) -> None:
        assert self.dtls is not None
        try:
            plain = self.dtls.receiver.unprotect(packet)
        except Exception:
            self.samples_failed += 1
            return
        self.samples_decrypted += 1
        if self.plain_packets is not None:
            self.plain_packets.append(plain)

    def _decrypt_rtcp(self, data: bytes) -> None:
        assert self.dtls is not None
        assert self.plain_packets is not None
        with contextlib.suppress(Exception):
            self.plain_packets.append(self.dtls.receiver.unprotect_rtcp(data))

    def _on_other(self, datagram: bytes) -> None:
        if not datagram:
            return
        if is_success(datagram):
            if not self.is_checked:
                self.is_checked = True
                self._stepped_at_s = time.monotonic()
                self._step(None)
        elif is_check(datagram):
            assert self.remote is not None
            host, port = self.remote.address
            self.put(build_answer(datagram, self.password, host, port))
        elif 20 <= datagram[0] <= 63:
            self._step(datagram)

    def _step(self, datagram: bytes | None) -> None:
        assert self.dtls is not None
        with contextlib.suppress(SSL.Error):
            self.dtls.step(datagram)
        for outgoing in self.dtls.outgoing:
            self.put(outgoing)
        self.dtls.outgoing.clear()

    def _sdp(self, setup: str, sections: tuple[tuple[str, str], ...]) -> str:
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines.append("a=group:BUNDLE " + " ".join(mid for mid, _ in sections))
        for mid, kind in sections:
            number, codec, ssrc = (
                (AUDIO_PT, "opus/48000/2", self.audio_ssrc)
                if kind == "audio"
                else (VIDEO_PT, "VP8/90000", self.video_ssrc)
            )
            more = f" {H264_PT}" if kind == "video" and self._with_h264 else ""
            lines += [
                f"m={kind} 9 UDP/TLS/RTP/SAVPF {number}{more}",
                "c=IN IP4 0.0.0.0",
                f"a=mid:{mid}",
                f"a={self.direction}",
                "a=rtcp-mux",
                f"a=ice-ufrag:{self.ufrag}",
                f"a=ice-pwd:{self.password}",
                f"a=fingerprint:sha-256 {self._identity.fingerprint}",
                f"a=setup:{setup}",
                f"a=rtpmap:{number} {codec}",
            ]
            if kind == "video":
                lines += [f"a=rtcp-fb:{number} nack", f"a=rtcp-fb:{number} nack pli"]
                if self._with_h264:
                    lines += [
                        f"a=rtpmap:{H264_PT} H264/90000",
                        f"a=fmtp:{H264_PT} {_H264_FMTP}",
                    ]
            if self.direction == "sendonly":
                lines.append(f"a=ssrc:{ssrc} cname:load")
        host, port = "127.0.0.1", self.sock.getsockname()[1]
        lines.append(f"a=candidate:1 1 udp 2130706431 {host} {port} typ host")
        return "\r\n".join([*lines, "a=end-of-candidates"]) + "\r\n"
