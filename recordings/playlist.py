"""HLS playlists and the arithmetic of blocking reloads (rfc8216bis; pure).

Text only: what is written is known from `recordings.index`, who may read it is the
server's business. URIs are relative to `/hls/<session_id>/<rendition>.m3u8`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from recordings.boxes import AAC_CODEC
from recordings.index import (
    LISTED_PARTS_US,
    PART_TARGET_US,
    TARGET_DURATION_S,
    Part,
    RecordingIndex,
    Rendition,
    Segment,
)
from recordings.manifest import RenditionName

SKIP_UNTIL_S = 6 * TARGET_DURATION_S
"""Delta updates leave out segments older than this (4.4.3.8: at least 6 targets)."""
HOLD_BACK_US = 3 * PART_TARGET_US
"""PART-HOLD-BACK; Apple asks for three part targets."""
ADVANCE_PARTS = 20
"""How far ahead of the edge `_HLS_part` may ask. 6.2.5.2 suggests 3 s of parts, but
hls.js out of low-latency mode asks for the last part that a segment may have."""
ADVANCE_SEGMENTS = 2
_AUDIO_BPS = 100_000
_DEFAULT_PEAK_BPS = 1_800_000


class Reload(StrEnum):
    """What to do with a blocking playlist request."""

    ANSWER = "answer"
    WAIT = "wait"
    REFUSE = "refuse"
    """It asks for the far future: 400 (6.2.5.2)."""


def decide_reload(
    rendition: Rendition, msn: int, part: int | None, *, is_ended: bool
) -> Reload:
    """Say whether the playlist already holds what `_HLS_msn` and `_HLS_part` want."""
    if msn < 0 or (part is not None and part < 0):
        return Reload.REFUSE
    if is_ended:
        return Reload.ANSWER
    if not rendition.segments:
        return Reload.WAIT if msn <= ADVANCE_SEGMENTS else Reload.REFUSE
    last = rendition.segments[-1]
    if msn > last.msn + ADVANCE_SEGMENTS:
        return Reload.REFUSE
    if msn < last.msn:
        return Reload.ANSWER
    if msn > last.msn:
        return Reload.WAIT
    if last.file is not None:
        # A part past a closed segment's end means the first of the next (6.2.5.2).
        is_past = part is not None and part >= last.part_count
        return Reload.WAIT if is_past else Reload.ANSWER
    if part is None:
        return Reload.WAIT
    if part > last.part_count + ADVANCE_PARTS:
        return Reload.REFUSE
    return Reload.ANSWER if part < last.part_count else Reload.WAIT


def media_playlist(
    recording: RecordingIndex, rendition: Rendition, *, wants_delta: bool = False
) -> str:
    """Write the playlist of one rendition; `wants_delta` answers `_HLS_skip=YES`."""
    segments = [
        one for one in rendition.segments if one.file or _is_last(rendition, one)
    ]
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{TARGET_DURATION_S}",
    ]
    if recording.is_ended:
        lines.append("#EXT-X-PLAYLIST-TYPE:VOD")
    else:
        lines += _live_head()
    lines.append("#EXT-X-MEDIA-SEQUENCE:0")
    skipped = 0
    if wants_delta and not recording.is_ended:
        skipped = _skippable(rendition)
        if skipped:
            lines.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}")
    lines += _segments(rendition, segments, skipped, is_live=not recording.is_ended)
    if recording.is_ended:
        lines.append("#EXT-X-ENDLIST")
    else:
        lines += _live_tail(recording, rendition)
    return "\n".join(lines) + "\n"


def _is_last(rendition: Rendition, segment: Segment) -> bool:
    return segment is rendition.segments[-1]


def _live_head() -> list[str]:
    hold_back = HOLD_BACK_US / 1e6
    return [
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        f"PART-HOLD-BACK={hold_back:.3f},CAN-SKIP-UNTIL={SKIP_UNTIL_S:.1f}",
        f"#EXT-X-PART-INF:PART-TARGET={PART_TARGET_US / 1e6:.3f}",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
    ]


def _live_tail(recording: RecordingIndex, rendition: Rendition) -> list[str]:
    lines = []
    if rendition.init is not None:
        uri = f"{rendition.name}/{rendition.hint}"
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{uri}"')
    for other in recording.renditions.values():
        if other is not rendition and other.edge is not None:
            msn, part = other.edge
            lines.append(
                f'#EXT-X-RENDITION-REPORT:URI="{other.name}.m3u8",'
                f"LAST-MSN={msn},LAST-PART={part}"
            )
    return lines


def _skippable(rendition: Rendition) -> int:
    boundary_us = rendition.end_us - SKIP_UNTIL_S * 1_000_000
    count = 0
    for segment in rendition.segments:
        if segment.end_us >= boundary_us:
            break
        count += 1
    return count


def _segments(
    rendition: Rendition, segments: list[Segment], skipped: int, *, is_live: bool
) -> Iterable[str]:
    listed_from_us = rendition.end_us - LISTED_PARTS_US
    current_init = ""
    for number, segment in enumerate(segments):
        if number < skipped:
            continue
        if segment.is_discontinuity:
            yield "#EXT-X-DISCONTINUITY"
        if segment.init != current_init:
            current_init = segment.init
            yield f'#EXT-X-MAP:URI="{rendition.name}/{segment.init}"'
        if segment.is_discontinuity or number in (0, skipped):
            yield f"#EXT-X-PROGRAM-DATE-TIME:{_date_time(segment.wall_ms)}"
        if is_live and segment.end_us >= listed_from_us:
            for part in segment.parts:
                yield _part(rendition, part)
        if segment.file is not None:
            yield f"#EXTINF:{segment.duration_us / 1e6:.5f},"
            yield f"{rendition.name}/{segment.file}"


def _part(rendition: Rendition, part: Part) -> str:
    uri = f"{rendition.name}/{part.file}"
    text = f'#EXT-X-PART:DURATION={part.duration_us / 1e6:.5f},URI="{uri}"'
    return text + ",INDEPENDENT=YES" if part.independent else text


def _date_time(wall_ms: int) -> str:
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def master_playlist(renditions: Mapping[RenditionName, Rendition]) -> str:
    """Write the multivariant playlist: the programme, and its sound alone.

    The screen is a stream of its own and not another quality of the programme.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:9"]
    programme, audio = renditions["programme"], renditions["audio"]
    if programme.init is not None:
        peak_bps = programme.peak_bps or _DEFAULT_PEAK_BPS
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={peak_bps},"
            f'CODECS="{",".join(programme.codecs)}",'
            f"RESOLUTION={programme.width}x{programme.height}"
        )
        lines.append("programme.m3u8")
    if audio.init is not None:
        peak_bps = audio.peak_bps or _AUDIO_BPS
        lines.append(f'#EXT-X-STREAM-INF:BANDWIDTH={peak_bps},CODECS="{AAC_CODEC}"')
        lines.append("audio.m3u8")
    return "\n".join(lines) + "\n"
