"""The rungs of the ladder in real Chromium, behind a firewall that grows tighter.

The firewall is nft in a network namespace. It drops silently, as most do, so that
nothing tells a browser that a way is closed. The relay is Debian's coturn as the sample
sets it up: TLS on 443 and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from demo.account import Account
from tests.e2e.browsers import log_in, open_chromium, open_window, played, received
from tests.e2e.networks import SERVER_ADDRESS, Networks, open_networks
from tests.e2e.people import logged_in, plan, seminar_on_air
from tests.e2e.relay import SECRET, TLS_PORT, open_relay
from tests.e2e.stack import data_folder, open_stack
from tests.e2e.waiting import until
from tests.e2e.watching import sees_more

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MEDIA_PORT = 42_000
PROMISE_S = 10
"""Until something is seen, whatever the network lets through (DESIGN.md 2)."""
UDP = "meta l4proto udp"
MEDIA_TCP = f"tcp dport {MEDIA_PORT}"
TURN = f"tcp dport {TLS_PORT}"
WAY_SCRIPT = """async () => {
  for (const peer of window.__peers) {
    if (peer.connectionState !== 'connected') continue;
    const report = await peer.getStats();
    for (const row of report.values()) {
      if (row.type !== 'transport') continue;
      const pair = report.get(row.selectedCandidatePairId);
      const local = report.get(pair.localCandidateId);
      return local.candidateType === 'relay' ? 'relay' : local.protocol;
    }
  }
  return null;
}"""


@dataclass(frozen=True, slots=True)
class Place:
    """A seminar on air in one network, a viewer's browser in the other."""

    networks: Networks
    trainer: Account
    chromium: Browser
    url: str
    room: str

    @asynccontextmanager
    async def visit(self, *blocked: str) -> AsyncIterator[tuple[Page, float]]:
        """Open the room behind these rules; give the page and the first picture's s."""
        self.networks.block(*blocked)
        page = await open_window(self.chromium)
        await log_in(page, self.url, "Participant")
        started = time.monotonic()
        await page.goto(self.room)
        await until(lambda: pictures(page), any, PROMISE_S, "something is seen")
        yield page, time.monotonic() - started
        await page.close()


async def pictures(page: Page) -> tuple[int, int]:
    """Give pictures seen by WebRTC and by HLS."""
    return (await received(page))[0], (await played(page))[0]


async def comes_by(page: Page, way: str, within_s: float) -> None:
    """Wait until the page's media goes this way."""
    await until(
        lambda: page.evaluate(WAY_SCRIPT),
        lambda got: bool(got == way),
        within_s,
        f"the way is {way}",
    )


@pytest.fixture
def networks() -> Iterator[Networks]:
    with open_networks() as networks:
        yield networks


@asynccontextmanager
async def open_place(
    networks: Networks,
    tmp_path: Path,
    demo_clips: Path,
    footage: Path | None = None,
) -> AsyncIterator[Place]:
    relay = f"turns:{SERVER_ADDRESS}:{TLS_PORT}?transport=tcp"
    async with (
        open_relay(tmp_path, SERVER_ADDRESS) as trusting_flag,
        open_stack(
            data_folder(tmp_path, demo_clips),
            "--demo",
            # Its only neighbour is the test's other network.
            host="0.0.0.0",
            media_host="0.0.0.0",
            media_port=str(MEDIA_PORT),
            turn_urls=relay,
            turn_secret=SECRET,
        ) as stack,
        open_chromium(
            # So that the page is a secure context there, too.
            f"--host-resolver-rules=MAP localhost {SERVER_ADDRESS}",
            trusting_flag,
            footage=footage,
            program=networks.viewer_program(tmp_path, "chromium"),
        ) as chromium,
        logged_in(stack, "trainer") as trainer,
    ):
        seminar_id = await seminar_on_air(trainer)
        room = f"{stack.url}/room/{seminar_id}"
        yield Place(networks, trainer, chromium, stack.url, room)


async def test_every_rung_shows_the_seminar_in_time_and_says_so(
    networks: Networks, tmp_path: Path, demo_clips: Path
) -> None:
    rungs = [
        ("udp", (), None),
        ("tcp", (UDP,), "over TCP"),
        ("relay", (UDP, MEDIA_TCP), "through the relay"),
        (None, (UDP, MEDIA_TCP, TURN), "your network blocks direct video"),
    ]
    async with open_place(networks, tmp_path, demo_clips) as place:
        for way, blocked, words in rungs:
            async with place.visit(*blocked) as (page, first_picture_s):
                print(f"{way or 'hls'}: first picture after {first_picture_s:.1f} s")
                assert await page.evaluate(WAY_SCRIPT) == way
                if words is not None:
                    await page.get_by_text(words).first.wait_for()


@pytest.mark.long
async def test_a_viewer_whose_udp_is_cut_goes_on_by_tcp(
    networks: Networks, tmp_path: Path, demo_clips: Path
) -> None:
    async with (
        open_place(networks, tmp_path, demo_clips) as place,
        place.visit() as (page, _),
    ):
        assert await page.evaluate(WAY_SCRIPT) == "udp"
        networks.block(UDP)
        started = time.monotonic()
        await comes_by(page, "tcp", 30)
        await sees_more(page, 10, "the picture goes on")
        print(f"udp cut: by TCP after {time.monotonic() - started:.1f} s")


@pytest.mark.long
async def test_a_trainer_behind_the_firewall_is_seen(
    networks: Networks, tmp_path: Path, demo_clips: Path, footage: Path
) -> None:
    async with open_place(networks, tmp_path, demo_clips, footage) as place:
        for blocked, way in (((UDP,), "tcp"), ((UDP, MEDIA_TCP), "relay")):
            seminar_id = await plan(place.trainer, f"By {way}")
            networks.block(*blocked)
            trainer = await open_window(place.chromium)
            await log_in(trainer, place.url, "Trainer")
            await trainer.goto(f"{place.url}/room/{seminar_id}")
            await trainer.get_by_text("Camera works").wait_for()
            await trainer.get_by_role("button", name="Go live").click()
            await trainer.get_by_text("The audience sees").wait_for()
            await comes_by(trainer, way, PROMISE_S)
            viewer = await open_window(place.chromium)
            await log_in(viewer, place.url, "Participant")
            await viewer.goto(f"{place.url}/room/{seminar_id}")
            await sees_more(viewer, PROMISE_S, f"the trainer is seen by {way}")
            await trainer.context.close()
            await viewer.context.close()
