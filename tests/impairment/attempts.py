"""Runs of real browsers that are repeated when the machine disturbed them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.impairment.chromium import ONE_LAYER
from tests.impairment.conditions import Schedule
from tests.impairment.lab import EmulatorFaultError
from tests.impairment.report import Verdict
from tests.impairment.watching import Seen, Watching, open_watching

SEEDS = (1, 2, 3)
ATTEMPTS = 2
CLIENT = "Chromium viewer"
CALM_CONCEALED = 0.003
CALM_FROZEN_S = 0.5

Judge = Callable[[Watching, Verdict], Awaitable[Seen]]
"""Runs the minute, notes the figures, gives what the clean page saw meanwhile."""


async def missed(
    name: str,
    schedule: Schedule,
    judge: Judge,
    folder: Path,
    footage: Path,
    seed: int,
    layers: list[dict[str, Any]] = ONE_LAYER,
) -> list[str]:
    """Run a condition and give the limits it missed, while the clean page was calm.

    Raises EmulatorFaultError when the clean page was disturbed each time.
    """
    clean: Seen | None = None
    for attempt in range(ATTEMPTS):
        inner = folder / str(attempt)
        inner.mkdir()
        verdict = Verdict(name, CLIENT, seed)
        async with open_watching(inner, footage, seed, schedule, layers) as scene:
            clean = await judge(scene, verdict)
        if not verdict.failures or _is_calm(clean):
            return verdict.failures
    raise EmulatorFaultError(f"the clean page was disturbed as well: {clean}")


def _is_calm(clean: Seen) -> bool:
    return clean.concealed <= CALM_CONCEALED and clean.frozen_s <= CALM_FROZEN_S
