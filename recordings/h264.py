"""H.264 as CMAF wants it: NAL units with lengths, parameter sets apart (pure).

ITU-T H.264 7.3.2.1 (sequence parameter set), ISO/IEC 14496-15 5.3.3 (avcC).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recordings.errors import BadBitstream

NAL_SLICE = 1
NAL_IDR = 5
NAL_SEI = 6
NAL_SPS = 7
NAL_PPS = 8
NAL_AUD = 9

_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})


def nal_type(nal: bytes) -> int:
    return nal[0] & 0x1F


def join_with_lengths(nals: Iterable[bytes]) -> bytes:
    """Put a 4-byte length before each NAL unit (the sample format of `avc1`)."""
    return b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)


def split_lengths(sample: bytes) -> list[bytes]:
    """Undo `join_with_lengths`; raises BadBitstream on a wrong length."""
    nals: list[bytes] = []
    position = 0
    while position < len(sample):
        size = int.from_bytes(sample[position : position + 4], "big")
        nal = sample[position + 4 : position + 4 + size]
        if not nal or len(nal) != size:
            raise BadBitstream(f"NAL unit of {size} bytes at {position} is cut short")
        nals.append(nal)
        position += 4 + size
    return nals


def with_start_codes(nals: Iterable[bytes]) -> bytes:
    """Give the Annex B form, which decoders take."""
    return b"".join(b"\x00\x00\x00\x01" + nal for nal in nals)


@dataclass(frozen=True)
class SequenceParameters:
    """What the recorder asks of a sequence parameter set."""

    profile: int
    constraints: int
    level: int
    width: int
    height: int
    is_progressive: bool
    has_reordering: bool
    """Pictures may come in another order than they are shown."""

    @property
    def is_plain(self) -> bool:
        """Say whether it may be copied: progressive, shown in coding order."""
        is_known = self.profile in (66, 77, 100)
        return is_known and self.is_progressive and not self.has_reordering


class _Bits:
    """Reads bits and Exp-Golomb codes of an RBSP."""

    def __init__(self, nal: bytes) -> None:
        # Emulation prevention bytes (7.4.1.1) are not part of the RBSP.
        data = nal.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8

    def read(self, count: int) -> int:
        if count > self._left:
            raise BadBitstream("parameter set is cut short")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def ue(self) -> int:
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > 31:
                raise BadBitstream("Exp-Golomb code is too long")
        return (1 << zeros) - 1 + self.read(zeros)

    def se(self) -> int:
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def parse_sps(nal: bytes) -> SequenceParameters:
    """Read a sequence parameter set; raises BadBitstream."""
    if len(nal) < 4 or nal_type(nal) != NAL_SPS:
        raise BadBitstream("not a sequence parameter set")
    bits = _Bits(nal[1:])
    profile, constraints, level = bits.read(8), bits.read(8), bits.read(8)
    bits.ue()  # seq_parameter_set_id
    chroma_format = _read_high_profile(bits) if profile in _HIGH_PROFILES else 1
    bits.ue()  # log2_max_frame_num_minus4
    order_type = _read_picture_order(bits)
    bits.ue()  # max_num_ref_frames
    bits.read(1)  # gaps_in_frame_num_value_allowed_flag
    width_mbs, height_units = bits.ue() + 1, bits.ue() + 1
    is_progressive = bool(bits.read(1))
    if not is_progressive:
        bits.read(1)  # mb_adaptive_frame_field_flag
        height_units *= 2
    bits.read(1)  # direct_8x8_inference_flag
    width, height = _crop(bits, width_mbs * 16, height_units * 16, chroma_format)
    if not (16 <= width <= 8192 and 16 <= height <= 8192):
        raise BadBitstream(f"picture size {width}x{height}")
    # Baseline (66) has no B slices; order type 2 is defined as coding order.
    may_reorder = profile != 66 and order_type != 2
    return SequenceParameters(
        profile=profile,
        constraints=constraints,
        level=level,
        width=width,
        height=height,
        is_progressive=is_progressive,
        has_reordering=may_reorder and _vui_reorder_frames(bits) != 0,
    )


def _read_high_profile(bits: _Bits) -> int:
    chroma_format = bits.ue()
    if chroma_format == 3:
        bits.read(1)
    bits.ue()  # bit_depth_luma_minus8
    bits.ue()  # bit_depth_chroma_minus8
    bits.read(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.read(1):
        for index in range(8 if chroma_format != 3 else 12):
            if bits.read(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma_format


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) & 0xFF
        last = following or last


def _read_picture_order(bits: _Bits) -> int:
    order_type = bits.ue()
    if order_type == 0:
        bits.ue()  # log2_max_pic_order_cnt_lsb_minus4
    elif order_type == 1:
        bits.read(1)
        bits.se()
        bits.se()
        for _ in range(min(bits.ue(), 255)):
            bits.se()
    return order_type


def _crop(bits: _Bits, width: int, height: int, chroma_format: int) -> tuple[int, int]:
    if not bits.read(1):
        return width, height
    left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
    unit_x = 2 if chroma_format in (1, 2) else 1
    unit_y = 2 if chroma_format == 1 else 1
    return width - unit_x * (left + right), height - unit_y * (top + bottom)


def _vui_reorder_frames(bits: _Bits) -> int | None:
    """Give max_num_reorder_frames (E.1.1), or None when the stream does not say."""
    if not bits.read(1):
        return None
    _skip_vui_display(bits)
    if bits.read(1):  # timing_info_present_flag
        bits.read(65)
    has_nal_hrd = _skip_hrd(bits)
    has_vcl_hrd = _skip_hrd(bits)
    if has_nal_hrd or has_vcl_hrd:
        bits.read(1)  # low_delay_hrd_flag
    bits.read(1)  # pic_struct_present_flag
    if not bits.read(1):  # bitstream_restriction_flag
        return None
    bits.read(1)
    for _ in range(4):
        bits.ue()
    return bits.ue()


def _skip_vui_display(bits: _Bits) -> None:
    if bits.read(1) and bits.read(8) == 255:  # aspect_ratio_idc: Extended_SAR
        bits.read(32)
    if bits.read(1):  # overscan_info_present_flag
        bits.read(1)
    if bits.read(1):  # video_signal_type_present_flag
        bits.read(4)
        if bits.read(1):
            bits.read(24)
    if bits.read(1):  # chroma_loc_info_present_flag
        bits.ue()
        bits.ue()


def _skip_hrd(bits: _Bits) -> bool:
    if not bits.read(1):
        return False
    count = bits.ue() + 1
    bits.read(8)
    for _ in range(min(count, 32)):
        bits.ue()
        bits.ue()
        bits.read(1)
    bits.read(20)
    return True


@dataclass(frozen=True)
class VideoConfig:
    """One sequence and picture parameter set: what an `avc1` track is opened with."""

    sps: bytes
    pps: bytes
    width: int
    height: int

    @property
    def codec(self) -> str:
        """RFC 6381 name, like `avc1.42c01f`."""
        return f"avc1.{self.sps[1:4].hex()}"

    def avcc(self) -> bytes:
        """Give the AVCDecoderConfigurationRecord."""
        record = bytes([1, *self.sps[1:4], 0xFF, 0xE1])
        record += len(self.sps).to_bytes(2, "big") + self.sps
        record += b"\x01" + len(self.pps).to_bytes(2, "big") + self.pps
        if self.sps[1] in (100, 110, 122, 144):
            # chroma 4:2:0, 8 bit, no extension: what is copied or made here.
            record += b"\xfd\xf8\xf8\x00"
        return record


def config_from_avcc(record: bytes) -> VideoConfig:
    """Read the first parameter sets of an avcC record, as encoders give it."""
    if len(record) < 8 or record[0] != 1:
        raise BadBitstream("not an avcC record")
    size = int.from_bytes(record[6:8], "big")
    sps, rest = record[8 : 8 + size], record[8 + size :]
    if len(rest) < 3:
        raise BadBitstream("avcC record is cut short")
    pps = rest[3 : 3 + int.from_bytes(rest[1:3], "big")]
    parameters = parse_sps(sps)
    return VideoConfig(sps, pps, parameters.width, parameters.height)
