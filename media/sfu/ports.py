"""Where the router and the transports meet: values and two small protocols.

`media/sfu` and `media/transport` both import this file and never each other.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from media.protocol import Codec, MediaKind

LOUDEST_AUDIO_SLOT = "audio-loudest"
"""The audio slot for a viewer with a single audio section (a plain WHEP player).

It follows the loudest source of the room. Viewers with three audio sections take
`media.protocol.AUDIO_SLOTS` instead, where a source stays in its slot.
"""

_HEADER = struct.Struct(">BBHII")


class OutPacket:
    """One packet of a slot, made once and shared by all its viewers.

    `payload` may be empty: such a packet only fills a sequence number that a
    publisher spent on padding.
    """

    __slots__ = (
        "_header",
        "_header_payload_type",
        "codec",
        "ext_seqno",
        "marker",
        "payload",
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
    ) -> None:
        self.ext_seqno = ext_seqno
        """Sequence number without wraps; its low 16 bits are on the wire."""
        self.timestamp = timestamp
        """32 bit, in ticks of the codec's clock."""
        self.marker = marker
        self.payload = payload
        self.codec: Codec = codec
        self.ssrc = ssrc
        self._header_payload_type = -1
        self._header = b""

    def header(self, payload_type: int) -> bytes:
        """Give the 12-byte RTP header; kept for the last payload type asked for."""
        if payload_type != self._header_payload_type:
            self._header_payload_type = payload_type
            self._header = _HEADER.pack(
                0x80,
                payload_type | 0x80 if self.marker else payload_type,
                self.ext_seqno & 0xFFFF,
                self.timestamp,
                self.ssrc,
            )
        return self._header


class MediaOut(Protocol):
    """A viewer's transport, or a plain-RTP sink. Calls neither raise nor block."""

    def send(self, stream: int, packets: Sequence[OutPacket]) -> None:
        """Send packets of the viewer's negotiated stream with this index.

        The first packet a stream ever gets has its lowest `ext_seqno`; later ones may
        come out of order. All packets of a call have one codec, which the stream
        negotiated. The sequence is shared with other viewers and must not be kept.
        """
        ...

    def resend(self, stream: int, packet: OutPacket) -> None:
        """Send a packet again: by RTX when negotiated, else as it was."""
        ...

    def send_rtcp(self, data: bytes) -> None:
        """Send one compound RTCP packet."""
        ...


class MediaIn(Protocol):
    """A publisher's transport."""

    def send_rtcp(self, data: bytes) -> None:
        """Send one compound RTCP packet."""
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


@dataclass(slots=True, frozen=True)
class ViewerStream:
    """One stream a viewer negotiated; its index in the list is its name in calls."""

    slot: str
    kind: MediaKind
    payload_types: dict[Codec, int]
    rtx_payload_types: dict[Codec, int]
    ssrc: int
    rtx_ssrc: int | None
