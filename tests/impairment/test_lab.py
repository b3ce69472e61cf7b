from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

from tests.impairment.conditions import Condition, Phase
from tests.impairment.lab import open_lab
from tests.impairment.namespace import FOLDER, PREFIX, entered, namespaces, remove_stale
from tests.impairment.probe import probe
from tests.impairment.tun import HUB_ADDRESS

LEAVE_ONE_BEHIND = (
    "import os, signal; from tests.impairment.namespace import Namespace; "
    "print(Namespace().name, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
)


def network_of_this_thread() -> str:
    return os.readlink("/proc/thread-self/ns/net")


async def test_the_emulator_keeps_its_own_promises() -> None:
    async with open_lab(2) as lab:
        found = await probe(lab)
        assert [one.loss for one in found] == [0, 0]
        await lab.assert_sound()
    assert not [one for one in lab.far if (FOLDER / one.name).exists()]


async def test_a_line_loses_what_its_schedule_says() -> None:
    async with open_lab(1) as lab:
        far = lab.far[0].name
        await lab.begin((Phase(0.0, up=Condition(is_up=False)),))
        before = (await lab.report())["lines"][0]
        with entered(far), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"lost", (HUB_ADDRESS, 9))
        await asyncio.sleep(0.2)
        after = (await lab.report())["lines"][0]
        assert after["up"]["refused"] == before["up"]["refused"] + 1


def test_entering_a_namespace_ends_with_the_block() -> None:
    own = network_of_this_thread()
    with namespaces(1) as (one,):
        with entered(one.name):
            assert network_of_this_thread() != own
        assert network_of_this_thread() == own


def test_what_a_killed_process_left_behind_is_removed() -> None:
    command = [sys.executable, "-c", LEAVE_ONE_BEHIND]
    left = subprocess.run(command, capture_output=True, text=True)
    assert left.returncode == -signal.SIGKILL
    name = left.stdout.strip()
    assert name.startswith(PREFIX)
    with namespaces(1) as (mine,):
        # Another run may have been faster.
        remove_stale()
        assert not (FOLDER / name).exists()
        assert (FOLDER / mine.name).exists()


def test_the_emulator_ends_with_the_process_that_started_it() -> None:
    with namespaces(2) as (hub, far):
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.impairment.link"),
                *("--serve", hub.name, far.name),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.stdin.close()
        began_s = time.monotonic()
        assert process.wait(5) == 0
        assert time.monotonic() - began_s < 5
        process.stdout.close()
