"""Clips: what is drawn and spoken once, and played in a loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np

from demo import clip as clips
from demo.clip import KEYFRAME_EVERY, Clip, Unit
from demo.figure import Look
from demo.speech import SAMPLE_RATE_HZ, Samples, Voice, loudness
from demo.tracks import ClipTrack, Playhead

NAL_IDR, NAL_SPS = 5, 7


def tone(seconds: float) -> Samples:
    time_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    wave = 0.5 * np.sin(2 * np.pi * 300 * time_s) * (np.sin(7 * time_s) > 0)
    return wave.astype(np.float32)


def nal_types(access_unit: bytes) -> set[int]:
    return {part[0] & 0x1F for part in access_unit.split(b"\0\0\1")[1:] if part}


def render(path: Path, seconds: float) -> Clip:
    clip = Clip(seconds)
    clips.render(path, tone(seconds), Look(), clip)
    return clip


def test_a_clip_is_the_same_made_and_loaded(tmp_path: Path) -> None:
    made = render(tmp_path / "clip.nut", 2.0)
    loaded = clips.load(tmp_path / "clip.nut")
    assert made.is_whole
    assert loaded.duration_s == 2.0
    assert [unit.data for unit in loaded.video] == [unit.data for unit in made.video]
    assert [unit.data for unit in loaded.audio] == [unit.data for unit in made.audio]


def test_every_second_begins_with_a_keyframe_that_carries_its_parameters(
    tmp_path: Path,
) -> None:
    clip = render(tmp_path / "clip.nut", 3.0)
    keys = [
        index
        for index, unit in enumerate(clip.video)
        if {NAL_IDR, NAL_SPS} <= nal_types(unit.data)
    ]
    assert keys == [0, KEYFRAME_EVERY, 2 * KEYFRAME_EVERY]


async def test_a_clip_can_play_before_it_is_whole_and_is_kept(tmp_path: Path) -> None:
    asked = []

    async def make() -> Samples:
        asked.append(1)
        return tone(8.0)

    first = await clips.open_clip(tmp_path, ["a"], Look(), Voice(), make)
    assert len(first.video) >= clips.FIRST_FRAMES
    while not list(tmp_path.glob("*.nut")):
        await asyncio.sleep(0.05)
    again = await clips.open_clip(tmp_path, ["a"], Look(), Voice(), make)
    assert len(asked) == 1
    assert len(again.video) == len(first.video)


async def test_a_track_goes_round_with_time_that_goes_on() -> None:
    clip = Clip(0.04)
    clip.video += [Unit(b"a", 0.0), Unit(b"b", 0.02)]
    clip.is_whole = True
    track = ClipTrack(Playhead(clip), "video", clip.video)
    packets = [await track.recv() for _ in range(5)]
    assert [bytes(packet) for packet in packets] == [b"a", b"b", b"a", b"b", b"a"]
    assert [packet.pts for packet in packets] == [0, 20_000, 40_000, 60_000, 80_000]


def test_loudness_is_one_at_the_loudest_and_zero_in_silence() -> None:
    levels = loudness(np.concatenate([tone(1.0), np.zeros(48_000, np.float32)]), 12)
    assert levels.max() == 1.0
    assert levels[-1] == 0.0
