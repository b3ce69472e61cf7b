"""RTCP codec: bytes to the values of `rtcp` and back.

Types we have no use for (APP, XR, transport-cc and other feedback) are checked for
their length and skipped.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence

from media.rtp.rtcp import (
    FullIntraRequest,
    Goodbye,
    MalformedRtcpError,
    Nack,
    PictureLossIndication,
    ReceiverEstimate,
    ReceiverReport,
    ReportBlock,
    RtcpPacket,
    SenderReport,
    SourceDescription,
)

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
NACK_FORMAT, PLI_FORMAT, FIR_FORMAT, APPLICATION_FORMAT = 1, 1, 4, 15
CNAME_ITEM = 1

_HEADER = struct.Struct(">BBH")
_SENDER_INFO = struct.Struct(">IQIII")
_BLOCK = struct.Struct(">IIIIII")
_U32 = struct.Struct(">I")
_TWO_U32 = struct.Struct(">II")
_NACK_ITEM = struct.Struct(">HH")


def parse_rtcp(data: bytes) -> list[RtcpPacket]:
    """Parse a compound (or reduced-size, RFC 5506) packet.

    Raises MalformedRtcpError, also when only a later part is bad.
    """
    packets: list[RtcpPacket] = []
    position = 0
    if not data:
        raise MalformedRtcpError("An RTCP packet is empty.")
    while position < len(data):
        if len(data) - position < 4:
            raise MalformedRtcpError("An RTCP header is cut off.")
        first, packet_type, words = _HEADER.unpack_from(data, position)
        if first & 0xC0 != 0x80:
            raise MalformedRtcpError("The RTCP version is not 2.")
        end = position + 4 + 4 * words
        if end > len(data):
            raise MalformedRtcpError("An RTCP packet is cut off.")
        body = _without_padding(data[position + 4 : end], first)
        parse = _PARSERS.get(packet_type)
        packet = parse(first & 0x1F, body) if parse is not None else None
        if packet is not None:
            packets.append(packet)
        position = end
    return packets


def _without_padding(body: bytes, first: int) -> bytes:
    if not first & 0x20:
        return body
    if not body or body[-1] == 0 or body[-1] > len(body):
        raise MalformedRtcpError("The RTCP padding count is wrong.")
    return body[: -body[-1]]


def _need(body: bytes, size: int) -> None:
    if len(body) < size:
        raise MalformedRtcpError("An RTCP packet is too short for its type.")


def _parse_blocks(count: int, body: bytes, start: int) -> tuple[ReportBlock, ...]:
    _need(body, start + 24 * count)
    blocks = []
    for index in range(count):
        ssrc, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(
            body, start + 24 * index
        )
        packets_lost = lost & 0xFFFFFF
        if packets_lost & 0x800000:
            packets_lost -= 0x1000000
        blocks.append(
            ReportBlock(ssrc, lost >> 24, packets_lost, highest, jitter, last_sr, delay)
        )
    return tuple(blocks)


def _parse_sr(count: int, body: bytes) -> SenderReport:
    _need(body, 24)
    ssrc, ntp, rtp_timestamp, packets, octets = _SENDER_INFO.unpack_from(body)
    blocks = _parse_blocks(count, body, 24)
    return SenderReport(ssrc, ntp, rtp_timestamp, packets, octets, blocks)


def _parse_rr(count: int, body: bytes) -> ReceiverReport:
    _need(body, 4)
    return ReceiverReport(_U32.unpack_from(body)[0], _parse_blocks(count, body, 4))


def _parse_sdes(count: int, body: bytes) -> SourceDescription:
    cnames = []
    position = 0
    for _ in range(count):
        _need(body, position + 4)
        ssrc = _U32.unpack_from(body, position)[0]
        position += 4
        while True:
            _need(body, position + 1)
            item = body[position]
            if item == 0:
                # The list ends with one to four zero bytes, up to a 32-bit border.
                position = position // 4 * 4 + 4
                break
            _need(body, position + 2)
            end = position + 2 + body[position + 1]
            _need(body, end)
            if item == CNAME_ITEM:
                text = body[position + 2 : end].decode("utf-8", errors="replace")
                cnames.append((ssrc, text))
            position = end
    return SourceDescription(tuple(cnames))


def _parse_bye(count: int, body: bytes) -> Goodbye:
    _need(body, 4 * count)
    return Goodbye(struct.unpack_from(f">{count}I", body))


def _parse_rtpfb(count: int, body: bytes) -> Nack | None:
    _need(body, 8)
    if count != NACK_FORMAT:
        return None
    sender_ssrc, media_ssrc = _TWO_U32.unpack_from(body)
    if len(body) % 4:
        raise MalformedRtcpError("A NACK ends inside an item.")
    seqnos = []
    for first, mask in _NACK_ITEM.iter_unpack(body[8:]):
        seqnos.append(first)
        following = first
        while mask:
            following = (following + 1) & 0xFFFF
            if mask & 1:
                seqnos.append(following)
            mask >>= 1
    return Nack(sender_ssrc, media_ssrc, tuple(seqnos))


def _parse_psfb(
    count: int, body: bytes
) -> PictureLossIndication | FullIntraRequest | ReceiverEstimate | None:
    _need(body, 8)
    sender_ssrc, media_ssrc = _TWO_U32.unpack_from(body)
    if count == PLI_FORMAT:
        return PictureLossIndication(sender_ssrc, media_ssrc)
    if count == FIR_FORMAT:
        if len(body) % 8:
            raise MalformedRtcpError("A FIR ends inside an item.")
        ssrcs = tuple(ssrc for ssrc, _ in _TWO_U32.iter_unpack(body[8:]))
        return FullIntraRequest(sender_ssrc, ssrcs)
    if count == APPLICATION_FORMAT and body[8:12] == b"REMB":
        return _parse_remb(sender_ssrc, body)
    return None


def _parse_remb(sender_ssrc: int, body: bytes) -> ReceiverEstimate:
    _need(body, 16)
    word = _U32.unpack_from(body, 12)[0]
    count = word >> 24
    _need(body, 16 + 4 * count)
    bitrate_bps = (word & 0x3FFFF) << (word >> 18 & 0x3F)
    ssrcs = struct.unpack_from(f">{count}I", body, 16)
    return ReceiverEstimate(sender_ssrc, bitrate_bps, ssrcs)


_PARSERS: dict[int, Callable[[int, bytes], RtcpPacket | None]] = {
    SR: _parse_sr,
    RR: _parse_rr,
    SDES: _parse_sdes,
    BYE: _parse_bye,
    RTPFB: _parse_rtpfb,
    PSFB: _parse_psfb,
}


def build_rtcp(packets: Iterable[RtcpPacket]) -> bytes:
    """Build one compound packet in the given order."""
    return b"".join(_build(packet) for packet in packets)


def _build(packet: RtcpPacket) -> bytes:
    match packet:
        case SenderReport(ssrc, ntp, rtp_timestamp, packet_count, octet_count, reports):
            info = _SENDER_INFO.pack(
                ssrc,
                ntp,
                rtp_timestamp & 0xFFFFFFFF,
                packet_count & 0xFFFFFFFF,
                octet_count & 0xFFFFFFFF,
            )
            return _frame(SR, len(reports), info + _build_blocks(reports))
        case ReceiverReport(ssrc, reports):
            return _frame(RR, len(reports), _U32.pack(ssrc) + _build_blocks(reports))
        case SourceDescription(cnames):
            chunks = b"".join(_build_chunk(ssrc, cname) for ssrc, cname in cnames)
            return _frame(SDES, len(cnames), chunks)
        case Goodbye(ssrcs):
            return _frame(BYE, len(ssrcs), struct.pack(f">{len(ssrcs)}I", *ssrcs))
        case Nack(sender_ssrc, media_ssrc, seqnos):
            head = _TWO_U32.pack(sender_ssrc, media_ssrc)
            return _frame(RTPFB, NACK_FORMAT, head + _build_nack_items(seqnos))
        case PictureLossIndication(sender_ssrc, media_ssrc):
            return _frame(PSFB, PLI_FORMAT, _TWO_U32.pack(sender_ssrc, media_ssrc))
        case FullIntraRequest(sender_ssrc, media_ssrcs):
            # Command numbers stay 0: we ask by PLI, this serves tests and tools.
            items = b"".join(_TWO_U32.pack(ssrc, 0) for ssrc in media_ssrcs)
            return _frame(PSFB, FIR_FORMAT, _TWO_U32.pack(sender_ssrc, 0) + items)
        case ReceiverEstimate(sender_ssrc, bitrate_bps, media_ssrcs):
            return _build_remb(sender_ssrc, bitrate_bps, media_ssrcs)


def _frame(packet_type: int, count: int, body: bytes) -> bytes:
    return _HEADER.pack(0x80 | count, packet_type, len(body) // 4) + body


def _build_blocks(reports: Sequence[ReportBlock]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            block.ssrc,
            block.fraction_lost << 24 | block.packets_lost & 0xFFFFFF,
            block.highest_seqno & 0xFFFFFFFF,
            block.jitter_ticks & 0xFFFFFFFF,
            block.last_sr,
            block.delay_since_last_sr & 0xFFFFFFFF,
        )
        for block in reports
    )


def _build_chunk(ssrc: int, cname: str) -> bytes:
    text = cname.encode()
    chunk = _U32.pack(ssrc) + bytes((CNAME_ITEM, len(text))) + text
    return chunk + bytes(4 - len(chunk) % 4)


def _build_nack_items(seqnos: Sequence[int]) -> bytes:
    """Pack numbers in the given order; each item covers the 16 after its first."""
    items: list[list[int]] = []
    for seqno in seqnos:
        if items and 0 < (seqno - items[-1][0]) & 0xFFFF <= 16:
            items[-1][1] |= 1 << ((seqno - items[-1][0]) & 0xFFFF) - 1
        else:
            items.append([seqno & 0xFFFF, 0])
    return b"".join(_NACK_ITEM.pack(first, mask) for first, mask in items)


def _build_remb(sender_ssrc: int, bitrate_bps: int, ssrcs: tuple[int, ...]) -> bytes:
    exponent = max(0, bitrate_bps.bit_length() - 18)
    word = len(ssrcs) << 24 | exponent << 18 | bitrate_bps >> exponent
    body = _TWO_U32.pack(sender_ssrc, 0) + b"REMB" + _U32.pack(word)
    body += struct.pack(f">{len(ssrcs)}I", *ssrcs)
    return _frame(PSFB, APPLICATION_FORMAT, body)
