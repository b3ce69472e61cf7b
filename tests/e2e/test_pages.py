"""Every page in three languages, two colour schemes and two sizes, and by keyboard."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.e2e.browsers import PHONE, WIDE, open_chromium
from tests.e2e.page_checks import (
    barriers,
    clipped,
    contrast_barriers,
    load_axe,
    messages,
    untranslated,
)
from tests.e2e.places import Place, Visitors, make_places, open_seminar
from tests.e2e.stack import Stack, data_folder, open_stack
from tests.e2e.waiting import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]

MOST_TABS = 60
FOCUSED_SCRIPT = """() => {
  const one = document.activeElement;
  const isRinged = (each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  return {
    names: [one.innerText, one.ariaLabel, one.labels?.[0]?.innerText]
      .filter(Boolean).map((name) => name.trim()),
    isRinged: [one, ...(one.labels ?? [])].some(isRinged),
  };
}"""


class World:
    """One stack and one browser for the whole file."""

    def __init__(self, stack: Stack, visitors: Visitors, places: list[Place]) -> None:
        self.stack = stack
        self.visitors = visitors
        self.places = places


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory, demo_clips: Path
) -> AsyncIterator[World]:
    folder = data_folder(tmp_path_factory.mktemp("pages"), demo_clips)
    async with open_stack(folder, "--demo") as stack, open_chromium() as browser:
        places = await make_places(stack)
        yield World(stack, Visitors(browser, stack.url), places)


async def show_colours(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Let the system's scheme change, and wait until the page followed."""
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.wait_for_function(
        "(scheme) => document.documentElement.dataset.theme === scheme", arg=scheme
    )
    # Colours that are inherited follow one after the other.
    await page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running')"
    )


async def problems_of(page: Page, place: Place, locale: str) -> list[str]:
    """Look at one page in all sizes and colours."""
    await page.set_viewport_size(WIDE)
    await show_colours(page, "light")
    await load_axe(page)
    found = [*await barriers(page), *await clipped(page, place.is_whole)]
    await show_colours(page, "dark")
    found += await contrast_barriers(page)
    await page.set_viewport_size(PHONE)
    found += [*await barriers(page), *await clipped(page, place.is_whole)]
    found += await untranslated(page, locale)
    return [f"{place.name}, {locale}: {problem}" for problem in found]


@pytest.mark.parametrize("locale", ["en", "ru", "kk"])
async def test_every_page_is_for_everyone(world: World, locale: str) -> None:
    problems = []
    for place in world.places:
        async with world.visitors.at(place, locale) as page:
            problems += await problems_of(page, place, locale)
    assert not problems, "\n".join(problems)
    assert world.visitors.foreign_requests == []


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until a control whose name begins so has the focus, and shows it."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED_SCRIPT)
        if any(one.startswith(name) for one in focused["names"]):
            assert focused["isRinged"], f"{name} has the focus and does not show it"
            return
    raise AssertionError(f"{name} is not reached by {MOST_TABS} tabs")


async def start_vote(page: Page) -> None:
    """The trainer's way to a vote, by keys alone."""
    await page.get_by_text("The audience sees").wait_for()
    await page.keyboard.press("p")
    await tab_to(page, "Question")
    await page.keyboard.type("Is the report due in April?")
    await tab_to(page, "Answer 1")
    await page.keyboard.type("Yes, in April")
    await tab_to(page, "Answer 2")
    await page.keyboard.type("No, in May")
    await tab_to(page, "Start the vote")
    await page.keyboard.press("Enter")


async def take_part(page: Page) -> None:
    """Raise a hand and lower it, write, and vote, by keys alone."""
    await tab_to(page, "Raise hand")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Lower hand").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Raise hand").wait_for()
    await tab_to(page, "Write a message")
    await page.keyboard.type("Written without a mouse")
    await page.keyboard.press("Enter")
    await page.get_by_text("Written without a mouse").wait_for()


async def vote(page: Page) -> None:
    await page.get_by_text("Is the report due in April?").first.wait_for()
    await tab_to(page, "Yes, in April")
    await page.keyboard.press("Space")
    await tab_to(page, "Vote")
    await page.keyboard.press("Enter")
    await page.get_by_text("Saved. You can change it until the end.").wait_for()


async def test_hand_chat_and_vote_need_no_mouse(world: World) -> None:
    seminar_id = await open_seminar(world.stack, "Votes without a mouse")
    path = f"/room/{seminar_id}"
    room = Place("room", path, ".bar button", role="participant")
    cockpit = Place("cockpit", path, ".bar button")
    async with (
        world.visitors.at(room, "en") as viewer,
        world.visitors.at(cockpit, "en") as trainer,
    ):
        await viewer.set_viewport_size(WIDE)
        await take_part(viewer)
        await trainer.bring_to_front()
        await start_vote(trainer)
        await viewer.bring_to_front()
        await vote(viewer)


async def test_arrow_keys_move_the_slides(world: World) -> None:
    cockpit = next(one for one in world.places if one.name.startswith("cockpit"))
    # In a row of tabs the arrows choose the tab.
    cockpit = replace(cockpit, tab=None)
    async with world.visitors.at(cockpit, "en") as page:
        counter = page.get_by_text(re.compile(r"^\d+ of \d+$")).first

        async def number() -> int:
            return int((await counter.inner_text()).split()[0])

        before = await number()
        await page.keyboard.press("ArrowRight")
        await until(number, lambda now: now > before, 3, "the next slide")
        await page.keyboard.press("ArrowLeft")
        await until(number, lambda now: now <= before, 3, "the slide before")


async def test_the_language_is_chosen_on_the_page_and_stays(world: World) -> None:
    login = next(one for one in world.places if one.name == "login")
    heading = messages("kk")["login-heading"]
    async with world.visitors.at(login, "en-GB") as page:
        await page.get_by_role("button", name="Language").click()
        await page.get_by_role("menuitemradio", name="Қазақша").click()
        await page.get_by_role("heading", name=heading).wait_for()
        assert await page.locator("html").get_attribute("lang") == "kk"
        await page.reload()
        await page.get_by_role("heading", name=heading).wait_for()
