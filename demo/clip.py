"""A clip of a speaker: made once, kept as encoded frames, played in a loop for nothing.

H.264 constrained baseline in Annex B and Opus, in one NUT file. Players send the
frames as they are, so a demo presenter costs almost no CPU.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np

from demo import figure
from demo.figure import Look
from demo.speech import SAMPLE_RATE_HZ, Samples, Voice, loudness

FRAME_RATE_HZ = 12
KEYFRAME_EVERY = FRAME_RATE_HZ
"""One a second: a joiner's picture starts at once although a file can't answer PLI."""
VIDEO_BPS = 420_000
AUDIO_BPS = 32_000
FORMAT_VERSION = 4
FRAME_SAMPLES = SAMPLE_RATE_HZ // FRAME_RATE_HZ
FIRST_FRAMES = 4 * FRAME_RATE_HZ
"""Enough to begin: the maker is far faster than the speaker."""

NICENESS = 10

EncodedPacket: TypeAlias = "av.Packet[Any]"
_making: set[asyncio.Task[None]] = set()


@dataclass(frozen=True, slots=True)
class Unit:
    """One encoded frame: bytes as packetised, time in seconds from the clip's start."""

    data: bytes
    time_s: float


class Clip:
    """The frames of a clip; may still grow at its end while it is played."""

    def __init__(self, duration_s: float) -> None:
        self.video: list[Unit] = []
        self.audio: list[Unit] = []
        self.duration_s = duration_s
        """Of the whole clip, however much of it is there."""
        self.is_whole = False

    def add(self, kind: str, packet: EncodedPacket) -> None:
        assert packet.pts is not None
        assert packet.time_base is not None
        time_s = max(0.0, float(packet.pts * packet.time_base))
        units = self.video if kind == "video" else self.audio
        units.append(Unit(bytes(packet), time_s))


def clip_path(folder: Path, texts: list[str], look: Look, voice: Voice) -> Path:
    """Name the cached file after everything that decides its content."""
    key = repr((FORMAT_VERSION, texts, look, voice)).encode()
    return folder / f"clip-{hashlib.sha256(key).hexdigest()[:16]}.nut"


async def open_clip(
    folder: Path,
    texts: list[str],
    look: Look,
    voice: Voice,
    make: Callable[[], Awaitable[Samples]],
) -> Clip:
    """Load the clip of these texts, or begin to make it and return when it can play.

    The rest is made while it plays: about ten times faster than it is spoken.
    """
    path = clip_path(folder, texts, look, voice)
    if path.exists():
        return await asyncio.to_thread(load, path)
    samples = await make()
    clip = Clip(len(samples) // FRAME_SAMPLES / FRAME_RATE_HZ)
    making = asyncio.create_task(asyncio.to_thread(render, path, samples, look, clip))
    _making.add(making)
    making.add_done_callback(_making.discard)
    # Polled, because the maker is a thread.
    while len(clip.video) < FIRST_FRAMES and not making.done():  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    if making.done():
        making.result()
    return clip


def render(path: Path, samples: Samples, look: Look, clip: Clip) -> None:
    """Draw and encode into `clip`; the file appears only when it is whole."""
    # Linux knows a priority per thread: drawing must not take CPU from the live media.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    partial = path.with_suffix(f".{secrets.token_hex(4)}.part")
    with av.open(str(partial), "w", format="nut") as container:
        _render_into(container, samples, look, clip)
    clip.is_whole = True
    partial.replace(path)


def _render_into(
    container: av.container.OutputContainer, samples: Samples, look: Look, clip: Clip
) -> None:
    video, audio = _add_streams(container)

    def write(kind: str, packets: list[EncodedPacket]) -> None:
        for packet in packets:
            clip.add(kind, packet)
            container.mux(packet)

    room = figure.draw_room(look)
    for index, level in enumerate(loudness(samples, FRAME_RATE_HZ)):
        picture = figure.draw_frame(room, look, index / FRAME_RATE_HZ, float(level))
        frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        frame.pts, frame.time_base = index, Fraction(1, FRAME_RATE_HZ)
        write("video", video.encode(frame))
        piece = samples[index * FRAME_SAMPLES : (index + 1) * FRAME_SAMPLES]
        pcm = (piece.reshape(1, -1) * 32_000).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        sound.sample_rate = SAMPLE_RATE_HZ
        sound.pts, sound.time_base = index * FRAME_SAMPLES, Fraction(1, SAMPLE_RATE_HZ)
        write("audio", audio.encode(sound))
    write("video", video.encode(None))
    write("audio", audio.encode(None))


def _add_streams(
    container: av.container.OutputContainer,
) -> tuple[av.VideoStream, av.AudioStream]:
    video = container.add_stream("libx264", rate=FRAME_RATE_HZ)
    video.width, video.height = figure.WIDTH, figure.HEIGHT
    video.pix_fmt = "yuv420p"
    video.bit_rate = VIDEO_BPS
    video.gop_size = KEYFRAME_EVERY
    video.max_b_frames = 0
    video.thread_count = 1
    video.options = {
        "profile": "baseline",
        "preset": "veryfast",
        "tune": "zerolatency",
        "x264-params": f"scenecut=0:keyint={KEYFRAME_EVERY}:repeat-headers=1",
    }
    audio = container.add_stream("libopus", rate=SAMPLE_RATE_HZ, layout="mono")
    audio.bit_rate = AUDIO_BPS
    return video, audio


def load(path: Path) -> Clip:
    """Read a clip's encoded frames into memory (about 60 kB a second)."""
    clip = Clip(0.0)
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pts is not None and packet.size:
                clip.add(packet.stream.type, packet)
    clip.duration_s = len(clip.video) / FRAME_RATE_HZ
    clip.is_whole = True
    return clip
