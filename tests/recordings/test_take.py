"""A whole take in simulated time: real coded media in, files decoded again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from media.protocol import Codec
from recordings.index import Segment
from recordings.library import Library
from recordings.manifest import RenditionName
from tests.recordings.demuxed import Decoded, decode, open_recording
from tests.recordings.streams import (
    Datagram,
    Slot,
    lose,
    reorder,
    video,
    voice,
)
from tests.recordings.studio import SESSION, STARTED_AT_MS, record

START_MS, END_MS = 3_000.0, 11_000.0
SYNC_S = 0.080


def programme() -> Slot:
    return Slot(1, 90_000)


def audio(number: int = 1) -> Slot:
    return Slot(10 + number, 48_000)


def reports(*slots: Slot, end_ms: float = END_MS) -> list[Datagram]:
    return [
        one for slot in slots for one in slot.reports(STARTED_AT_MS, START_MS, end_ms)
    ]


def seminar(codec: Codec, end_ms: float = END_MS) -> list[Datagram]:
    picture, sound = programme(), audio()
    return [
        *video(picture, codec, START_MS, end_ms),
        *voice(sound, START_MS, end_ms),
        *reports(picture, sound, end_ms=end_ms),
    ]


def recorded(
    root: Path, datagrams: Iterable[Datagram], end_ms: float = END_MS
) -> Decoded:
    record(root, datagrams, end_ms)
    assert Library(root).verify(SESSION) == []
    return decode(open_recording(root), "programme")


def segments(root: Path, rendition: RenditionName = "programme") -> list[Segment]:
    return open_recording(root).index.renditions[rendition].segments


def assert_in_sync(found: Decoded, times_s: Iterable[float]) -> None:
    for at_s in times_s:
        flash = min(found.flashes_s, key=lambda one: abs(one - at_s))
        beep = min(found.beeps_s, key=lambda one: abs(one - at_s))
        assert abs(flash - at_s) <= SYNC_S, (at_s, found.flashes_s)
        assert abs(beep - at_s) <= 0.040, (at_s, found.beeps_s)


@pytest.mark.parametrize("codec", ["h264", "vp8"])
def test_every_picture_and_sound_is_recorded_in_step(
    tmp_path: Path, codec: Codec
) -> None:
    found = recorded(tmp_path, seminar(codec))
    assert len(found.pictures_s) == 200
    assert found.errors == 0
    assert found.sizes == {(320, 240)}
    assert_in_sync(found, range(4, 11))
    assert found.sound_end_s - found.sound_start_s == pytest.approx(8.0, abs=0.05)
    assert found.longest_gap_s < 0.1


def test_parts_and_segments_keep_their_declared_limits(tmp_path: Path) -> None:
    recorded(tmp_path, seminar("h264", 25_000.0), 25_000.0)
    for rendition in ("programme", "audio"):
        found = segments(tmp_path, rendition)
        assert all(round(one.duration_us / 1e6) <= 4 for one in found)
        assert all(one.duration_us >= 3_900_000 for one in found[:-1])
        ends = [one.end_us for one in found]
        assert [one.start_us for one in found[1:]] == ends[:-1]
        for segment in found[-2:]:
            assert all(part.duration_us <= 500_000 for part in segment.parts)
            assert segment.parts[0].independent


def test_reordered_packets_are_put_right(tmp_path: Path) -> None:
    found = recorded(tmp_path, reorder(seminar("h264"), every=7, late_ms=60.0))
    assert len(found.pictures_s) == 200
    assert found.errors == 0
    assert_in_sync(found, range(4, 11))


@pytest.mark.parametrize("codec", ["h264", "vp8"])
def test_after_a_loss_the_picture_waits_for_a_keyframe_and_sound_goes_on(
    tmp_path: Path, codec: Codec
) -> None:
    picture, sound = programme(), audio()
    pictures = list(video(picture, codec, START_MS, END_MS, key_interval_ms=1000))
    damaged = lose(pictures, every=97)
    assert len(damaged) < len(pictures)
    found = recorded(
        tmp_path,
        [*damaged, *voice(sound, START_MS, END_MS), *reports(picture, sound)],
    )
    assert found.errors == 0
    assert len(found.beeps_s) == 8
    assert found.longest_gap_s < 1.4
    assert found.sound_end_s - found.sound_start_s == pytest.approx(8.0, abs=0.05)


def test_lost_sound_is_silence_and_not_missing_time(tmp_path: Path) -> None:
    picture, sound = programme(), audio()
    spoken = [
        one for one in voice(sound, START_MS, END_MS) if not 5100 < one.at_ms < 7500
    ]
    found = recorded(
        tmp_path,
        [*video(picture, "h264", START_MS, END_MS), *spoken, *reports(picture, sound)],
    )
    assert_in_sync(found, (4, 5, 8, 9, 10))
    assert not [at_s for at_s in found.beeps_s if 5.5 < at_s < 7.4]


def test_source_with_other_parameters_begins_a_new_initialisation(
    tmp_path: Path,
) -> None:
    slot, sound = programme(), audio()
    datagrams = [
        *video(slot, "h264", START_MS, 6000),
        *video(slot, "h264", 6000, 9000, size=(640, 360)),
        *video(slot, "vp8", 9000, END_MS, size=(480, 270)),
        *voice(sound, START_MS, END_MS),
        *reports(slot, sound),
    ]
    found = recorded(tmp_path, datagrams)
    assert found.sizes == {(320, 240), (640, 360), (480, 270)}
    assert len(found.pictures_s) == 200
    assert found.errors == 0
    assert_in_sync(found, range(4, 11))
    written = segments(tmp_path)
    assert [one.init for one in written if one.is_discontinuity] == [
        "e1-i0001.mp4",
        "e1-i0002.mp4",
    ]
    starts_s = [one.start_us / 1e6 for one in written if one.is_discontinuity]
    assert starts_s == pytest.approx([6.0, 9.0], abs=0.03)


def test_silent_source_is_held_and_then_a_card_is_shown(tmp_path: Path) -> None:
    slot, sound = programme(), audio()
    end_ms = 14_000.0
    datagrams = [
        *video(slot, "h264", START_MS, 5000),
        *video(slot, "h264", 12_000, end_ms),
        *voice(sound, START_MS, end_ms),
        *reports(slot, sound, end_ms=end_ms),
    ]
    found = recorded(tmp_path, datagrams, end_ms)
    assert found.longest_gap_s <= 1.7
    assert found.errors == 0
    assert_in_sync(found, (4, 12, 13))
    inits = [one.init for one in segments(tmp_path)]
    assert list(dict.fromkeys(inits)) == [
        "e1-i0000.mp4",
        "e1-i0001.mp4",
        "e1-i0002.mp4",
    ]


def test_programme_of_sound_alone_shows_a_card(tmp_path: Path) -> None:
    sound = audio()
    found = recorded(tmp_path, [*voice(sound, START_MS, END_MS), *reports(sound)])
    assert found.sizes == {(640, 360)}
    # The first card stands for the moments in which a picture might have come.
    assert found.longest_gap_s <= 1.8
    assert found.pictures_s[2] - found.pictures_s[1] == pytest.approx(0.25)
    assert_beeps(found, range(4, 11))


def test_three_voices_are_mixed_without_clipping(tmp_path: Path) -> None:
    slots = [audio(1), audio(2), audio(3)]
    datagrams = [
        one
        for number, slot in enumerate(slots)
        for one in voice(slot, START_MS, END_MS, tone_hz=500.0 + 333 * number)
    ]
    found = recorded(tmp_path, [*datagrams, *reports(*slots)])
    assert_beeps(found, range(4, 11))


def assert_beeps(found: Decoded, times_s: Iterable[float]) -> None:
    for at_s in times_s:
        assert any(abs(one - at_s) <= 0.040 for one in found.beeps_s), found.beeps_s


def test_late_voice_joins_in_its_place(tmp_path: Path) -> None:
    first, second, picture = audio(1), audio(2), programme()
    datagrams = [
        *video(picture, "h264", START_MS, END_MS),
        *voice(first, START_MS, 6500),
        *voice(second, 7500, END_MS, delay_ms=80.0),
        *reports(first, second, picture),
    ]
    found = recorded(tmp_path, datagrams)
    assert_in_sync(found, (4, 5, 6, 8, 9, 10))


def test_screen_is_a_stream_of_its_own_and_survives_a_still_picture(
    tmp_path: Path,
) -> None:
    sound, screen = audio(), Slot(2, 90_000)
    datagrams = [
        *voice(sound, START_MS, END_MS),
        *video(screen, "h264", 5000, END_MS, picture_hz=1.0, key_interval_ms=3000),
        *reports(sound, screen),
    ]
    record(tmp_path, datagrams, END_MS)
    found = decode(open_recording(tmp_path), "screen")
    assert len(found.pictures_s) >= 6
    assert found.pictures_s[0] == pytest.approx(5.0, abs=0.03)
    assert found.longest_gap_s <= 1.1
    written = segments(tmp_path, "screen")
    assert written[-1].end_us / 1e6 == pytest.approx(END_MS / 1000, abs=0.03)
    assert all(not one.is_discontinuity for one in written)


def test_streams_without_reports_are_recorded_by_arrival(tmp_path: Path) -> None:
    picture, sound = programme(), audio()
    found = recorded(
        tmp_path,
        [*video(picture, "vp8", START_MS, END_MS), *voice(sound, START_MS, END_MS)],
    )
    assert_in_sync(found, range(4, 11))


def test_nothing_is_written_before_the_first_packet(tmp_path: Path) -> None:
    record(tmp_path, [Datagram(START_MS, b"\x80")], START_MS + 100)
    assert segments(tmp_path, "screen") == []
