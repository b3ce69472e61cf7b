"""A clip of a speaker: made once, kept as encoded frames, played in a loop for nothing.

H.264 constrained baseline in Annex B and Opus, in one NUT file. Players send the
frames as they are, so a demo presenter costs almost no CPU.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

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
FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """One encoded frame: bytes as packetised, time in seconds from the clip's start."""

    data: bytes
    time_s: float


@dataclass(frozen=True, slots=True)
class Clip:
    video: tuple[Unit, ...]
    audio: tuple[Unit, ...]
    duration_s: float


def clip_path(folder: Path, texts: list[str], look: Look, voice: Voice) -> Path:
    """Name the cached file after everything that decides its content."""
    key = repr((FORMAT_VERSION, texts, look, voice)).encode()
    return folder / f"clip-{hashlib.sha256(key).hexdigest()[:16]}.nut"


def render(path: Path, samples: Samples, look: Look) -> None:
    """Draw and encode a clip; the file appears only when it is whole."""
    partial = path.with_suffix(".part")
    with av.open(str(partial), "w", format="nut") as container:
        _render_into(container, samples, look)
    partial.replace(path)


def _render_into(
    container: av.container.OutputContainer, samples: Samples, look: Look
) -> None:
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
    levels = loudness(samples, FRAME_RATE_HZ)
    room = figure.draw_room(look)
    per_frame = SAMPLE_RATE_HZ // FRAME_RATE_HZ
    for index, level in enumerate(levels):
        picture = figure.draw_frame(room, look, index / FRAME_RATE_HZ, float(level))
        frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        frame.pts, frame.time_base = index, Fraction(1, FRAME_RATE_HZ)
        container.mux(video.encode(frame))
        piece = samples[index * per_frame : (index + 1) * per_frame]
        pcm = (piece.reshape(1, -1) * 32_000).astype(np.int16)
        sound = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        sound.sample_rate = SAMPLE_RATE_HZ
        sound.pts, sound.time_base = index * per_frame, Fraction(1, SAMPLE_RATE_HZ)
        container.mux(audio.encode(sound))
    container.mux(video.encode(None))
    container.mux(audio.encode(None))


def load(path: Path) -> Clip:
    """Read a clip's encoded frames into memory (about 60 kB a second)."""
    units: dict[str, list[Unit]] = {"video": [], "audio": []}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.pts is None or not packet.size:
                continue
            assert packet.time_base is not None
            time_s = max(0.0, float(packet.pts * packet.time_base))
            units[packet.stream.type].append(Unit(bytes(packet), time_s))
    video, audio = units["video"], units["audio"]
    duration_s = len(video) / FRAME_RATE_HZ
    return Clip(tuple(video), tuple(audio), duration_s)
