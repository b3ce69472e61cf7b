"""Where the router and the transports meet: values and two small protocols.

`media/sfu` and `media/transport` both import this file and never each other.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from media.protocol import Codec, MediaKind

LOUDEST_AUDIO_SLOT = "audio-loudest"
"""The audio slot for a viewer with a single audio section (a plain WHEP player).

It follows the loudest source of the room. Viewers with three audio sections take
`media.protocol.AUDIO_SLOTS` instead, where a source stays in its slot.
"""

_HEADER = struct.Struct(">BBHII")
_EXTENDED = struct.Struct(">BBHIIHHB3s")
_ONE_BYTE_PROFILE = 0xBEDE

HeaderKey = int
"""What a viewer negotiated and is told in each header: from the lowest bit 8 for the
payload type, 4 for the id of abs-send-time, 4 for that of playout-delay, 0 for neither,
and 12 for the delay."""

PLAYOUT_DELAY_UNIT_MS = 10
_MAX_PLAYOUT_DELAY = 1_000
"""10 s, libwebrtc's own upper limit."""


def header_key(
    payload_type: int,
    abs_send_time_id: int | None = None,
    playout_delay_id: int | None = None,
    delay_ms: int = 0,
) -> HeaderKey:
    key = payload_type | (abs_send_time_id or 0) << 8
    if playout_delay_id is None:
        return key
    return key | playout_delay_id << 12 | delay_ms // PLAYOUT_DELAY_UNIT_MS << 16


