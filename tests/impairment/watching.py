"""A Chromium that publishes, one that watches behind a bad line, one that does not."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.e2e.waiting import until
from tests.impairment.chromium import (
    ANSWER_SCRIPT,
    ONE_LAYER,
    PUBLISH_SCRIPT,
    VIEW_SCRIPT,
    Sample,
    open_chromium_in,
    open_page,
    plis_received,
    shown_ms,
    take_sample,
)
from tests.impairment.conditions import Schedule
from tests.impairment.lab import Lab, open_lab, preferred
from tests.impairment.namespace import entered
from tests.impairment.probe import probe
from tests.impairment.tun import HUB_ADDRESS
from tests.media.worker_process import WorkerProcess

PICTURE_WITHIN_S = 20
SETTLE_S = 8.0
"""Browsers begin with a small jitter buffer and a low bit rate."""


@dataclass
class Watching:
    """The pages. `bad` is behind the line, `clean` beside the publisher."""

    lab: Lab
    publisher: Page
    bad: Page
    clean: Page
    began_ms: int = 0
    """When the line's schedule began, Unix time."""

    async def begin(self, schedule: Schedule) -> None:
        await self.lab.begin(schedule)
        self.began_ms = int(time.time() * 1000)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one page had between two samples."""

    concealed: float
    """Share of sound, 0 to 1."""
    frozen_s: float
    """As the browser counts freezes (W3C webrtc-stats, totalFreezesDuration)."""
    worst_gap_s: float
    decoded: int
    seconds: float

    @classmethod
    def between(cls, first: Sample, last: Sample, shown: list[int]) -> Seen:
        inside = [one for one in shown if first.at_ms <= one <= last.at_ms]
        gaps_ms = [b - a for a, b in pairwise((first.at_ms, *inside, last.at_ms))]
        return cls(
            concealed=(last.concealed - first.concealed)
            / max(1, last.sounds - first.sounds),
            frozen_s=last.frozen_s - first.frozen_s,
            worst_gap_s=max(gaps_ms) / 1000,
            decoded=last.decoded - first.decoded,
            seconds=(last.at_ms - first.at_ms) / 1000,
        )


@dataclass(frozen=True, slots=True)
class Minute:
    """Both pages over the same time."""

    bad: Seen
    clean: Seen
    plis: int
    """That reached the publisher."""


async def watch(scene: Watching, seconds: float) -> Minute:
    """Let the pages play for so long."""
    pages = (scene.bad, scene.clean)
    plis = await plis_received(scene.publisher)
    firsts = [await take_sample(page) for page in pages]
    await asyncio.sleep(seconds)
    lasts = [await take_sample(page) for page in pages]
    bad, clean = [
        Seen.between(first, last, await shown_ms(page))
        for page, first, last in zip(pages, firsts, lasts, strict=True)
    ]
    return Minute(bad, clean, await plis_received(scene.publisher) - plis)


@contextlib.asynccontextmanager
async def open_watching(
    folder: Path,
    footage: Path,
    seed: int,
    schedule: Schedule,
    layers: list[dict[str, Any]] = ONE_LAYER,
) -> AsyncIterator[Watching]:
    """Connect everybody over a line that only delays, as the schedule's last phase."""
    with preferred():
        async with open_lab(1, seed) as lab:
            await probe(lab)
            await lab.begin((schedule[-1].clean(),))
            with entered(lab.hub.name):
                worker = WorkerProcess(folder, "--udp-host", HUB_ADDRESS)
            try:
                await worker.open_router()
                async with (
                    open_chromium_in(lab.hub.name, folder, footage=footage) as near,
                    open_chromium_in(lab.far[0].name, folder) as far,
                ):
                    publisher = await open_page(near)
                    await _connect(worker, publisher, "publish", layers)
                    await worker.put_on_air("publish")
                    bad, clean = await open_page(far), await open_page(near)
                    await _connect(worker, bad, "bad")
                    await _connect(worker, clean, "clean")
                    for page in (bad, clean):
                        await _wait_for_picture(page)
                    await asyncio.sleep(SETTLE_S)
                    yield Watching(lab, publisher, bad, clean)
                await lab.assert_sound()
            finally:
                await worker.stop()


async def _connect(
    worker: WorkerProcess,
    page: Page,
    name: str,
    layers: list[dict[str, Any]] | None = None,
) -> None:
    if layers is None:
        offer = await page.evaluate(VIEW_SCRIPT)
        answer = await worker.offer(name, "receive", offer)
    else:
        offer = await page.evaluate(PUBLISH_SCRIPT, layers)
        answer = await worker.offer(name, "publish", offer)
    await page.evaluate(ANSWER_SCRIPT, answer)


async def _wait_for_picture(page: Page) -> None:
    await until(
        lambda: shown_ms(page), lambda shown: len(shown) > 1, PICTURE_WITHIN_S, "shown"
    )
