"""SDP answers: ICE-lite, every candidate, one bundle, passive DTLS (RFC 9725, 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.protocol import AUDIO_SLOTS, MediaKind
from media.rtp.codecs import RED_BLOCK_PAYLOAD_TYPE
from media.sfu.ports import LOUDEST_AUDIO_SLOT, DeclaredTrack, ViewerStream
from media.transport.negotiate import (
    ABS_SEND_TIME_URI,
    PLAYOUT_DELAY_URI,
    TRANSPORT_CC_URI,
    AcceptedCodec,
    AcceptedSection,
    accept_codecs,
    accept_publish_extensions,
    accept_receive_extensions,
    declared_track,
)
from media.transport.sdp import NoCommonCodecError, Offer, OfferedSection, SdpError

MAX_TRACKS = 6
"""Of one publisher; further sections are rejected. Pages send two, and each costs 3 us
for every packet that fits no stream."""

_CNAME = "hallcast"
_NAMES = {"opus": "opus", "red": "red", "h264": "H264", "vp8": "VP8"}
_START_KBPS = 1_000
"""Chromium begins at 300 kbit/s and takes 20 s to a good picture otherwise."""


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """Our half of the ICE and DTLS session."""

    ufrag: str
    password: str
    fingerprint: str
    addresses: tuple[str, ...]
    port: int
    has_tcp: bool = False
    """Whether the same port number takes ICE-TCP connections."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The text and what it promised."""

    sdp: str
    tracks: tuple[DeclaredTrack, ...] = ()
    """Publish: what the peer may send."""
    streams: tuple[ViewerStream, ...] = ()
    """Receive: what the peer expects from us."""


@dataclass(frozen=True, slots=True)
class SlotSsrcs:
    """How the router numbers its slots."""

    media: Callable[[str], int]
    rtx: Callable[[str], int]


def answer_publish(offer: Offer, transport: LocalTransport, max_bps: int) -> Answer:
    """Accept what the peer wants to send: every Opus, H.264 and VP8 section."""
    accepted: dict[str, AcceptedSection] = {}
    for section in _usable_sections(offer, ("sendonly", "sendrecv")):
        codecs = accept_codecs(section, is_publish=True)
        if codecs and len(accepted) < MAX_TRACKS:
            extensions = accept_publish_extensions(section)
            accepted[section.mid] = AcceptedSection(section, codecs, extensions)
    _require_media(offer, accepted)
    bodies = {
        mid: _publish_lines(section, max_bps) for mid, section in accepted.items()
    }
    tracks = tuple(declared_track(section) for section in accepted.values())
    text = _render(offer, transport, accepted, bodies, max_bps // 1000)
    return Answer(text, tracks=tracks)


def answer_receive(
    offer: Offer, transport: LocalTransport, profile: Sequence[str], ssrcs: SlotSsrcs
) -> Answer:
    """Give video sections the slots of `profile` in order, audio the audio slots."""
    sections = _usable_sections(offer, ("recvonly", "sendrecv"))
    waiting = {"video": list(profile), "audio": _audio_slots(sections)}
    accepted: dict[str, AcceptedSection] = {}
    streams: dict[str, ViewerStream] = {}
    for section in sections:
        codecs = accept_codecs(section, is_publish=False)
        slots = waiting[section.kind]
        if not codecs or not slots:
            continue
        extensions = accept_receive_extensions(section)
        accepted[section.mid] = AcceptedSection(section, codecs, extensions)
        streams[section.mid] = _stream(accepted[section.mid], slots.pop(0), ssrcs)
    _require_media(offer, accepted)
    bodies = {
        mid: _receive_lines(section, streams[mid]) for mid, section in accepted.items()
    }
    text = _render(offer, transport, accepted, bodies)
    return Answer(text, streams=tuple(streams.values()))


def _usable_sections(offer: Offer, directions: tuple[str, str]) -> list[OfferedSection]:
    """Sections of media in the wanted direction that share the one transport."""
    return [
        section
        for position, section in enumerate(offer.sections)
        if section.kind in ("audio", "video")
        and section.protocol == "UDP/TLS/RTP/SAVPF"
        and section.direction in directions
        and section.has_rtcp_mux
        and not section.is_rejected
        and (section.mid in offer.bundle or (not offer.bundle and position == 0))
    ]


def _require_media(offer: Offer, accepted: dict[str, AcceptedSection]) -> None:
    if accepted:
        return
    if any(section.kind in ("audio", "video") for section in offer.sections):
        raise NoCommonCodecError("no media section has a codec and direction of ours")
    raise SdpError("an offer without audio or video")


def _audio_slots(sections: list[OfferedSection]) -> list[str]:
    count = sum(section.kind == "audio" for section in sections)
    return [LOUDEST_AUDIO_SLOT] if count == 1 else list(AUDIO_SLOTS)


def _stream(section: AcceptedSection, slot: str, ssrcs: SlotSsrcs) -> ViewerStream:
    rtx = section.rtx_payload_types
    kind: MediaKind = "audio" if section.offered.kind == "audio" else "video"
    return ViewerStream(
        slot=slot,
        kind=kind,
        payload_types=section.payload_types,
        rtx_payload_types=rtx,
        ssrc=ssrcs.media(slot),
        rtx_ssrc=ssrcs.rtx(slot) if rtx else None,
        abs_send_time_id=section.extensions.get(ABS_SEND_TIME_URI),
        playout_delay_id=section.extensions.get(PLAYOUT_DELAY_URI),
    )


def _render(
    offer: Offer,
    transport: LocalTransport,
    accepted: dict[str, AcceptedSection],
    bodies: dict[str, list[str]],
    video_kbps: int | None = None,
) -> str:
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=msid-semantic:WMS *",
    ]
    if offer.bundle:
        lines.append("a=group:BUNDLE " + " ".join(accepted))
    for section in offer.sections:
        if section.mid in accepted:
            lines += _accepted_lines(accepted[section.mid], transport, video_kbps)
            lines += bodies[section.mid]
        else:
            lines += _rejected_lines(section)
    return "\r\n".join(lines) + "\r\n"


