"""Our page in real Chromium on a line that loses packets."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.networks import open_networks
from tests.e2e.test_blocked_networks import open_place
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(180)]

LOSS_PERCENT = 5
LISTEN_S = 10
MOST_EARLY_MS, MOST_LATE_MS = 90, 185
"""Of sound before and after its picture, what is still acceptable (ITU-R BT.1359)."""
WAITS_SCRIPT = """() => window.__peers
  .filter((peer) => peer.connectionState === 'connected')
  .flatMap((peer) => peer.getReceivers())
  .filter((one) => one.track.kind === 'audio')
  .map((one) => one.jitterBufferTarget)"""
DELAYS_SCRIPT = """async () => {
  const sums = {};
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const row of (await peer.getStats()).values()) {
      if (row.type !== 'inbound-rtp' || !row.jitterBufferEmittedCount) continue;
      const sum = (sums[row.kind] ??= [0, 0]);
      sum[0] += row.jitterBufferDelay;
      sum[1] += row.jitterBufferEmittedCount;
    }
  }
  return sums;
}"""


async def delays_ms(page: Page) -> dict[str, float]:
    """Give how long sound and pictures waited in the browser, on the average."""
    before = await page.evaluate(DELAYS_SCRIPT)
    await asyncio.sleep(LISTEN_S)
    after = await page.evaluate(DELAYS_SCRIPT)
    return {
        kind: 1000 * (after[kind][0] - was[0]) / (after[kind][1] - was[1])
        for kind, was in before.items()
    }


async def test_voices_wait_with_the_pictures_where_packets_are_lost(
    tmp_path: Path, demo_clips: Path
) -> None:
    with open_networks() as networks:
        async with (
            open_place(networks, tmp_path, demo_clips) as place,
            place.visit() as (page, _),
        ):
            join = page.get_by_role("button", name="Join with sound")
            if await join.is_visible():
                await join.click()
            assert set(await page.evaluate(WAITS_SCRIPT)) == {None}
            print(f"without loss: {await delays_ms(page)}")
            networks.lose(LOSS_PERCENT)
            await until(
                lambda: page.evaluate(WAITS_SCRIPT),
                lambda waits: set(waits) == {250},
                20,
                "the voices wait",
            )
            await asyncio.sleep(LISTEN_S)
            waited = await delays_ms(page)
            print(f"with loss: {waited}")
            assert waited["video"] > 100
            late_ms = waited["audio"] - waited["video"]
            assert -MOST_EARLY_MS < late_ms < MOST_LATE_MS
