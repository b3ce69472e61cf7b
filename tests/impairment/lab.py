"""`Lab`: a hub namespace for servers, far namespaces behind emulated lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from tests.impairment.conditions import Schedule, encode_schedules
from tests.impairment.namespace import Namespace, namespaces
from tests.impairment.tun import HUB_ADDRESS

NICENESS = -10
"""The little that the emulator and light clients need is everybody's delay."""

READY_TIMEOUT_S = 20
REPLY_TIMEOUT_S = 10
MAX_OWN_LOSS = 0.005
"""Of all packets, from `reliability.md`, group F."""


class EmulatorFaultError(AssertionError):
    """The emulator disturbs packets by itself: no figure of this run counts."""


@dataclass
class Lab:
    """Namespaces and the process that joins them."""

    hub: Namespace
    far: list[Namespace]
    process: asyncio.subprocess.Process

    async def begin(self, *schedules: Schedule) -> None:
        """Start these schedules now, one for each line."""
        await self._ask(b"begin " + encode_schedules(schedules))

    async def report(self) -> dict[str, Any]:
        """Give the emulator's figures since the last `begin`."""
        return await self._ask(b"report")

    async def assert_sound(self) -> dict[str, Any]:
        """Fail when the emulator lost packets by itself; gives its figures."""
        report = await self.report()
        packets = sum(
            line[way]["packets"] for line in report["lines"] for way in ("up", "down")
        )
        if report["own_lost"] > max(1, packets) * MAX_OWN_LOSS:
            raise EmulatorFaultError(
                f"{report['own_lost']} of {packets} lost by itself"
            )
        return report

    async def _ask(self, command: bytes) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(command + b"\n")
        await self.process.stdin.drain()
        reply: dict[str, Any] = json.loads(await self._line(REPLY_TIMEOUT_S))
        return reply

    async def _line(self, timeout_s: float) -> bytes:
        assert self.process.stdout is not None
        async with asyncio.timeout(timeout_s):
            line = await self.process.stdout.readline()
        if not line:
            raise EmulatorFaultError("the emulator ended")
        return line


@contextlib.contextmanager
def preferred() -> Iterator[None]:
    """Run this thread and the children it starts before others on a shared machine."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, min(before, NICENESS))
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)


@contextlib.asynccontextmanager
async def open_lab(lines: int, seed: int = 1) -> AsyncIterator[Lab]:
    """Join so many far namespaces to a hub by perfect lines."""
    with namespaces(lines + 1) as (hub, *far):
        hub.ip("addr", "add", f"{HUB_ADDRESS}/32", "dev", "lo")
        with preferred():
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.impairment.link", "--seed", str(seed)),
                *("--serve", hub.name, *(one.name for one in far)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        lab = Lab(hub, far, process)
        try:
            assert await lab._line(READY_TIMEOUT_S) == b"ready\n"
            yield lab
        finally:
            assert process.stdin is not None
            process.stdin.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()
