"""Who follows badly, from the worker's report to the trainer's screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from media import protocol
from server.workers.peers import PeerOwner
from tests.e2e.browsers import PHONE, WIDE, open_chromium, open_window
from tests.e2e.page_checks import barriers, clipped, load_axe
from tests.fakes.node import Node, open_node

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


async def _open_room(node: Node, browser: Browser, who: str) -> Page:
    page = await open_window(browser, WIDE)
    login = await node.services.logins.open(node.people[who])
    url = str(node.server.make_url("/"))
    await page.context.add_cookies(
        [{"name": "hallcast", "value": login.token, "url": url}]
    )
    await page.goto(f"{url}room/{node.seminar_id}")
    return page


def _report(peer_id: str) -> protocol.ViewerReport:
    return protocol.ViewerReport(
        peer_id=peer_id,
        loss_percent=14,
        rtt_ms=80,
        jitter_ms=30,
        estimate_bps=90_000,
        sent_bps=90_000,
        layers={"programme": 180},
        limited_by="line",
    )


async def _let_time_pass(node: Node, peer_ids: list[str]) -> None:
    """Let the worker report for some seconds; pages speak in real time."""
    session = await node.session()
    for _ in range(4):
        node.worker.tell(
            protocol.ViewerQuality(
                router_id=session.session_id,
                viewers=tuple(_report(peer_id) for peer_id in peer_ids),
            )
        )
        await asyncio.sleep(0.3)
        node.clock.advance(2_000)


async def test_the_trainer_sees_who_follows_badly_and_what_helps(
    tmp_path: Path,
) -> None:
    node = await open_node(tmp_path)
    try:
        session = await node.live_session()
        peer_ids = []
        for who in ("participant", "neighbour", "coordinator"):
            owner = PeerOwner(await node.join(who), "view")
            peer_id, _ = await node.services.director.offer(
                session.session_id, owner, "v=0"
            )
            peer_ids.append(peer_id)
        async with open_chromium() as browser:
            trainer = await _open_room(node, browser, "trainer")
            await trainer.locator(".cockpit").wait_for()
            # Its media is answered by no worker, which its page says after 3 s.
            page = await _open_room(node, browser, "participant")
            await page.get_by_role("heading", name="67 functions").wait_for()
            await asyncio.sleep(3.5)
            await _let_time_pass(node, peer_ids)
            await trainer.get_by_role("button", name="Show who").click()
            panel = trainer.get_by_role("region", name="Lines of the participants")
            await panel.get_by_text("it is the hall's line").wait_for()
            assert await panel.evaluate("one => one === document.activeElement")
            assert await panel.get_by_text("Sound and picture break up").count() >= 2
            await panel.get_by_text("No picture, no sound").first.wait_for()
            await load_axe(trainer)
            for size in (WIDE, PHONE):
                await trainer.set_viewport_size(size)
                problems = [*await barriers(trainer), *await clipped(trainer, False)]
                assert not problems, "\n".join(problems)
    finally:
        await node.close()
