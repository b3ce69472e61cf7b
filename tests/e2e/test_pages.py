"""Every page in three languages, two colour schemes and two sizes, and by keyboard."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
    untranslated,
)
from tests.e2e.places import Place, Visitors, make_places
from tests.e2e.stack import Stack, data_folder, open_stack

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
]


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
