"""Golden playlists, compared whole, and the blocking-reload table."""

from __future__ import annotations

import pytest

from recordings.index import RecordingIndex, part_name, segment_name
from recordings.manifest import (
    DiscontinuityLine,
    EndLine,
    EpochLine,
    InitLine,
    PartLine,
    RenditionName,
    SegmentLine,
)
from recordings.playlist import Reload, decide_reload, master_playlist, media_playlist

PART_US = 448_000
SHA = "0" * 64


class Writer:
    """Writes the lines of one rendition with parts of 448 ms."""

    def __init__(self, rendition: RenditionName = "programme", epoch: int = 1) -> None:
        self.index = RecordingIndex()
        self.rendition: RenditionName = rendition
        self.now_us = 1_000_000
        self.msn = self.count = self.number = 0
        self.begin(epoch)

    def begin(self, epoch: int, number: int = 0) -> None:
        self.epoch, self.number = epoch, 0
        self.index.apply(
            EpochLine(
                session_id="ses_1",
                epoch=epoch,
                started_at_ms=1_790_000_000_000,
                at_ms=0,
            )
        )
        self.init(number)

    def init(self, number: int) -> None:
        video = ("avc1.42c01f",) if self.rendition != "audio" else ()
        self.index.apply(
            InitLine(
                rendition=self.rendition,
                epoch=self.epoch,
                file=f"e{self.epoch}-i{number:04}.mp4",
                sha256=SHA,
                size_bytes=900,
                codecs=(*video, "mp4a.40.2"),
                width=640 if video else 0,
                height=360 if video else 0,
            )
        )

    def part(self, *, independent: bool = False) -> None:
        self.index.apply(
            PartLine(
                rendition=self.rendition,
                msn=self.msn,
                part=self.count,
                file=part_name(self.epoch, self.number),
                sha256=SHA,
                size_bytes=50_000,
                start_us=self.now_us,
                duration_us=PART_US,
                independent=independent,
            )
        )
        self.now_us += PART_US
        self.count += 1
        self.number += 1

    def close(self) -> None:
        self.index.apply(
            SegmentLine(
                rendition=self.rendition,
                msn=self.msn,
                file=segment_name(self.epoch, self.msn),
                sha256=SHA,
                size_bytes=50_000 * self.count,
                parts=self.count,
                start_us=self.now_us - PART_US * self.count,
                duration_us=PART_US * self.count,
            )
        )
        self.msn += 1
        self.count = 0

    def segment(self, parts: int = 9) -> None:
        for number in range(parts):
            self.part(independent=number == 0)
        self.close()

    def playlist(self, *, wants_delta: bool = False) -> str:
        rendition = self.index.renditions[self.rendition]
        return media_playlist(self.index, rendition, wants_delta=wants_delta)


LIVE = """\
#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500,CAN-SKIP-UNTIL=24.0
#EXT-X-PART-INF:PART-TARGET=0.500
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="programme/e1-i0000.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:21.000Z
#EXT-X-PART:DURATION=0.44800,URI="programme/e1-p000000.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.44800,URI="programme/e1-p000001.m4s"
#EXTINF:0.89600,
programme/e1-s000000.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="programme/e1-i0001.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:21.896Z
#EXT-X-PART:DURATION=0.44800,URI="programme/e1-p000002.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="programme/e1-p000003.m4s"
"""


def test_live_playlist_with_a_change_of_parameters() -> None:
    writer = Writer()
    writer.segment(parts=2)
    writer.index.apply(DiscontinuityLine(rendition="programme", reason="parameters"))
    writer.init(1)
    writer.part(independent=True)
    assert writer.playlist() == LIVE


VOD = """\
#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="audio/e1-i0000.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:21.000Z
#EXTINF:4.03200,
audio/e1-s000000.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="audio/e2-i0000.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:13:28.032Z
#EXTINF:0.89600,
audio/e2-s000001.m4s
#EXT-X-ENDLIST
"""


def test_ended_playlist_over_two_epochs_keeps_wall_time_over_the_gap() -> None:
    writer = Writer("audio")
    writer.segment()
    writer.now_us += 3_000_000
    writer.begin(2)
    writer.index.apply(DiscontinuityLine(rendition="audio", reason="epoch"))
    writer.segment(parts=2)
    writer.index.apply(EndLine(ended_at_ms=0, duration_us=7_928_000))
    assert writer.playlist() == VOD
    assert writer.index.duration_us == 7_928_000


DELTA = """\
#EXTM3U
#EXT-X-VERSION:9
#EXT-X-TARGETDURATION:4
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500,CAN-SKIP-UNTIL=24.0
#EXT-X-PART-INF:PART-TARGET=0.500
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-SKIP:SKIPPED-SEGMENTS=94
#EXT-X-MAP:URI="programme/e1-i0000.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-09-21T14:19:40.008Z
#EXTINF:4.03200,
programme/e1-s000094.m4s
#EXTINF:4.03200,
programme/e1-s000095.m4s
#EXTINF:4.03200,
programme/e1-s000096.m4s
"""


def test_delta_playlist_leaves_out_what_is_older_than_six_targets() -> None:
    writer = Writer()
    for _ in range(100):
        writer.segment()
    text = writer.playlist(wants_delta=True)
    assert text.startswith(DELTA)
    assert text.count("#EXT-X-PART:") == 27
    assert len(text) < 4000 < len(writer.playlist())


def test_segment_from_before_the_parts_window_lists_no_parts() -> None:
    writer = Writer()
    for _ in range(5):
        writer.segment()
    listed = [line for line in writer.playlist().splitlines() if "EXT-X-PART:" in line]
    assert 'URI="programme/e1-p000018.m4s"' in listed[0]


MASTER = """\
#EXTM3U
#EXT-X-VERSION:9
#EXT-X-STREAM-INF:BANDWIDTH=892857,CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=640x360
programme.m3u8
"""


def test_master_playlist_lists_the_renditions_there_are() -> None:
    writer = Writer()
    writer.segment()
    assert master_playlist(writer.index.renditions) == MASTER


@pytest.mark.parametrize(
    ("msn", "part", "expected"),
    [
        (0, None, Reload.ANSWER),
        (0, 8, Reload.ANSWER),
        (1, 1, Reload.ANSWER),
        (1, 2, Reload.WAIT),
        (1, None, Reload.WAIT),
        (2, 0, Reload.WAIT),
        (3, None, Reload.WAIT),
        (4, None, Reload.REFUSE),
        (1, 8, Reload.WAIT),
        (1, 30, Reload.REFUSE),
        (-1, 0, Reload.REFUSE),
        (1, -1, Reload.REFUSE),
    ],
)
def test_blocking_reload_while_segment_1_has_two_parts(
    msn: int, part: int | None, expected: Reload
) -> None:
    writer = Writer()
    writer.segment()
    writer.part(independent=True)
    writer.part()
    rendition = writer.index.renditions["programme"]
    assert decide_reload(rendition, msn, part, is_ended=False) is expected


def test_blocking_reload_past_a_closed_segment_waits_for_the_next() -> None:
    writer = Writer()
    writer.segment(parts=3)
    rendition = writer.index.renditions["programme"]
    assert decide_reload(rendition, 0, 3, is_ended=False) is Reload.WAIT
    assert decide_reload(rendition, 0, 3, is_ended=True) is Reload.ANSWER
