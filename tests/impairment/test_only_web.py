"""F10: a network that passes 443/tcp alone and no WebSockets."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from tests.e2e.browsers import open_window, played
from tests.e2e.people import in_room, invitation, logged_in, seminar_on_air
from tests.e2e.stack import data_folder, open_stack
from tests.e2e.waiting import until
from tests.impairment.chromium import open_chromium_in
from tests.impairment.conditions import Condition, Phase
from tests.impairment.lab import open_lab
from tests.impairment.namespace import entered
from tests.impairment.report import Verdict
from tests.impairment.tun import HUB_ADDRESS
from tests.impairment.web_gate import open_web_gate

pytestmark = [pytest.mark.long, pytest.mark.e2e, pytest.mark.timeout(300)]

DELAY_MS = 50
PICTURE_WITHIN_S = 10
ACTION_WITHIN_S = 3


async def join(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_label("Your name").fill("Dias Omarov")
    await page.get_by_label("Your post").fill("Akim, Sairam district")
    await page.get_by_role("button", name="Join the seminar").click()
    await page.get_by_role("tab", name="Chat").click()


async def says(page: Page, text: str) -> float:
    """Write into the chat; gives the seconds until the server had it."""
    started_s = time.monotonic()
    await page.get_by_role("textbox", name="Write a message").fill(text)
    await page.get_by_role("button", name="Send").click()
    said = page.get_by_role("log", name="Messages").get_by_text(text, exact=True)
    await said.first.wait_for()
    waits = page.get_by_text("it goes out when the line is back")
    await waits.first.wait_for(state="detached")
    return time.monotonic() - started_s


async def votes(page: Page) -> float:
    """Choose and send; gives the seconds until the server confirmed."""
    await page.get_by_role("radio", name="Yes").check()
    started_s = time.monotonic()
    await page.get_by_role("button", name="Vote", exact=True).click()
    await page.get_by_text("Saved. You can change it until the end.").wait_for()
    return time.monotonic() - started_s


async def test_f10_a_proxied_user_sees_writes_and_votes(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    data = data_folder(tmp_path, tmp_path / "clips")
    verdict = Verdict("F10", "Chromium viewer", 1)
    async with open_lab(1) as lab:
        with entered(lab.hub.name):
            async with (
                open_stack(data, "--demo", media_host=HUB_ADDRESS) as stack,
                logged_in(stack, "trainer") as trainer,
                open_web_gate(HUB_ADDRESS, urlsplit(stack.url).port or 0) as gate,
            ):
                seminar_id = await seminar_on_air(trainer)
                only_web = Condition(
                    DELAY_MS, only_tcp_port=urlsplit(stack.url).port or 0
                )
                await lab.begin((Phase.both(0, only_web),))
                async with open_chromium_in(
                    lab.far[0].name,
                    tmp_path,
                    f"--host-resolver-rules=MAP localhost {HUB_ADDRESS}",
                ) as chromium:
                    page = await open_window(chromium)
                    await join(page, await invitation(trainer, seminar_id))
                    _, first_s = await until(
                        lambda: played(page),
                        lambda got: got[0] > 0,
                        PICTURE_WITHIN_S + 10,
                        "a picture by LL-HLS",
                    )
                    verdict.at_most("s to the first picture", first_s, PICTURE_WITHIN_S)
                    verdict.at_most(
                        "s to send a message",
                        await says(page, "Works"),
                        ACTION_WITHIN_S,
                    )
                    async with in_room(trainer, seminar_id) as room:
                        await room.send(
                            "poll.create",
                            question="Is it seen?",
                            kind="single",
                            options=["Yes", "No"],
                        )
                    verdict.at_most("s to vote", await votes(page), ACTION_WITHIN_S)
                assert gate.refused > 0, "the browser tried no WebSocket"
    assert verdict.failures == []
