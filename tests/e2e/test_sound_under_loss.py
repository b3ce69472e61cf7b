"""What a real Chromium hears when the line loses 5 % of the packets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.e2e.bridge import open_bridge
from tests.e2e.browsers import open_chromium, open_window
from tests.e2e.hop import open_hop
from tests.media.worker_process import open_worker

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(120)]

PLAIN_ONLY_SCRIPT = """
const add = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (kind, ...rest) {
  const added = add.call(this, kind, ...rest);
  if (kind === 'audio') added.setCodecPreferences(
    RTCRtpReceiver.getCapabilities('audio').codecs
      .filter((one) => one.mimeType === 'audio/opus'));
  return added;
};
"""
SETTLE_S = 8
"""Chromium reports of its sound every 5 s."""
LISTEN_S = 15


async def concealed_percent(chromium: Browser, url: str, viewer: str) -> float:
    """Listen as a new viewer; gives what share of the sound was made up."""
    page = await open_window(chromium, is_ours=False)
    if viewer == "plain":
        await page.add_init_script(PLAIN_ONLY_SCRIPT)
    await page.goto(url)
    await page.evaluate("(id) => window.view(id)", viewer)
    await asyncio.sleep(SETTLE_S)

    async def samples() -> tuple[int, int]:
        rows = await page.evaluate(
            "(id) => window.stats(id, 'inbound-rtp', 'audio')", viewer
        )
        return rows[0]["concealedSamples"], rows[0]["totalSamplesReceived"]

    before = await samples()
    await asyncio.sleep(LISTEN_S)
    concealed, total = await samples()
    return 100 * (concealed - before[0]) / (total - before[1])


async def test_redundancy_makes_up_for_five_percent_of_loss(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        port = await worker.port()
        async with open_hop(port) as first, open_hop(port) as second:
            hops = {"red": first, "plain": second}

            def change(peer_id: str, sdp: str) -> str:
                hop = hops.get(peer_id)
                return hop.redirect(sdp, port) if hop else sdp

            async with (
                open_bridge(worker, change_answer=change) as url,
                open_chromium() as chromium,
            ):
                page = await open_window(chromium, is_ours=False)
                await page.goto(url)
                await page.evaluate("() => window.publish('p', [{}], 'H264', 640, 360)")
                await worker.put_on_air("p")
                for hop in hops.values():
                    hop.down_loss = 0.05
                red, plain = await asyncio.gather(
                    *(concealed_percent(chromium, url, name) for name in hops)
                )
    print(f"concealed: {red:.2f} % with redundancy, {plain:.2f} % without")
    assert red <= 2
    assert plain > 2 * red
