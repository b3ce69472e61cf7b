"""Speech made on this machine: espeak-ng when it is there, else one committed clip."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 48_000
FALLBACK_CLIP = Path(__file__).parent / "assets" / "lecture.opus"
PAUSE_S = 0.9

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """An espeak-ng voice; the pitch is 0 to 99, the pace in words a minute."""

    name: str = "en-gb"
    pitch: int = 42
    words_per_min: int = 150


def read_samples(path: Path) -> Samples:
    """Decode an audio file to mono samples in -1..1 at 48 kHz."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE_HZ)
    chunks: list[Samples] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            chunks.extend(out.to_ndarray()[0] for out in resampler.resample(frame))
        chunks.extend(out.to_ndarray()[0] for out in resampler.resample(None))
    return np.concatenate(chunks).astype(np.float32)


async def speak(text: str, voice: Voice) -> Samples:
    """Say a text, with a pause behind it.

    Without espeak-ng the committed clip is heard instead: about as much of it as the
    text would take at the voice's pace.
    """
    pause = np.zeros(int(PAUSE_S * SAMPLE_RATE_HZ), np.float32)
    program = shutil.which("espeak-ng")
    if program is None:
        wanted_s = len(text.split()) * 60 / voice.words_per_min
        clip = await asyncio.to_thread(read_samples, FALLBACK_CLIP)
        return np.concatenate([clip[: int(wanted_s * SAMPLE_RATE_HZ)], pause])
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "speech.wav"
        process = await asyncio.create_subprocess_exec(
            program,
            *("-v", voice.name, "-p", str(voice.pitch)),
            *("-s", str(voice.words_per_min), "-w", str(wav), "--stdin"),
            stdin=asyncio.subprocess.PIPE,
        )
        await process.communicate(text.encode())
        samples = await asyncio.to_thread(read_samples, wav)
    return np.concatenate([samples * 0.8, pause])


def loudness(samples: Samples, rate_hz: float) -> Samples:
    """Root mean square of each `1/rate_hz` seconds, scaled so that the peak is 1."""
    window = int(SAMPLE_RATE_HZ / rate_hz)
    count = len(samples) // window
    blocks = samples[: count * window].reshape(count, window)
    levels = np.sqrt(np.mean(blocks**2, axis=1))
    scaled: Samples = levels / max(float(levels.max(initial=0.0)), 1e-6)
    return scaled.astype(np.float32)
