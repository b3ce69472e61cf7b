"""Clients that are not ours, from a page of another origin: npm's whip-whep."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.e2e.browsers import (
    AUTOPLAY_FLAG,
    log_in,
    open_chromium,
    open_window,
    received,
)
from tests.e2e.stack import ROOT, Stack, free_port, open_stack
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

CLIENTS = ROOT / "web" / "node_modules" / "whip-whep"
PAGE = """<!doctype html><title>Foreign client</title><script type="module">
import { WHIPClient } from '/whip.js';
import { WHEPClient } from '/whep.js';
window.publish = async (url, key) => {
  const media = await navigator.mediaDevices.getUserMedia(
    { audio: true, video: { width: 320, height: 180 } },
  );
  const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  for (const track of media.getTracks()) {
    peer.addTransceiver(track, { direction: 'sendonly', streams: [media] });
  }
  const client = new WHIPClient();
  await client.publish(peer, url, key);
  window.stop = () => client.stop();
};
window.view = async (url, key) => {
  const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  peer.addTransceiver('audio', { direction: 'recvonly' });
  peer.addTransceiver('video', { direction: 'recvonly' });
  const shown = document.createElement('video');
  shown.autoplay = true;
  shown.srcObject = new MediaStream();
  document.body.append(shown);
  peer.ontrack = ({ track }) => shown.srcObject.addTrack(track);
  const client = new WHEPClient();
  await client.view(peer, url, key);
  window.stop = () => client.stop();
};
window.isReady = true;
</script>"""
WIDTHS_SCRIPT = """() =>
  [...document.querySelectorAll('video')].map((video) => video.videoWidth)"""


async def show_page(_request: web.Request) -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


@asynccontextmanager
async def open_foreign_site() -> AsyncIterator[str]:
    """Serve the client library and one page from an origin of its own."""
    app = web.Application()
    app.router.add_get("/", show_page)
    app.router.add_static("/", CLIENTS)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        await runner.cleanup()


async def keys_of_live_seminar(stack: Stack) -> tuple[str, dict[str, Any]]:
    """Wait until the demo is on air; return its id and its keys."""
    jar = aiohttp.CookieJar(unsafe=True)
    headers = {"X-Requested-With": "hallcast"}
    async with aiohttp.ClientSession(
        stack.url, cookie_jar=jar, headers=headers
    ) as http:
        body = {"role": "trainer"}
        await (await http.post("/api/demo-login", json=body)).release()

        async def live() -> list[str]:
            cards = await (await http.get("/api/seminars")).json()
            return [card["seminar_id"] for card in cards if card["status"] == "live"]

        ids, _ = await until(live, bool, 60, "the demo is on air")
        keys = await (await http.get(f"/api/seminars/{ids[0]}/keys")).json()
    return ids[0], keys


async def open_foreign(page: Page, site: str) -> None:
    await page.goto(site)
    await until(
        lambda: page.evaluate("() => window.isReady === true"), bool, 10, "page"
    )


async def test_a_foreign_player_watches_and_a_foreign_encoder_goes_on_air(
    data: Path, footage: Path
) -> None:
    async with (
        open_stack(data, "--demo") as stack,
        open_foreign_site() as site,
        open_chromium(AUTOPLAY_FLAG, footage=footage) as chromium,
    ):
        seminar_id, keys = await keys_of_live_seminar(stack)
        # Its trickle PATCH forgets If-Match, gets the required 428 and complains.
        player = await open_window(chromium, is_ours=False)
        await open_foreign(player, site)
        await player.evaluate(
            "([url, key]) => window.view(url, key)",
            [keys["whep_url"], keys["whep_key"]],
        )
        await until(
            lambda: received(player),
            lambda got: got[0] > 10 and got[1] > 0,
            10,
            "the foreign player sees and hears the programme",
        )

        encoder = await open_window(chromium, is_ours=False)
        await open_foreign(encoder, site)
        await encoder.evaluate(
            "([url, key]) => window.publish(url, key)",
            [keys["whip_url"], keys["whip_key"]],
        )
        viewer = await open_window(chromium)
        await log_in(viewer, stack.url, "Participant")
        await viewer.goto(f"{stack.url}/room/{seminar_id}")
        # The demo's own picture is 640 wide, the encoder's 320.
        await until(
            lambda: viewer.evaluate(WIDTHS_SCRIPT),
            lambda got: 320 in got,
            15,
            "the room shows the foreign encoder's picture",
        )
        await until(
            lambda: received(viewer),
            lambda got: got[0] > 10,
            10,
            "the room decodes the foreign encoder",
        )
        await encoder.evaluate("() => window.stop()")
        await player.evaluate("() => window.stop()")
