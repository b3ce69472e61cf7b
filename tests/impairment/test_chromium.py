"""F1 to F4 with real Chromium behind the line, three seeds, a minute each."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.impairment.attempts import SEEDS, missed
from tests.impairment.chromium import first_picture_s, take_sample
from tests.impairment.conditions import (
    F1,
    F2,
    F3,
    F4,
    Phase,
    one_minute_each,
)
from tests.impairment.report import Verdict
from tests.impairment.watching import Minute, Seen, Watching, watch

pytestmark = [pytest.mark.long, pytest.mark.e2e, pytest.mark.timeout(540)]

MINUTE_S = 60.0
RECOVERY_LIMIT_S = 15
RECOVERED_SHARE = 0.9


def note_shown(verdict: Verdict, minute: Minute, limit: float) -> None:
    shown = minute.bad.decoded / max(1, minute.clean.decoded)
    verdict.at_least("pictures shown", shown, limit)


@pytest.mark.parametrize("seed", SEEDS)
async def test_f1_two_per_cent_are_not_seen(
    tmp_path: Path, footage: Path, seed: int
) -> None:
    schedule = (Phase.both(0, F1),)

    async def judge(scene: Watching, verdict: Verdict) -> Seen:
        await scene.begin(schedule)
        minute = await watch(scene, MINUTE_S)
        verdict.at_most("s, worst freeze", minute.bad.worst_gap_s, 0.5)
        return minute.clean

    assert await missed("F1", schedule, judge, tmp_path, footage, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_f2_five_per_cent_each_way_freeze_two_seconds_a_minute(
    tmp_path: Path, footage: Path, seed: int
) -> None:
    schedule = (Phase.both(0, F2),)

    async def judge(scene: Watching, verdict: Verdict) -> Seen:
        await scene.begin(schedule)
        minute = await watch(scene, MINUTE_S)
        verdict.at_most("s frozen a minute", minute.bad.frozen_s, 2)
        note_shown(verdict, minute, 0.8)
        return minute.clean

    assert await missed("F2", schedule, judge, tmp_path, footage, seed) == []


@pytest.mark.parametrize("seed", SEEDS)
async def test_f3_ten_per_cent_each_way_are_recovered_from(
    tmp_path: Path, footage: Path, seed: int
) -> None:
    schedule = one_minute_each(F3)

    async def judge(scene: Watching, verdict: Verdict) -> Seen:
        await scene.begin(schedule)
        await asyncio.sleep(MINUTE_S)
        minute = await watch(scene, MINUTE_S)
        verdict.at_most("s frozen a minute", minute.bad.frozen_s, 6)
        recovered_s = await seconds_to_recover(scene)
        verdict.at_most("s to 90 % bit rate", recovered_s, RECOVERY_LIMIT_S)
        return minute.clean

    assert await missed("F3", schedule, judge, tmp_path, footage, seed) == []


async def seconds_to_recover(scene: Watching) -> float:
    """Give when three seconds of bit rate were near those of the clean page."""
    pages = (scene.bad, scene.clean)
    totals = [[(await take_sample(page)).bytes for page in pages]]
    for second in range(1, int(MINUTE_S)):
        await asyncio.sleep(1)
        totals.append([(await take_sample(page)).bytes for page in pages])
        if second >= 3:
            bad, clean = (
                now - before
                for now, before in zip(totals[second], totals[second - 3], strict=True)
            )
            if bad >= RECOVERED_SHARE * clean:
                return second
    return MINUTE_S


@pytest.mark.parametrize("seed", SEEDS)
async def test_f4_a_line_over_a_satellite_shows_its_first_picture_soon(
    tmp_path: Path, footage: Path, seed: int
) -> None:
    schedule = (Phase.both(0, F4),)

    async def judge(scene: Watching, verdict: Verdict) -> Seen:
        verdict.at_most("s to the first picture", await first_picture_s(scene.bad), 3)
        await scene.begin(schedule)
        minute = await watch(scene, MINUTE_S)
        note_shown(verdict, minute, 0.8)
        return minute.clean

    assert await missed("F4", schedule, judge, tmp_path, footage, seed) == []