def _rejected_lines(section: OfferedSection) -> list[str]:
    lines = [
        f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
    ]
    return [*lines, f"a=mid:{section.mid}"] if section.mid else lines


def _accepted_lines(
    section: AcceptedSection, transport: LocalTransport, video_kbps: int | None
) -> list[str]:
    offered = section.offered
    numbers: list[int] = []
    for item in section.codecs:
        numbers.append(item.offered.payload_type)
        if item.rtx_payload_type is not None:
            numbers.append(item.rtx_payload_type)
    formats = " ".join(str(number) for number in numbers)
    lines = [
        f"m={offered.kind} 9 {offered.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        *([f"b=AS:{video_kbps}"] if video_kbps and offered.kind == "video" else []),
        *([f"a=mid:{offered.mid}"] if offered.mid else []),
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        f"a=fingerprint:sha-256 {transport.fingerprint}",
        "a=setup:passive",
        "a=rtcp-mux",
    ]
    if offered.has_rtcp_rsize:
        lines.append("a=rtcp-rsize")
    lines += _candidate_lines(transport)
    lines += [f"a=extmap:{number} {uri}" for uri, number in section.extensions.items()]
    return lines


def _candidate_lines(transport: LocalTransport) -> list[str]:
    lines = []
    for position, address in enumerate(transport.addresses):
        priority = (126 << 24) | ((65_535 - position) << 8) | 255
        lines.append(
            f"a=candidate:{position + 1} 1 udp {priority} "
            f"{address} {transport.port} typ host"
        )
    if transport.has_tcp:
        lines += _tcp_candidate_lines(transport)
    return [*lines, "a=end-of-candidates"]


def _tcp_candidate_lines(transport: LocalTransport) -> list[str]:
    """Name the passive TCP candidates (RFC 6544), below UDP and above relays.

    Type preference 90 as browsers give it; direction preference 4, passive (4.2).
    """
    return [
        f"a=candidate:{len(transport.addresses) + position + 1} 1 tcp "
        f"{90 << 24 | (4 << 13 | 8191 - position) << 8 | 255} "
        f"{address} {transport.port} typ host tcptype passive"
        for position, address in enumerate(transport.addresses)
    ]


def _codec_lines(item: AcceptedCodec, extra_fmtp: Sequence[str] = ()) -> list[str]:
    offered, number = item.offered, item.offered.payload_type
    channels = f"/{offered.channels}" if offered.channels > 1 else ""
    name = _NAMES[item.codec]
    lines = [f"a=rtpmap:{number} {name}/{offered.clock_rate_hz}{channels}"]
    fmtp = _fmtp(item) + list(extra_fmtp)
    if fmtp:
        lines.append(f"a=fmtp:{number} {';'.join(fmtp)}")
    lines += [f"a=rtcp-fb:{number} {feedback}" for feedback in item.feedback]
    if item.rtx_payload_type is not None:
        lines.append(f"a=rtpmap:{item.rtx_payload_type} rtx/{offered.clock_rate_hz}")
        lines.append(f"a=fmtp:{item.rtx_payload_type} apt={number}")
    return lines


def _fmtp(item: AcceptedCodec) -> list[str]:
    if item.codec == "opus":
        return ["minptime=10", "useinbandfec=1"]
    if item.codec == "red":
        return [f"{RED_BLOCK_PAYLOAD_TYPE}/{RED_BLOCK_PAYLOAD_TYPE}"]
    if item.codec == "h264":
        profile = item.offered.parameters.get("profile-level-id", "42e01f")
        return [
            "level-asymmetry-allowed=1",
            "packetization-mode=1",
            f"profile-level-id={profile}",
        ]
    return []


def _publish_lines(section: AcceptedSection, max_bps: int) -> list[str]:
    lines = ["a=recvonly"]
    extra: list[str] = []
    if section.offered.kind == "video":
        extra = [f"x-google-start-bitrate={min(_START_KBPS, max_bps // 1000)}"]
    for item in section.codecs:
        lines += _codec_lines(item, extra)
        if TRANSPORT_CC_URI in section.extensions:
            lines += _transport_cc_lines(item)
    if section.rids:
        lines += [f"a=rid:{rid} recv" for rid in section.rids]
        lines.append("a=simulcast:recv " + ";".join(section.rids))
    return lines


def _transport_cc_lines(item: AcceptedCodec) -> list[str]:
    if "transport-cc" not in item.offered.feedback:
        return []
    return [f"a=rtcp-fb:{item.offered.payload_type} transport-cc"]


def _receive_lines(section: AcceptedSection, stream: ViewerStream) -> list[str]:
    lines = ["a=sendonly", f"a=msid:{_CNAME} {stream.slot}"]
    for item in section.codecs:
        lines += _codec_lines(item)
    if stream.rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {stream.ssrc} {stream.rtx_ssrc}")
    for ssrc in (stream.ssrc, stream.rtx_ssrc):
        if ssrc is not None:
            lines.append(f"a=ssrc:{ssrc} cname:{_CNAME}")
            lines.append(f"a=ssrc:{ssrc} msid:{_CNAME} {stream.slot}")
    return lines
