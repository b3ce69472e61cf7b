"""A seminar on two media workers: what a viewer of the second one notices."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from demo.account import Account
from tests.e2e.browsers import open_chromium
from tests.e2e.people import logged_in, seminar_on_air, snapshot
from tests.e2e.stack import Stack, data_folder, free_media_port, open_stack
from tests.e2e.test_failover import BACK_LIMIT_S, OnAir, join
from tests.e2e.waiting import until
from tests.e2e.watching import peer_count, sees_and_hears, sees_anew

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

REPLICA = ("--index", "1")


async def peers_on(account: Account, stack: Stack, index: int) -> int:
    async with account.http.get(f"{stack.url}/metrics") as response:
        text = await response.text()
    found = re.search(rf'hallcast_media_peers{{worker="{index}"}} (\d+)', text)
    return int(found[1]) if found else 0


async def drain(stack: Stack, index: int) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "drain", str(index)),
        env=os.environ | {"HALLCAST_DATA_DIR": str(stack.data)},
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0


async def test_a_viewer_of_the_replica_sees_hears_and_comes_back(
    tmp_path: Path, demo_clips: Path
) -> None:
    data = data_folder(tmp_path, demo_clips)
    settings = {
        "media_workers": "2",
        "media_port": str(free_media_port(2)),
        # The presenter alone fills the first worker.
        "media_peers_per_worker": "1",
    }
    async with (
        open_stack(data, "--demo", **settings) as stack,
        logged_in(stack, "trainer") as trainer,
        open_chromium() as chromium,
    ):
        on_air = OnAir(stack, trainer, await seminar_on_air(trainer))
        epoch = (await snapshot(trainer, on_air.seminar_id))["media_epoch"]
        viewer = await join(chromium, on_air, "Dias Omarov")
        await sees_and_hears(viewer, 15, "the viewer sees and hears by the replica")
        await until(
            lambda: peers_on(trainer, stack, 1),
            lambda peers: peers >= 1,
            5,
            "the viewer is on the second worker",
        )

        peers = await peer_count(viewer)
        stack.kill("media", *REPLICA)
        spent_s = await sees_anew(viewer, peers, 20, "the picture is back")
        print(f"\nback after the replica's worker died: {spent_s:.2f} s")
        assert spent_s < BACK_LIMIT_S
        state = await snapshot(trainer, on_air.seminar_id)
        assert state["media_epoch"] == epoch, "the others noticed nothing"
        await sees_and_hears(viewer, 10, "picture and sound are steady again")

        origin = stack.child_pid("media", "--index", "0")
        peers = await peer_count(viewer)
        await drain(stack, 0)
        await sees_anew(viewer, peers, 30, "the picture is back elsewhere")
        await until(
            lambda: successor(stack, origin),
            lambda is_there: is_there,
            20,
            "the empty worker was started anew",
        )
        await sees_and_hears(viewer, 10, "picture and sound are steady again")


async def successor(stack: Stack, pid_before: int) -> bool:
    try:
        return stack.child_pid("media", "--index", "0") != pid_before
    except LookupError:
        return False
