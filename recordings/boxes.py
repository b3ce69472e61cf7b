"""CMAF boxes: initialisation segments and parts (ISO/IEC 14496-12, 23000-19; pure).

Two track kinds: AAC-LC (track 1, 48 kHz) and H.264 (track 2, 90 kHz). There are no
B-frames here, so decode time is presentation time and no edit list is needed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from recordings.h264 import VideoConfig

AUDIO_TRACK = 1
VIDEO_TRACK = 2
AUDIO_TIMESCALE_HZ = 48_000
VIDEO_TIMESCALE_HZ = 90_000
AAC_FRAME_SAMPLES = 1024
AAC_CODEC = "mp4a.40.2"

_SYNC_SAMPLE = 0x02000000
"""sample_depends_on = 2: needs no other picture."""
_OTHER_SAMPLE = 0x01010000
"""sample_depends_on = 1, sample_is_non_sync_sample."""
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


@dataclass(frozen=True)
class AudioConfig:
    """AAC-LC with its AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1)."""

    specific_config: bytes
    channels: int = 2
    bit_rate_bps: int = 96_000


@dataclass(frozen=True, slots=True)
class Sample:
    """One coded frame: `duration` in ticks of its track."""

    data: bytes
    duration: int
    is_sync: bool = True


@dataclass(frozen=True)
class TrackRun:
    """The samples of one track in one part, beginning at `start` ticks."""

    track: int
    start: int
    samples: Sequence[Sample]


def box(kind: bytes, *payloads: bytes) -> bytes:
    size = 8 + sum(len(payload) for payload in payloads)
    return b"".join((size.to_bytes(4, "big"), kind, *payloads))


def full_box(kind: bytes, version: int, flags: int, *payloads: bytes) -> bytes:
    return box(kind, (version << 24 | flags).to_bytes(4, "big"), *payloads)


def init_segment(audio: AudioConfig | None, video: VideoConfig | None) -> bytes:
    """Build `ftyp` and `moov` for the given tracks."""
    tracks: list[bytes] = []
    extends: list[bytes] = []
    if audio is not None:
        tracks.append(_audio_track(audio))
        extends.append(_trex(AUDIO_TRACK))
    if video is not None:
        tracks.append(_video_track(video))
        extends.append(_trex(VIDEO_TRACK))
    header = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">IIIIIH10x", 0, 0, 1000, 0, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", VIDEO_TRACK + 1),
    )
    brand = box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41")
    return brand + box(b"moov", header, *tracks, box(b"mvex", *extends))


def _trex(track: int) -> bytes:
    return full_box(b"trex", 0, 0, struct.pack(">IIIII", track, 1, 0, 0, 0))


def _audio_track(config: AudioConfig) -> bytes:
    entry = box(
        b"mp4a",
        struct.pack(">6xH8xHHIHH", 1, config.channels, 16, 0, AUDIO_TIMESCALE_HZ, 0),
        _esds(config),
    )
    header = full_box(b"smhd", 0, 0, bytes(4))
    media = _media(b"soun", AUDIO_TIMESCALE_HZ, header, entry)
    return box(b"trak", _track_header(AUDIO_TRACK, 0, 0, 0x0100), media)


def _video_track(config: VideoConfig) -> bytes:
    entry = box(
        b"avc1",
        struct.pack(">6xH16xHH", 1, config.width, config.height),
        struct.pack(">IIIH32xHh", 0x480000, 0x480000, 0, 1, 24, -1),
        box(b"avcC", config.avcc()),
    )
    header = full_box(b"vmhd", 0, 1, bytes(8))
    media = _media(b"vide", VIDEO_TIMESCALE_HZ, header, entry)
    return box(
        b"trak", _track_header(VIDEO_TRACK, config.width, config.height, 0), media
    )


def _track_header(track: int, width: int, height: int, volume: int) -> bytes:
    return full_box(
        b"tkhd",
        0,
        3,  # enabled, in movie
        struct.pack(">IIIII8xHHHH", 0, 0, track, 0, 0, 0, 0, volume, 0),
        _MATRIX,
        struct.pack(">II", width << 16, height << 16),
    )


def _media(handler: bytes, timescale_hz: int, header: bytes, entry: bytes) -> bytes:
    language = 0x55C4  # "und"
    tables = (
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        full_box(b"stts", 0, 0, bytes(4)),
        full_box(b"stsc", 0, 0, bytes(4)),
        full_box(b"stsz", 0, 0, bytes(8)),
        full_box(b"stco", 0, 0, bytes(4)),
    )
    reference = full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
    return box(
        b"mdia",
        full_box(
            b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, timescale_hz, 0, language, 0)
        ),
        full_box(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"hallcast\x00"),
        box(b"minf", header, box(b"dinf", reference), box(b"stbl", *tables)),
    )


def _esds(config: AudioConfig) -> bytes:
    specific = _descriptor(0x05, config.specific_config)
    rate = config.bit_rate_bps
    decoder = _descriptor(
        0x04, struct.pack(">BB3xII", 0x40, 0x15, rate, rate) + specific
    )
    body = _descriptor(0x03, b"\x00\x01\x00" + decoder + _descriptor(0x06, b"\x02"))
    return full_box(b"esds", 0, 0, body)


def _descriptor(tag: int, body: bytes) -> bytes:
    """An expandable descriptor (ISO/IEC 14496-1 8.3.3) in its 4-byte length form."""
    size = len(body)
    length = bytes(
        (size >> shift & 0x7F) | (0x80 if shift else 0) for shift in (21, 14, 7, 0)
    )
    return bytes([tag]) + length + body


def part(sequence: int, runs: Sequence[TrackRun]) -> bytes:
    """Build one `moof` and its `mdat`; runs without samples are left out."""
    runs = [run for run in runs if run.samples]
    # The offsets into mdat depend on the size of moof, which does not depend on them.
    size = len(_moof(sequence, runs, 0))
    data = b"".join(sample.data for run in runs for sample in run.samples)
    return _moof(sequence, runs, size + 8) + box(b"mdat", data)


def _moof(sequence: int, runs: Sequence[TrackRun], data_offset: int) -> bytes:
    fragments: list[bytes] = []
    for run in runs:
        fragments.append(_traf(run, data_offset))
        data_offset += sum(len(sample.data) for sample in run.samples)
    return box(
        b"moof", full_box(b"mfhd", 0, 0, struct.pack(">I", sequence)), *fragments
    )


def _traf(run: TrackRun, data_offset: int) -> bytes:
    decode_time = full_box(b"tfdt", 1, 0, struct.pack(">Q", run.start))
    return box(b"traf", _tfhd(run), decode_time, _trun(run, data_offset))


def _tfhd(run: TrackRun) -> bytes:
    if run.track == AUDIO_TRACK:
        # default-base-is-moof, default duration and flags: every frame is alike.
        fields = struct.pack(">III", run.track, AAC_FRAME_SAMPLES, _SYNC_SAMPLE)
        return full_box(b"tfhd", 0, 0x020028, fields)
    return full_box(b"tfhd", 0, 0x020000, struct.pack(">I", run.track))


def _trun(run: TrackRun, data_offset: int) -> bytes:
    head = struct.pack(">Ii", len(run.samples), data_offset)
    if run.track == AUDIO_TRACK:
        sizes = [len(sample.data) for sample in run.samples]
        return full_box(
            b"trun", 0, 0x000201, head, struct.pack(f">{len(sizes)}I", *sizes)
        )
    rows = b"".join(
        struct.pack(
            ">III",
            sample.duration,
            len(sample.data),
            _SYNC_SAMPLE if sample.is_sync else _OTHER_SAMPLE,
        )
        for sample in run.samples
    )
    return full_box(b"trun", 0, 0x000701, head, rows)
