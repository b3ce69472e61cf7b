"""SDP offers of WHIP and WHEP clients, parsed into values (RFC 8866, JSEP RFC 9429).

Only what we answer to is kept. The client's candidates are counted and otherwise
ignored: an ICE-lite server never contacts an address it was merely told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from media.transport.dtls import FINGERPRINT_ALGORITHMS

MAX_SDP_BYTES = 48 << 10
"""Chromium offers 26 KB for the seven sections of a seminar viewer, more with many
interfaces, so the 32 KiB one would wish for refuse honest viewers."""
MAX_CANDIDATES = 20
"""Of one section: a browser gathers for every section before it knows of the bundle."""
MAX_SECTIONS = 24
MAX_LINES = 2_000
"""Chromium offers 783 for a seminar viewer. Parsing must not hold up the packets of a
whole worker: what follows keeps the dearest offer below 50 ms."""
MAX_SSRCS = 64
"""Of one section; simulcast with repair has six."""
MAX_FINGERPRINTS = 8
MAX_FEEDBACK = 16
"""Kept of one codec; browsers offer five or six."""

_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})


class SdpError(ValueError):
    """The offer can not be answered; the sentence says why."""

    code = "bad_sdp"


class NoCommonCodecError(SdpError):
    """The offer has media sections, but none with a codec of ours."""

    code = "no_common_codec"


@dataclass(slots=True)
class OfferedCodec:
    """One payload type of a section."""

    payload_type: int
    name: str
    """Lower case, as `a=rtpmap` gives it."""
    clock_rate_hz: int
    channels: int
    parameters: dict[str, str] = field(default_factory=dict)
    fmtp: str = ""
    feedback: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OfferedSection:
    """One m-line."""

    kind: str
    protocol: str
    formats: list[str]
    is_rejected: bool
    """Offered with port 0 and not bundled."""
    mid: str = ""
    direction: str = "sendrecv"
    codecs: list[OfferedCodec] = field(default_factory=list)
    extensions: dict[str, int] = field(default_factory=dict)
    """Header extension URI -> id."""
    ssrcs: list[int] = field(default_factory=list)
    """In the order of their first `a=ssrc` line."""
    fid_groups: list[tuple[int, int]] = field(default_factory=list)
    rids: list[str] = field(default_factory=list)
    """Simulcast streams it would send (RFC 8853), as ordered there."""
    has_rtcp_mux: bool = False
    has_rtcp_rsize: bool = False
    is_bundle_only: bool = False


@dataclass(slots=True)
class Offer:
    """What an offer says, session-level values already inherited."""

    sections: list[OfferedSection]
    fingerprints: tuple[tuple[str, str], ...]
    """(algorithm, value) pairs; at least one, all of algorithms we can compute."""
    bundle: tuple[str, ...]


def parse_offer(text: str) -> Offer:
    """Parse an offer; raises SdpError."""
    if len(text.encode()) > MAX_SDP_BYTES:
        raise SdpError(f"an SDP of more than {MAX_SDP_BYTES} bytes")
    lines = [line.rstrip("\r") for line in text.split("\n") if line.strip()]
    if not lines or lines[0] != "v=0":
        raise SdpError("not an SDP")
    if len(lines) > MAX_LINES:
        raise SdpError(f"an SDP of more than {MAX_LINES} lines")
    session, media = _split_sections(lines)
    if not media:
        raise SdpError("an SDP without media")
    if len(media) > MAX_SECTIONS:
        raise SdpError(f"more than {MAX_SECTIONS} media sections")
    _check_transport(lines)
    sections = [_parse_section(section) for section in media]
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids):
        raise SdpError("two media sections with one mid")
    return Offer(sections, _parse_fingerprints(lines), _parse_bundle(session))


def _split_sections(lines: list[str]) -> tuple[list[str], list[list[str]]]:
    session: list[str] = []
    media: list[list[str]] = []
    for line in lines:
        if len(line) < 2 or line[1] != "=":
            raise SdpError(f"not an SDP line: {line[:40]!r}")
        if line.startswith("m="):
            media.append([])
        (media[-1] if media else session).append(line)
    return session, media


def _check_transport(lines: list[str]) -> None:
    if not any(line.startswith("a=ice-ufrag:") for line in lines):
        raise SdpError("an offer without ICE")
    setups = {line[8:].strip() for line in lines if line.startswith("a=setup:")}
    if not setups <= {"actpass", "active"}:
        raise SdpError("the offerer must be able to be the DTLS client")
    if "a=ice-lite" in lines:
        raise SdpError("two ICE-lite agents can not reach each other")


def _parse_fingerprints(lines: list[str]) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in lines:
        if not line.startswith("a=fingerprint:"):
            continue
        algorithm, _, value = line[14:].strip().partition(" ")
        pair = (algorithm.lower(), value.strip().upper())
        if pair[0] in FINGERPRINT_ALGORITHMS and pair not in found:
            found.append(pair)
        if len(found) > MAX_FINGERPRINTS:
            raise SdpError(f"more than {MAX_FINGERPRINTS} certificate fingerprints")
    if not found:
        raise SdpError("an offer without a usable certificate fingerprint")
    return tuple(found)


def _parse_bundle(session: list[str]) -> tuple[str, ...]:
    for line in session:
        if line.startswith("a=group:BUNDLE"):
            return tuple(line.split()[1:])
    return ()


def _parse_section(lines: list[str]) -> OfferedSection:
    words = lines[0][2:].split()
    if len(words) < 4:
        raise SdpError("a media line with too few words")
    kind, port, protocol = words[0], words[1].partition("/")[0], words[2]
    section = OfferedSection(kind, protocol, words[3:], is_rejected=port == "0")
    if kind in ("audio", "video"):
        numbers = [_number(word, 127) for word in words[3:]]
        if len(set(numbers)) != len(numbers):
            raise SdpError("a media line that names a payload type twice")
        section.codecs = [OfferedCodec(number, "", 0, 1) for number in numbers]
    if sum(line.startswith("a=candidate:") for line in lines) > MAX_CANDIDATES:
        raise SdpError(f"more than {MAX_CANDIDATES} candidates in a section")
    for line in lines[1:]:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            _parse_attribute(section, name, value.strip())
    if section.is_bundle_only:
        section.is_rejected = False
    return section


def _parse_attribute(section: OfferedSection, name: str, value: str) -> None:
    if name in _DIRECTIONS:
        section.direction = name
    elif name == "mid":
        if not value or len(value) > 32:
            raise SdpError("a mid that is empty or too long")
        section.mid = value
    elif name == "rtcp-mux":
        section.has_rtcp_mux = True
    elif name == "rtcp-rsize":
        section.has_rtcp_rsize = True
    elif name == "bundle-only":
        section.is_bundle_only = True
    elif name in _VALUED:
        _VALUED[name](section, value)


def _parse_rtpmap(section: OfferedSection, value: str) -> None:
    word, _, encoding = value.partition(" ")
    parts = encoding.split("/")
    if len(parts) < 2:
        raise SdpError("an rtpmap without a clock rate")
    for codec in _codecs_of(section, word):
        codec.name = parts[0].strip().lower()
        codec.clock_rate_hz = _number(parts[1], 10**9)
        codec.channels = _number(parts[2], 255) if len(parts) > 2 else 1


def _parse_fmtp(section: OfferedSection, value: str) -> None:
    word, _, text = value.partition(" ")
    parameters: dict[str, str] = {}
    for part in text.split(";"):
        key, _, setting = part.strip().partition("=")
        parameters[key.lower()] = setting.strip()
    for codec in _codecs_of(section, word):
        codec.fmtp = text.strip()
        codec.parameters.update(parameters)


def _parse_feedback(section: OfferedSection, value: str) -> None:
    word, _, feedback = value.partition(" ")
    codecs = section.codecs if word == "*" else _codecs_of(section, word)
    for codec in codecs:
        if len(codec.feedback) < MAX_FEEDBACK:
            codec.feedback.append(feedback.strip())


def _parse_extmap(section: OfferedSection, value: str) -> None:
    words = value.split()
    if len(words) < 2:
        raise SdpError("an extmap without a URI")
    section.extensions[words[1]] = _number(words[0].partition("/")[0], 255)


def _parse_ssrc(section: OfferedSection, value: str) -> None:
    ssrc = _number(value.partition(" ")[0], 0xFFFFFFFF)
    if ssrc not in section.ssrcs:
        if len(section.ssrcs) >= MAX_SSRCS:
            raise SdpError(f"more than {MAX_SSRCS} SSRCs in a section")
        section.ssrcs.append(ssrc)


def _parse_ssrc_group(section: OfferedSection, value: str) -> None:
    words = value.split()
    if len(words) == 3 and words[0] == "FID":
        pair = (_number(words[1], 0xFFFFFFFF), _number(words[2], 0xFFFFFFFF))
        section.fid_groups.append(pair)


def _parse_simulcast(section: OfferedSection, value: str) -> None:
    words = value.split()
    for direction, streams in zip(words[::2], words[1::2], strict=False):
        if direction != "send":
            continue
        # Of alternatives (","), the first; a paused one ("~") may still come.
        names = [one.partition(",")[0].lstrip("~") for one in streams.split(";")]
        if not all(0 < len(name) <= 16 and name.isalnum() for name in names):
            raise SdpError("a simulcast stream without a proper rid")
        section.rids = names


_VALUED = {
    "rtpmap": _parse_rtpmap,
    "fmtp": _parse_fmtp,
    "rtcp-fb": _parse_feedback,
    "extmap": _parse_extmap,
    "ssrc": _parse_ssrc,
    "ssrc-group": _parse_ssrc_group,
    "simulcast": _parse_simulcast,
}


def _codecs_of(section: OfferedSection, word: str) -> list[OfferedCodec]:
    return [codec for codec in section.codecs if str(codec.payload_type) == word]


def _number(word: str, maximum: int) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 10:
        raise SdpError(f"not a number: {word[:20]!r}")
    value = int(word)
    if value > maximum:
        raise SdpError(f"{value} is more than {maximum}")
    return value