def abs_send_time(now_ns: int) -> bytes:
    """Give the value of the extension: 24 bit, 6.18 fixed point seconds."""
    return ((now_ns << 18) // 1_000_000_000 & 0xFFFFFF).to_bytes(3, "big")


class Shift(NamedTuple):
    """How a viewer's numbers differ from those of the line it is on.

    A viewer that was moved between lines, or that paused, goes on where it was: its
    numbers have no gap and its time does not run backwards.
    """

    seqno: int
    """Added to `ext_seqno`."""
    timestamp: int
    """Added to the timestamp, ticks; 0 or the little that two layers overlap."""


NO_SHIFT = Shift(0, 0)


class OutPacket:
    """One packet of a slot, made once and shared by all its viewers.

    `payload` may be empty: such a packet only fills a sequence number that a
    publisher spent on padding.
    """

    __slots__ = (
        "_header",
        "_header_key",
        "codec",
        "ext_seqno",
        "marker",
        "payload",
        "send_time",
        "ssrc",
        "timestamp",
    )

    def __init__(
        self,
        ext_seqno: int,
        timestamp: int,
        marker: bool,
        payload: bytes,
        codec: Codec,
        ssrc: int,
        send_time: bytes = b"\0\0\0",
    ) -> None:
        self.ext_seqno = ext_seqno
        """Sequence number without wraps; its low 16 bits are on the wire."""
        self.timestamp = timestamp
        """32 bit, in ticks of the codec's clock."""
        self.marker = marker
        self.payload = payload
        self.codec: Codec = codec
        self.ssrc = ssrc
        self.send_time = send_time
        """Value of abs-send-time: when the packet was made. It never changes, since the
        header is authenticated and a number may not be used for two headers."""
        self._header_key: HeaderKey = -1
        self._header = b""

    def header(self, key: HeaderKey) -> bytes:
        """Give the RTP header, 12 to 24 bytes; kept for the last key asked for."""
        if key != self._header_key:
            self._header_key = key
            self._header = self.shifted_header(key, NO_SHIFT)
        return self._header

    def shifted_header(self, key: HeaderKey, shift: Shift) -> bytes:
        """Give the header as one viewer with its own numbers sees it."""
        payload_type = key & 0x7F
        second = payload_type | 0x80 if self.marker else payload_type
        seqno = (self.ext_seqno + shift.seqno) & 0xFFFF
        timestamp = (self.timestamp + shift.timestamp) & 0xFFFFFFFF
        extension_id = key >> 8 & 0xF
        if key >> 12:
            fixed = _HEADER.pack(0x90, second, seqno, timestamp, self.ssrc)
            return fixed + _extension(extension_id, self.send_time, key >> 12)
        if not extension_id:
            return _HEADER.pack(0x80, second, seqno, timestamp, self.ssrc)
        return _EXTENDED.pack(
            0x90,
            second,
            seqno,
            timestamp,
            self.ssrc,
            _ONE_BYTE_PROFILE,
            1,
            extension_id << 4 | 2,
            self.send_time,
        )


def _extension(abs_send_time_id: int, send_time: bytes, playout: int) -> bytes:
    """Give the block with playout-delay: 12 bits each for least and most, in 10 ms."""
    limits = (playout >> 4) << 12 | _MAX_PLAYOUT_DELAY
    block = bytes(((playout & 0xF) << 4 | 2,)) + limits.to_bytes(3, "big")
    if abs_send_time_id:
        block = bytes((abs_send_time_id << 4 | 2,)) + send_time + block
    return struct.pack(">HH", _ONE_BYTE_PROFILE, len(block) // 4) + block


class MediaOut(Protocol):
    """A viewer's transport, or a plain-RTP sink. Calls neither raise nor block."""

    @property
    def crowds(self) -> CrowdMaker | None:
        """What sends to many of this kind at once; None when each is sent to alone."""
        ...

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        """Send packets of the viewer's negotiated stream with this index.

        The first packet a stream ever gets has its lowest `ext_seqno`; later ones may
        come out of order. All packets of a call have one codec, which the stream
        negotiated. The sequence is shared with other viewers and must not change.
        """
        ...

    def send_shifted(
        self, stream: int, packets: Sequence[OutPacket], shift: Shift
    ) -> None:
        """Send like `send`, with this viewer's own numbers."""
        ...

    def resend(
        self, stream: int, packet: OutPacket, shift: Shift, send_time: bytes
    ) -> None:
        """Send a packet again: by RTX when negotiated, else as it was.

        `send_time` is the abs-send-time of now; only RTX packets may carry it.
        """
        ...

    def pad(self, stream: int, send_time: bytes) -> int:
        """Send a packet of padding alone on the RTX stream.

        Gives its RTP size in bytes, 0 where there is no RTX or no path.
        """
        ...

    def delay_playout(self, stream: int, delay_ms: int) -> None:
        """Tell the viewer from now on to show this stream so much later at least.

        0 to 10,000 ms; without effect where the extension was not negotiated.
        """
        ...

    def send_rtcp(self, data: bytes) -> None:
        """Send one compound RTCP packet."""
        ...


Member = tuple[MediaOut, int, Shift]
"""One stream of one viewer, and its numbers."""


class MediaCrowd(Protocol):
    """Members that get the same packets."""

    def send(self, packets: Sequence[OutPacket]) -> Sequence[int]:
        """Send to each as `MediaOut.send` or `send_shifted` does.

        Gives the positions of members for whom it raised.
        """
        ...


class CrowdMaker(Protocol):
    """What many transports have in common."""

    def gather(self, members: Sequence[Member]) -> MediaCrowd:
        """Make a crowd of members whose `crowds` this is."""
        ...


class MediaIn(Protocol):
    """A publisher's transport."""

    def send_rtcp(self, data: bytes) -> None:
        """Send one compound RTCP packet."""
        ...


class RelayOut(Protocol):
    """The way to a replica of the router on another worker."""

    def send(self, message: bytes) -> None:
        """Send one message, whole and in order; neither raises nor blocks."""
        ...


@dataclass(slots=True, frozen=True)
class DeclaredTrack:
    """One track of a publisher, as its SDP declared it."""

    mid: str
    kind: MediaKind
    payload_types: dict[int, Codec]
    ssrc: int | None = None
    rtx_ssrc: int | None = None
    rtx_payload_types: dict[int, int] = field(default_factory=dict)
    """RTX payload type -> payload type of the media it repeats."""
    audio_level_id: int | None = None
    """Header extension id of RFC 6464, when negotiated."""
    mid_id: int | None = None
    """Header extension id of the SDES MID, when negotiated."""
    rids: tuple[str, ...] = ()
    """Simulcast: restriction ids (RFC 8851) from the smallest picture to the largest.
    Their SSRCs are learnt from the packets; empty for a track with one encoding."""
    rid_id: int | None = None
    repaired_rid_id: int | None = None
    """Header extension ids of RFC 8852."""
    transport_cc_id: int | None = None
    """Header extension id of the transport-wide sequence number, when negotiated."""


@dataclass(slots=True, frozen=True)
class LearntSsrc:
    """An SSRC that no SDP told and a packet did; later packets no longer say so."""

    ssrc: int
    mid: str
    rid: str
    is_repeat: bool


@dataclass(slots=True, frozen=True)
class ViewerStream:
    """One stream a viewer negotiated; its index in the list is its name in calls."""

    slot: str
    kind: MediaKind
    payload_types: dict[Codec, int]
    rtx_payload_types: dict[Codec, int]
    ssrc: int
    rtx_ssrc: int | None
    abs_send_time_id: int | None = None
    """Header extension id; the viewer estimates its line by it and sends REMB."""
    playout_delay_id: int | None = None
    """Header extension id."""
