"""Which codecs, repair and extensions of an offered section we take.

H.264 constrained baseline (42e01f, packetization-mode 1), VP8 and Opus; RTX where it
is offered; H.264 first, because the recorder copies it and must transcode VP8.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from media.protocol import Codec
from media.rtp.codecs import RED_BLOCK_PAYLOAD_TYPE
from media.sfu.ports import DeclaredTrack
from media.transport.sdp import OfferedCodec, OfferedSection

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
AUDIO_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

RID_URI = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID_URI = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
TRANSPORT_CC_URI = (
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)
ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

MAX_LAYERS = 3
_RISING_RIDS = (("l", "m", "h"), ("q", "h", "f"))
"""Names whose order is known; others come from the smallest to the largest."""

_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")
_CLOCK_RATES_HZ = {"opus": 48_000, "red": 48_000, "h264": 90_000, "vp8": 90_000}
_ORDER: tuple[Codec, ...] = ("h264", "vp8")


@dataclass(slots=True)
class AcceptedCodec:
    """A codec of the answer with the payload types the offer gave it."""

    codec: Codec
    offered: OfferedCodec
    rtx_payload_type: int | None = None

    @property
    def feedback(self) -> list[str]:
        return [name for name in _FEEDBACK if name in self.offered.feedback]


@dataclass(slots=True)
class AcceptedSection:
    """A section we answer with media."""

    offered: OfferedSection
    codecs: list[AcceptedCodec]
    extensions: dict[str, int] = field(default_factory=dict)

    @property
    def rids(self) -> tuple[str, ...]:
        """The simulcast streams we take, from the smallest to the largest."""
        if self.offered.kind != "video" or RID_URI not in self.extensions:
            return ()
        offered = self.offered.rids
        for rising in _RISING_RIDS:
            if set(offered) <= set(rising):
                offered = [rid for rid in rising if rid in offered]
        return tuple(offered[-MAX_LAYERS:]) if len(offered) > 1 else ()

    @property
    def payload_types(self) -> dict[Codec, int]:
        return {item.codec: item.offered.payload_type for item in self.codecs}

    @property
    def rtx_payload_types(self) -> dict[Codec, int]:
        return {
            item.codec: item.rtx_payload_type
            for item in self.codecs
            if item.rtx_payload_type is not None
        }


def accept_codecs(section: OfferedSection, *, is_publish: bool) -> list[AcceptedCodec]:
    """List what the section and we have in common, H.264 before VP8."""
    if section.kind == "audio":
        opus = next((c for c in section.codecs if _is(c, "opus")), None)
        if opus is None:
            return []
        red = None if is_publish else _red_of(section, opus)
        plain = AcceptedCodec("opus", opus)
        return [plain, AcceptedCodec("red", red)] if red else [plain]
    found: dict[Codec, OfferedCodec] = {}
    h264 = _best_h264(section.codecs, accepts_any=is_publish)
    vp8 = next((c for c in section.codecs if _is(c, "vp8")), None)
    if h264 is not None:
        found["h264"] = h264
    if vp8 is not None:
        found["vp8"] = vp8
    return [
        AcceptedCodec(codec, found[codec], _rtx_of(section, found[codec]))
        for codec in _ORDER
        if codec in found
    ]


def accept_publish_extensions(section: OfferedSection) -> dict[str, int]:
    """Pick the header extensions the router reads."""
    if section.kind == "audio":
        return _pick(section, (MID_URI, AUDIO_LEVEL_URI, TRANSPORT_CC_URI))
    return _pick(section, (MID_URI, RID_URI, REPAIRED_RID_URI, TRANSPORT_CC_URI))


def accept_receive_extensions(section: OfferedSection) -> dict[str, int]:
    """Pick the header extensions we send: what the viewer estimates its line by, and
    how long its pictures are to wait for repeats."""
    return _pick(section, (ABS_SEND_TIME_URI, PLAYOUT_DELAY_URI))


def _pick(section: OfferedSection, wanted: tuple[str, ...]) -> dict[str, int]:
    # Ids above 14 need two-byte headers, which nobody offers for these.
    return {
        uri: number
        for uri, number in section.extensions.items()
        if uri in wanted and 1 <= number <= 14
    }


def declared_track(section: AcceptedSection) -> DeclaredTrack:
    """Tell the router what this section of a publisher will send."""
    offered = section.offered
    # Of simulcast streams only the packets tell which SSRC is which.
    ssrc = offered.ssrcs[0] if offered.ssrcs and not section.rids else None
    rtx_ssrc: int | None = None
    for media_ssrc, repair_ssrc in offered.fid_groups:
        if ssrc in (None, media_ssrc) and not section.rids:
            ssrc, rtx_ssrc = media_ssrc, repair_ssrc
            break
    return DeclaredTrack(
        mid=offered.mid,
        kind="audio" if offered.kind == "audio" else "video",
        payload_types={c.offered.payload_type: c.codec for c in section.codecs},
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc,
        rtx_payload_types={
            c.rtx_payload_type: c.offered.payload_type
            for c in section.codecs
            if c.rtx_payload_type is not None
        },
        audio_level_id=section.extensions.get(AUDIO_LEVEL_URI),
        mid_id=section.extensions.get(MID_URI),
        rids=section.rids,
        rid_id=section.extensions.get(RID_URI),
        repaired_rid_id=section.extensions.get(REPAIRED_RID_URI),
        transport_cc_id=section.extensions.get(TRANSPORT_CC_URI),
    )


def _is(codec: OfferedCodec, name: str) -> bool:
    return codec.name == name and codec.clock_rate_hz == _CLOCK_RATES_HZ[name]


def _best_h264(codecs: list[OfferedCodec], *, accepts_any: bool) -> OfferedCodec | None:
    """Find constrained baseline with packetization-mode 1, else plain baseline.

    A publishing encoder that offers only another profile is taken as it is: browsers
    decode main and high too, and refusing OBS in its default setting helps nobody.
    """
    usable = [
        codec
        for codec in codecs
        if _is(codec, "h264") and codec.parameters.get("packetization-mode") == "1"
    ]
    ranked = sorted(usable, key=_h264_rank)
    if not ranked or (not accepts_any and _h264_rank(ranked[0]) > 1):
        return None
    return ranked[0]


def _h264_rank(codec: OfferedCodec) -> int:
    profile = codec.parameters.get("profile-level-id", "42e01f").lower()
    if not profile.startswith("42"):
        return 2
    try:
        constraints = int(profile[2:4], 16)
    except ValueError:
        return 3
    # constraint_set1_flag: the stream obeys constrained baseline (RFC 6184, 8.1).
    return 0 if constraints & 0x40 else 1


def _red_of(section: OfferedSection, opus: OfferedCodec) -> OfferedCodec | None:
    if opus.payload_type != RED_BLOCK_PAYLOAD_TYPE:
        return None
    return next((one for one in section.codecs if _is(one, "red")), None)


def _rtx_of(section: OfferedSection, codec: OfferedCodec) -> int | None:
    wanted = str(codec.payload_type)
    for candidate in section.codecs:
        if candidate.name == "rtx" and candidate.parameters.get("apt") == wanted:
            return candidate.payload_type
    return None
