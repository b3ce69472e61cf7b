"""A browser that publishes learns from our feedback what its uplink carries."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.bridge import open_bridge
from tests.e2e.browsers import open_chromium, open_window
from tests.e2e.footage import write_y4m
from tests.e2e.hop import open_hop
from tests.e2e.waiting import until
from tests.media.worker_process import open_worker

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(120)]


async def test_chromium_follows_its_uplink_down(tmp_path: Path) -> None:
    """In 1 s from 4 to 0.5 Mbit/s; by reports and REMB alone it took 4 s of lost
    packets and crept over the cap again (measured)."""
    write_y4m(tmp_path / "cam.y4m", 1280, 720)
    camera = f"--use-file-for-fake-video-capture={tmp_path / 'cam.y4m'}"
    async with open_worker(tmp_path) as worker:
        port = await worker.port()
        async with (
            open_hop(port) as hop,
            open_bridge(
                worker, change_answer=lambda _, sdp: hop.redirect(sdp, port)
            ) as url,
            open_chromium(camera) as chromium,
        ):
            page = await open_window(chromium, is_ours=False)
            await page.goto(url)
            await page.evaluate("() => window.publish('p', [{}], 'H264', 1280, 720)")

            async def uplink_bps() -> float:
                rows = await page.evaluate("() => window.stats('p', 'candidate-pair')")
                return max(
                    float(row.get("availableOutgoingBitrate", 0)) for row in rows
                )

            await until(uplink_bps, lambda bps: bps > 1_500_000, 15, "a wide uplink")
            hop.up_bps = 600_000
            seen = []
            for _ in range(16):
                await asyncio.sleep(0.5)
                seen.append(round((await uplink_bps()) / 1e6, 2))
            print(seen)
            assert all(0.1 < mbps < 0.75 for mbps in seen[4:])
