"""RTCP codec: the values. `rtcp_codec` parses and builds them.

RFC 3550 6.4 (SR, RR, SDES, BYE), RFC 4585 6 (NACK, PLI), RFC 5104 4.3.1 (FIR),
draft-alvestrand-rmcat-remb-03 (REMB).
"""

from __future__ import annotations

from dataclasses import dataclass


class MalformedRtcpError(ValueError):
    """The bytes are no compound RTCP packet; the text says why."""


@dataclass(slots=True, frozen=True)
class ReportBlock:
    ssrc: int
    fraction_lost: int
    """Lost since the last report, in 1/256."""
    packets_lost: int
    """Since the start; signed 24 bit, negative when packets came twice."""
    highest_seqno: int
    """Cycles (high 16 bit) and highest sequence number (low 16 bit)."""
    jitter_ticks: int
    last_sr: int
    """Middle 32 bit of the last sender report's NTP time, 0 when none came."""
    delay_since_last_sr: int
    """In 1/65536 s."""


@dataclass(slots=True, frozen=True)
class SenderReport:
    ssrc: int
    ntp: int
    """32.32 fixed point."""
    rtp_timestamp: int
    packet_count: int
    octet_count: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(slots=True, frozen=True)
class ReceiverReport:
    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(slots=True, frozen=True)
class SourceDescription:
    cnames: tuple[tuple[int, str], ...]
    """SSRC and CNAME; other items are skipped when parsed."""


@dataclass(slots=True, frozen=True)
class Goodbye:
    ssrcs: tuple[int, ...]


@dataclass(slots=True, frozen=True)
class Nack:
    sender_ssrc: int
    media_ssrc: int
    seqnos: tuple[int, ...]


@dataclass(slots=True, frozen=True)
class PictureLossIndication:
    sender_ssrc: int
    media_ssrc: int


@dataclass(slots=True, frozen=True)
class FullIntraRequest:
    sender_ssrc: int
    media_ssrcs: tuple[int, ...]


@dataclass(slots=True, frozen=True)
class ReceiverEstimate:
    """REMB: what the receiver thinks it can take of these streams together."""

    sender_ssrc: int
    bitrate_bps: int
    media_ssrcs: tuple[int, ...]


RtcpPacket = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Goodbye
    | Nack
    | PictureLossIndication
    | FullIntraRequest
    | ReceiverEstimate
)
