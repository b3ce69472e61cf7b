"""F6 and F7: a line that carries less than the picture, for one viewer alone."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.e2e.waiting import until
from tests.impairment.attempts import SEEDS, missed
from tests.impairment.chromium import TWO_LAYERS, take_sample
from tests.impairment.conditions import F6, F7, Condition, Phase, Schedule
from tests.impairment.report import Verdict
from tests.impairment.watching import Seen, Watching, watch

pytestmark = [pytest.mark.long, pytest.mark.e2e, pytest.mark.timeout(540)]

SHARP_WITHIN_S = 45
"""Browsers send their best layer when they trust their own line, then we probe."""
MINUTE_S = 40.0
DROP_LIMIT_S = 5.0
FULL_HEIGHT = 360
QUEUE_LIMIT_MS = 500
POLL_S = 0.25


def capped(cap: Condition) -> Schedule:
    return (Phase(0, up=Condition(delay_ms=cap.delay_ms), down=cap),)


async def sharpen(scene: Watching) -> None:
    """Wait until both pages have the best layer."""
    for page in (scene.bad, scene.clean):
        await until(
            lambda page=page: take_sample(page),  # type: ignore[misc]
            lambda sample: sample.height == FULL_HEIGHT,
            SHARP_WITHIN_S,
            "the best layer",
        )


async def seconds_to_drop(scene: Watching) -> float:
    """Give when the page behind the line got a smaller picture, or none any more."""
    began_s = time.monotonic()
    before = (await take_sample(scene.bad)).decoded
    while time.monotonic() - began_s < 2 * DROP_LIMIT_S:
        await asyncio.sleep(POLL_S)
        now = await take_sample(scene.bad)
        if now.height < FULL_HEIGHT and now.decoded > before:
            break
    return time.monotonic() - began_s


async def worst_queue_ms(scene: Watching) -> float:
    """Give the longest wait at the cap since this was asked last."""
    [line] = (await scene.lab.report())["lines"]
    return float(line["down"]["worst_queue_ms"])


async def note_others(scene: Watching, verdict: Verdict, clean: Seen) -> None:
    height = (await take_sample(scene.clean)).height
    verdict.at_least("lines of the others' picture", height, FULL_HEIGHT)
    verdict.at_most("s, others' worst freeze", clean.worst_gap_s, 0.5)


@pytest.mark.parametrize("seed", SEEDS)
async def test_f6_half_a_megabit_drops_a_layer_of_one_viewer(
    tmp_path: Path, footage: Path, seed: int
) -> None:
    schedule = capped(F6)

    async def judge(scene: Watching, verdict: Verdict) -> Seen:
        await sharpen(scene)
        await scene.begin(schedule)
        verdict.at_most("s to the lower layer", await seconds_to_drop(scene), 5)
        await asyncio.sleep(DROP_LIMIT_S)
        await worst_queue_ms(scene)
        minute = await watch(scene, MINUTE_S)
        verdict.at_most("sound concealed", minute.bad.concealed, 0.02)
        verdict.at_most("ms in the queue", await worst_queue_ms(scene), QUEUE_LIMIT_MS)
        await note_others(scene, verdict, minute.clean)
        return minute.clean

    found = await missed("F6", schedule, judge, tmp_path, footage, seed, TWO_LAYERS)
    assert found == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_f7_what_carries_no_picture_still_carries_the_sound(
    tmp_path: Path, footage: Path, seed: int
) -> None:
    schedule = capped(F7)

    async def judge(scene: Watching, verdict: Verdict) -> Seen:
        await sharpen(scene)
        await scene.begin(schedule)
        await asyncio.sleep(2 * DROP_LIMIT_S)
        minute = await watch(scene, MINUTE_S)
        verdict.at_most("sound concealed", minute.bad.concealed, 0.03)
        await note_others(scene, verdict, minute.clean)
        return minute.clean

    found = await missed("F7", schedule, judge, tmp_path, footage, seed, TWO_LAYERS)
    assert found == []
