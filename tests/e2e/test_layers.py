"""Three layers of a real Chromium camera, and a real Chromium that moves among them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from media.protocol import ViewerPrefer
from tests.e2e.bridge import open_bridge
from tests.e2e.browsers import open_chromium, open_window
from tests.e2e.footage import write_y4m
from tests.e2e.waiting import until
from tests.media.worker_process import WorkerProcess, open_worker

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

LAYERS = [
    {"rid": "l", "scaleResolutionDownBy": 4, "maxBitrate": 150_000},
    {"rid": "m", "scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"rid": "h", "maxBitrate": 1_500_000},
]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[tuple[WorkerProcess, Page]]:
    """A page that publishes 1280x720 in three layers and watches itself."""
    write_y4m(tmp_path / "cam.y4m", 1280, 720)
    async with (
        open_worker(tmp_path) as worker,
        open_bridge(worker) as url,
        open_chromium(
            f"--use-file-for-fake-video-capture={tmp_path / 'cam.y4m'}"
        ) as chromium,
    ):
        page = await open_window(chromium, is_ours=False)
        await page.goto(url)
        await page.evaluate(
            "(layers) => window.publish('p', layers, 'H264', 1280, 720)", LAYERS
        )
        await worker.put_on_air("p")
        await page.evaluate("() => window.view('v')")
        yield worker, page


async def picture(page: Page) -> dict[str, Any]:
    rows = await page.evaluate("() => window.stats('v', 'inbound-rtp', 'video')")
    return dict(rows[0]) if rows else {}


async def wait_for_height(page: Page, height: int) -> float:
    _, spent_s = await until(
        lambda: picture(page),
        lambda row: row.get("frameHeight") == height,
        20,
        f"a picture of {height} lines",
    )
    return spent_s


async def test_a_viewer_moves_between_layers_without_losing_a_packet(
    room: tuple[WorkerProcess, Page],
) -> None:
    worker, page = room
    await wait_for_height(page, 720)
    for height in (180, 360, 720, 180):
        wish = ViewerPrefer(peer_id="v", max_heights={"programme": height})
        await worker.client.request(wish)
        spent_s = await wait_for_height(page, height)
        print(f"{height} lines are seen {spent_s:.1f} s after they were asked for")
    row = await picture(page)
    assert (row["packetsLost"], row["nackCount"], row["pliCount"]) == (0, 0, 0)
    print(f"frozen for {row['totalFreezesDuration']:.2f} s in four changes of layer")
    assert row["totalFreezesDuration"] < 3, "no longer than keyframes are apart"


async def test_chromium_estimates_its_line_by_the_time_of_sending(
    room: tuple[WorkerProcess, Page],
) -> None:
    _, page = room

    async def estimate_bps() -> float:
        rows = await page.evaluate("() => window.stats('v', 'candidate-pair')")
        return float(max(row.get("availableIncomingBitrate", 0) for row in rows))

    bps, _ = await until(estimate_bps, lambda bps: bps > 500_000, 25, "REMB")
    print(f"the line carries {bps / 1e6:.1f} Mbit/s, says Chromium")
