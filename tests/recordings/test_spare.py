"""The take process that is started ahead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from recordings.spare import Spare


@pytest.fixture
async def spare() -> AsyncIterator[Spare]:
    made = Spare(refill_s=0.01)
    yield made
    await made.close()


async def end(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert await process.wait() == 0


async def test_the_process_waiting_is_given_and_the_next_one_started(
    spare: Spare,
) -> None:
    spare.fill()
    started = time.monotonic()
    first = await spare.take()
    await asyncio.sleep(0.2)
    second = await spare.take()
    assert first.pid != second.pid
    assert time.monotonic() - started < 5
    await end(first)
    await end(second)


async def test_a_spare_that_died_is_replaced(spare: Spare) -> None:
    spare.fill()
    assert spare._starting is not None
    dead = await spare._starting
    dead.kill()
    await dead.wait()
    process = await spare.take()
    assert process.pid != dead.pid
    await end(process)


async def test_without_a_spare_a_process_is_started(spare: Spare) -> None:
    await end(await spare.take())


async def test_closing_ends_the_waiting_process() -> None:
    spare = Spare()
    spare.fill()
    assert spare._starting is not None
    process = await spare._starting
    await spare.close()
    assert process.returncode == 0
