"""Wait for something to become true in a browser, with a clear failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(
    probe: Callable[[], Awaitable[T]],
    holds: Callable[[T], bool],
    within_s: float,
    what: str,
) -> tuple[T, float]:
    """Ask `probe` until `holds`; return its value and the seconds it took."""
    started = time.monotonic()
    while True:
        value = await probe()
        spent_s = time.monotonic() - started
        if holds(value):
            return value, spent_s
        if spent_s > within_s:
            raise AssertionError(f"{what}: not within {within_s} s, last {value!r}")
        await asyncio.sleep(0.1)
