"""How well a page's picture goes on while something dies behind it."""

from __future__ import annotations

import asyncio
import time

from playwright.async_api import Page

from tests.e2e.browsers import received
from tests.e2e.waiting import until

NEW_FRAMES_SCRIPT = """async (from) => {
  let frames = 0;
  for (const peer of window.__peers.slice(from)) {
    if (peer.connectionState === 'closed') continue;
    for (const row of (await peer.getStats()).values()) {
      if (row.type === 'inbound-rtp') frames += row.framesDecoded ?? 0;
    }
  }
  return frames;
}"""
WATCH_SCRIPT = """() => {
  const watch = { frames: 0, atMs: performance.now(), gapMs: 0 };
  window.__watch = watch;
  watch.timer = setInterval(async () => {
    let frames = 0;
    for (const peer of window.__peers) {
      if (peer.connectionState === 'closed') continue;
      for (const row of (await peer.getStats()).values()) {
        if (row.type === 'inbound-rtp') frames += row.framesDecoded ?? 0;
      }
    }
    const nowMs = performance.now();
    watch.gapMs = Math.max(watch.gapMs, nowMs - watch.atMs);
    if (frames !== watch.frames) { watch.frames = frames; watch.atMs = nowMs; }
  }, 50);
}"""
WATCHED_SCRIPT = "() => { clearInterval(window.__watch.timer); return __watch.gapMs; }"


async def sees_and_hears(page: Page, within_s: float, what: str) -> float:
    """Wait for moving pictures and sound over WebRTC; return the seconds it took."""
    _, spent_s = await until(
        lambda: received(page), lambda got: got[0] > 10 and got[1] > 0, within_s, what
    )
    return spent_s


async def sees_more(page: Page, within_s: float, what: str) -> None:
    """Wait for ten more pictures by the connections that are there."""
    before = (await received(page))[0]
    await until(
        lambda: received(page), lambda got: got[0] > before + 10, within_s, what
    )


async def peer_count(page: Page) -> int:
    return int(await page.evaluate("() => window.__peers.length"))


async def sees_anew(page: Page, peers_before: int, within_s: float, what: str) -> float:
    """Wait for pictures by a connection made later; return the seconds it took."""
    started = time.monotonic()
    async with asyncio.timeout(within_s + 5):
        await until(
            lambda: page.evaluate(NEW_FRAMES_SCRIPT, peers_before),
            lambda frames: frames > 1,
            within_s,
            what,
        )
    return time.monotonic() - started


async def start_watching(page: Page) -> None:
    """Begin to note the longest time without a new picture."""
    await page.evaluate(WATCH_SCRIPT)


async def longest_gap_s(page: Page) -> float:
    return float(await page.evaluate(WATCHED_SCRIPT)) / 1000
