"""A seminar from plan to replay, as a trainer and two viewers live it in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.e2e.browsers import (
    WALLED_FLAGS,
    log_in,
    open_chromium,
    open_window,
    played,
    received,
)
from tests.e2e.stack import Stack, open_stack
from tests.e2e.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TITLE = "Budget of a village: the first quarter"


async def plan_seminar(page: Page, stack: Stack) -> None:
    """Fill the editor, with slides, and save."""
    await page.get_by_role("link", name="Plan a seminar").click()
    await page.get_by_label("Title").fill(TITLE)
    await page.get_by_label("All centres").check()
    slides = str(stack.data / "demo" / "lecture.pdf")
    await page.locator("input[type=file]").set_input_files(slides)
    await page.get_by_role("button", name="Plan the seminar").click()
    await page.get_by_role("heading", name=TITLE).wait_for()


async def go_live(page: Page) -> None:
    """Open the green room, see that camera and microphone work, go live."""
    await page.get_by_role("link", name="Open the green room").click()
    await page.get_by_text("Camera works").wait_for()
    await page.get_by_text("Slides ready").wait_for(timeout=60_000)
    await page.get_by_role("button", name="Go live").click()
    await page.get_by_text("The audience sees").wait_for()


async def invite_address(page: Page, seminar_url: str) -> str:
    await page.goto(seminar_url)
    return await page.get_by_role("textbox", name="Link to send").input_value()


async def join_as_guest(browser: Browser, address: str, name: str) -> Page:
    page = await open_window(browser)
    await page.goto(address)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Your post").fill("Akim, Sairam district")
    await page.get_by_role("button", name="Join the seminar").click()
    return page


async def sees_and_hears(page: Page, within_s: float, what: str) -> float:
    """Wait for moving pictures and sound over WebRTC; return the seconds it took."""
    _, spent_s = await until(
        lambda: received(page), lambda got: got[0] > 10 and got[1] > 0, within_s, what
    )
    return spent_s


async def watches_by_hls(page: Page) -> None:
    await page.get_by_text("your network blocks direct video").wait_for(timeout=20_000)
    await until(
        lambda: played(page),
        lambda got: got[0] > 20 and got[1] > 0,
        12,
        "the viewer without UDP sees and hears by LL-HLS",
    )


async def vote(trainer: Page, viewers: list[Page]) -> None:
    """Run a named poll to its released result."""
    await trainer.get_by_role("button", name="Start a vote").click()
    await trainer.get_by_label("Question").fill("Is the report due in April?")
    await trainer.get_by_label("Answer 1").first.fill("Yes, in April")
    await trainer.get_by_label("Answer 2").first.fill("No, in May")
    await trainer.get_by_role("button", name="Start the vote").click()
    for viewer in viewers:
        await viewer.get_by_role("radio", name="Yes, in April").check()
        await viewer.get_by_role("button", name="Vote", exact=True).click()
        await viewer.get_by_text("Saved. You can change it until the end.").wait_for()
    await trainer.get_by_role("button", name="Close the vote").click()
    await trainer.get_by_role("button", name="Show the results").click()
    await viewers[0].get_by_text("100 %").first.wait_for()


async def speak(trainer: Page, speaker: Page, listener: Page) -> None:
    """Raise a hand, get the floor, be seen, finish; the picture is never lost."""
    await speaker.get_by_role("button", name="Raise hand").click()
    await trainer.get_by_role("button", name="Start", exact=True).click()
    await speaker.get_by_role("button", name="Go on air").click()
    await speaker.get_by_text("You are on air").first.wait_for()
    before = (await received(speaker))[0]
    await until(
        lambda: received(trainer),
        lambda got: got[0] > 10,
        10,
        "the trainer sees the speaker",
    )
    await until(
        lambda: received(speaker),
        lambda got: got[0] > before + 10,
        5,
        "the speaker still sees the seminar",
    )
    assert await listener.get_by_text("your network blocks direct video").is_visible()
    await speaker.get_by_role("button", name="Finish").click()
    await speaker.get_by_role("button", name="Raise hand").wait_for()


async def share_screen(trainer: Page, viewer: Page, distant: Page) -> None:
    """Share a screen beside the camera; both kinds of viewer get it, then it ends."""
    await trainer.get_by_role("button", name="Share screen").click()
    for person in (viewer, distant):
        await person.get_by_label("Shared screen").first.wait_for()
    await trainer.get_by_role("button", name="Stop sharing").click()
    for person in (viewer, distant):
        await person.get_by_label("Shared screen").first.wait_for(state="hidden")


async def watch_replay(page: Page) -> None:
    """Open the replay within seconds of the end; it plays, with slides and chat."""
    await page.get_by_role("link", name="Watch the recording").click(timeout=10_000)
    await page.get_by_role("button", name="Watch", exact=True).click()
    await until(
        lambda: played(page),
        lambda got: got[0] > 20 and got[1] > 0,
        10,
        "the replay plays",
    )
    await page.get_by_role("tab", name="Chat").click()
    await page.get_by_role("slider", name="Place in the recording").press("End")
    await page.get_by_text("Good morning from Sairam").first.wait_for()


async def test_a_seminar_from_plan_to_replay(data: Path, footage: Path) -> None:
    async with (
        open_stack(data, "--demo") as stack,
        open_chromium(footage=footage) as chromium,
        open_chromium(*WALLED_FLAGS) as walled,
    ):
        trainer = await open_window(chromium)
        await log_in(trainer, stack.url, "Trainer")
        await plan_seminar(trainer, stack)
        address = await invite_address(trainer, trainer.url)
        await go_live(trainer)

        viewer = await join_as_guest(chromium, address, "Dias Omarov")
        assert await sees_and_hears(viewer, 6, "the viewer sees and hears") < 6
        distant = await join_as_guest(walled, address, "Gulnara Bekova")
        await watches_by_hls(distant)

        await viewer.get_by_role("tab", name="Chat").click()
        await viewer.get_by_role("textbox", name="Write a message").fill(
            "Good morning from Sairam"
        )
        await viewer.get_by_role("button", name="Send").click()
        await trainer.get_by_role("tab", name="Chat").click()
        await trainer.get_by_text("Good morning from Sairam").wait_for()

        await speak(trainer, viewer, distant)
        await vote(trainer, [viewer, distant])

        await share_screen(trainer, viewer, distant)

        await trainer.get_by_role("button", name="End…").click()
        await trainer.get_by_role("button", name="End for").click()
        await viewer.get_by_text("The seminar has ended").wait_for()
        await watch_replay(viewer)
