"""Three layers of a real Firefox's camera, which sends VP8 alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from media.protocol import ViewerPrefer
from tests.e2e.bridge import open_bridge
from tests.e2e.firefox import Firefox, open_firefox
from tests.e2e.test_layers import LAYERS
from tests.e2e.waiting import until
from tests.media.worker_process import open_worker

pytestmark = [pytest.mark.long, pytest.mark.e2e, pytest.mark.timeout(180)]

PICTURE_SCRIPT = "window.stats('v', 'inbound-rtp', 'video')"


async def picture(firefox: Firefox) -> dict[str, Any]:
    rows = await firefox.evaluate(PICTURE_SCRIPT)
    return dict(rows[0]) if rows else {}


async def test_a_viewer_moves_between_the_layers_of_a_firefox(tmp_path: Path) -> None:
    async with (
        open_worker(tmp_path) as worker,
        open_bridge(worker) as url,
        open_firefox() as firefox,
    ):
        await firefox.goto(url)
        await firefox.evaluate(
            f"window.publish('p', {json.dumps(LAYERS)}, 'VP8', 1280, 720)"
        )
        await worker.put_on_air("p")
        await firefox.evaluate("window.view('v')")
        for height in (720, 180, 360, 720):
            wish = ViewerPrefer(peer_id="v", max_heights={"programme": height})
            await worker.client.request(wish)
            _, spent_s = await until(
                lambda: picture(firefox),
                lambda row, height=height: row.get("frameHeight") == height,  # type: ignore[misc]
                30,
                f"a picture of {height} lines",
            )
            print(f"{height} lines are seen {spent_s:.1f} s after they were asked for")
        assert (await picture(firefox))["packetsLost"] == 0
