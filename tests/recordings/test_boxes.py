"""Golden box lists of what the CMAF writer makes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import cast

import av

from recordings.aac import AacEncoder, silent_frame
from recordings.boxes import (
    AAC_FRAME_SAMPLES,
    AUDIO_TRACK,
    VIDEO_TRACK,
    Sample,
    TrackRun,
    init_segment,
    part,
)
from recordings.picture_encoder import PictureEncoder, card_picture

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"mvex"}
_CONTAINERS |= {b"moof", b"traf"}

PART = """\
moof 192
  mfhd 16
  traf 88
    tfhd 16
    tfdt 20
    trun 44
  traf 80
    tfhd 24
    tfdt 20
    trun 28
mdat 42
"""


def _demuxer(data: bytes) -> av.container.InputContainer:
    return cast(av.container.InputContainer, av.open(io.BytesIO(data)))


def _boxes(data: bytes, depth: int = 0) -> Iterator[str]:
    position = 0
    while position < len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        yield f"{'  ' * depth}{kind.decode()} {size}\n"
        if kind in _CONTAINERS:
            yield from _boxes(data[position + 8 : position + size], depth + 1)
        position += size


def test_init_segment_of_both_tracks_has_these_boxes() -> None:
    encoder = PictureEncoder(320, 240)
    text = "".join(_boxes(init_segment(AacEncoder().config, encoder.config)))
    kinds = [line.split()[0] for line in text.splitlines()]
    track = "trak tkhd mdia mdhd hdlr minf {} dinf dref stbl stsd stts stsc stsz stco"
    expected = f"ftyp moov mvhd {track.format('smhd')} {track.format('vmhd')}"
    assert kinds == f"{expected} mvex trex trex".split()


def test_init_segment_of_sound_alone_is_read_by_a_demuxer() -> None:
    data = init_segment(AacEncoder().config, None)
    silence = [Sample(silent_frame(), AAC_FRAME_SAMPLES)] * 4
    data += part(0, [TrackRun(AUDIO_TRACK, 0, silence)])
    with _demuxer(data) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate) == ("aac", 48_000)
        assert stream.codec_context.layout.name == "stereo"
        assert sum(frame.samples for frame in container.decode(stream)) == 4096


def test_part_with_two_pictures_and_two_sounds_has_these_boxes() -> None:
    runs = [
        TrackRun(
            VIDEO_TRACK, 9000, [Sample(b"k" * 20, 3600), Sample(b"p" * 10, 3600, False)]
        ),
        TrackRun(AUDIO_TRACK, 4096, [Sample(b"a", 1024), Sample(b"b" * 3, 1024)]),
    ]
    assert "".join(_boxes(part(7, runs))) == PART


def test_part_points_at_its_own_bytes() -> None:
    video = TrackRun(VIDEO_TRACK, 9000, [Sample(b"k" * 20, 3600)])
    audio = TrackRun(AUDIO_TRACK, 4096, [Sample(b"a" * 5, 1024)])
    data = part(7, [video, audio])
    first = data.index(b"trun")
    second = data.index(b"trun", first + 4)
    offsets = [int.from_bytes(data[at + 12 : at + 16], "big") for at in (first, second)]
    assert data[offsets[0] :].startswith(b"k" * 20)
    assert data[offsets[1] :] == b"a" * 5


def test_decode_times_of_a_long_session_need_64_bits() -> None:
    day = 10 * 86_400 * 90_000
    data = part(0, [TrackRun(VIDEO_TRACK, day, [Sample(b"k", 1)])])
    at = data.index(b"tfdt")
    assert int.from_bytes(data[at + 8 : at + 16], "big") == day > 1 << 32


def test_encoder_and_card_make_a_decodable_picture() -> None:
    encoder = PictureEncoder(640, 360)
    (sample,) = encoder.encode(card_picture(640, 360), 0)
    data = init_segment(None, encoder.config)
    data += part(0, [TrackRun(VIDEO_TRACK, 0, [Sample(sample.data, 90_000)])])
    with _demuxer(data) as container:
        (picture,) = container.decode(video=0)
        assert (picture.width, picture.height, picture.key_frame) == (640, 360, True)
        assert 28 <= int(picture.to_ndarray()[100, 100]) <= 32
