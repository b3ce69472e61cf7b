"""Find the flash and the beep of the test footage: in a page, and in a recording."""

from __future__ import annotations

import io
import json
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
from playwright.async_api import Page

from tests.e2e.footage import LOOP_S

BEEP_HZ = 880
BRIGHT = 190
"""Mean luma of a flash; the street scene stays far below."""
LOUD = 0.02
ALONE = 0.75
"""Of a window's power that is in the tone: nearly all in a beep, little in speech."""
WINDOW_SAMPLES = 480
HOLD_S = 2.0
WATCH_SCRIPT = """() => {
  window.__marks = { flash: [], beep: [] };
  const note = (kind) => {
    const at = performance.timeOrigin + performance.now();
    const seen = window.__marks[kind];
    if (!seen.length || at - seen[seen.length - 1] > 2000) seen.push(at);
  };
  const tracks = window.__peers.filter((peer) => peer.connectionState === 'connected')
    .flatMap((peer) => peer.getReceivers()).map((receiver) => receiver.track)
    .filter((track) => track && track.kind === 'audio');
  const context = new AudioContext();
  const samples = new Float32Array(1024);
  for (const track of tracks) {
    const settings = { fftSize: 1024, smoothingTimeConstant: 0 };
    const analyser = new AnalyserNode(context, settings);
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    const bin = Math.round(880 / (context.sampleRate / 1024));
    setInterval(() => {
      analyser.getFloatFrequencyData(levels);
      // A beep stands alone; in speech 880 Hz has company.
      const tone = Math.max(levels[bin], levels[bin + 1]);
      const others = levels.filter((_, at) => Math.abs(at - bin) > 6);
      if (tone > -45 && tone - Math.max(...others) > 18) note('beep');
    }, 10);
  }
  const often = { willReadFrequently: true };
  const canvas = new OffscreenCanvas(32, 18).getContext('2d', often);
  for (const video of document.querySelectorAll('video')) {
    const look = () => {
      canvas.drawImage(video, 0, 0, 32, 18);
      const pixels = canvas.getImageData(0, 0, 32, 18).data;
      let sum = 0;
      for (let i = 0; i < pixels.length; i += 4) sum += pixels[i + 1];
      if (sum / (pixels.length / 4) > 190) note('flash');
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }
}"""


async def watch_marks(page: Page) -> None:
    """Begin to note when this page shows a flash and plays a beep."""
    await page.evaluate(WATCH_SCRIPT)


async def marks_seen(page: Page) -> dict[str, list[float]]:
    """Give what was noted so far, Unix milliseconds by kind."""
    marks: dict[str, list[float]] = await page.evaluate("() => window.__marks")
    return marks


def marks_recorded(folder: Path) -> dict[str, list[float]]:
    """Decode the programme and give its marks, Unix milliseconds by kind."""
    text = (folder / "manifest.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    programme = [line for line in lines if line.get("rendition") == "programme"]
    started_ms = next(
        line["started_at_ms"] for line in lines if line["type"] == "epoch"
    )
    runs = [
        b"".join((folder / "programme" / name).read_bytes() for name in names)
        for names in _runs(programme)
    ]
    flashes = [at_s for data in runs for at_s in _flashes(data)]
    beeps = [at_s for data in runs for at_s in _beeps(data)]
    return {
        "flash": [started_ms + at_s * 1000 for at_s in _first_of_each(flashes)],
        "beep": [started_ms + at_s * 1000 for at_s in _first_of_each(beeps)],
    }


def _runs(programme: list[dict[str, Any]]) -> list[list[str]]:
    """Give the files of each init segment with its media segments: one decoder each."""
    runs: list[list[str]] = []
    for line in programme:
        if line["type"] == "init":
            runs.append([line["file"]])
        elif line["type"] == "segment":
            runs[-1].append(line["file"])
    return [names for names in runs if len(names) > 1]


def _flashes(data: bytes) -> list[float]:
    with av.open(io.BytesIO(data), "r") as container:
        return [
            frame.time
            for frame in container.decode(video=0)
            if frame.to_ndarray(format="gray").mean() > BRIGHT
        ]


def _beeps(data: bytes) -> list[float]:
    found = []
    wave = np.exp(-2j * np.pi * BEEP_HZ * np.arange(WINDOW_SAMPLES) / 48_000)
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(audio=0):
            assert frame.time is not None
            samples = frame.to_ndarray().mean(axis=0)
            for first in range(0, len(samples) - WINDOW_SAMPLES + 1, WINDOW_SAMPLES):
                window = samples[first : first + WINDOW_SAMPLES]
                amplitude = abs(np.dot(window, wave)) * 2 / WINDOW_SAMPLES
                power = float(np.mean(window**2))
                if amplitude > LOUD and amplitude**2 / 2 > ALONE * power:
                    found.append(frame.time + first / 48_000)
    return found


def _first_of_each(times_s: list[float]) -> list[float]:
    """Keep the first time of each run of marks."""
    kept: list[float] = []
    for time_s in times_s:
        if not kept or time_s - kept[-1] > HOLD_S:
            kept.append(time_s)
    return kept


def lag_ms(recorded: list[float], seen: list[float]) -> float:
    """Give how much later marks were seen than recorded: the median of the nearest."""
    half_loop_ms = LOOP_S * 500
    differences = [
        one - nearest
        for one in seen
        for nearest in [min(recorded, key=lambda mark: abs(mark - one))]
        if abs(one - nearest) < half_loop_ms
    ]
    return median(differences)
