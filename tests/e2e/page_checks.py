"""What must hold on every page: WCAG 2.2 AA, nothing clipped, every text translated."""

from __future__ import annotations

import re
from functools import cache

from playwright.async_api import Page

from tests.e2e.stack import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
LOCALES = ROOT / "web" / "locales"
WCAG_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
MESSAGE = re.compile(r"^([a-z][\w-]*) = (.*)$", re.MULTILINE)
IDENTIFIER = re.compile(r"[a-z]+(?:-[a-z0-9_]+)+")
AXE_SCRIPT = """async (options) => {
  const { violations } = await axe.run(document, {
    ...options, resultTypes: ['violations'],
  });
  return violations.flatMap(({ id, nodes }) => nodes.map(
    (node) => `${id}: ${node.target} ${node.failureSummary} ${node.html.slice(0, 200)}`,
  ));
}"""
SETTLE_TRIES = 8
SETTLE_MS = 250
CLIPPED_SCRIPT = """(isWhole) => {
  const problems = [];
  const width = document.documentElement.clientWidth;
  const height = document.documentElement.clientHeight;
  const over = document.scrollingElement.scrollWidth - width;
  if (over > 0) problems.push(`scrolls sideways by ${over} px`);
  const scrolls = (one) => one !== null && (
    ['auto', 'scroll'].includes(getComputedStyle(one).overflowX) ||
    scrolls(one.parentElement));
  const seen = { visibilityProperty: true, opacityProperty: true };
  for (const one of document.querySelectorAll('button, a, input, h1, h2')) {
    if (!one.checkVisibility(seen) || one.closest('.skip-link')) continue;
    const box = one.getBoundingClientRect();
    if (box.width <= 1) continue;
    const name = one.innerText || one.ariaLabel || one.id;
    if ((box.left < -1 || box.right > width + 1) && !scrolls(one.parentElement)) {
      problems.push(`"${name}" leaves the window sideways`);
    }
    if (one.matches('button, a') && one.scrollWidth > one.clientWidth + 1 &&
        getComputedStyle(one).display !== 'inline') {
      problems.push(`"${name}" does not fit its own box`);
    }
    const isAway = box.bottom > height + 1 || box.top < -1;
    if (isWhole && isAway && one.matches('.top *, .bar *')) {
      problems.push(`"${name}" is not in the window`);
    }
  }
  return problems;
}"""
TEXTS_SCRIPT = """() => {
  const texts = [document.title];
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) texts.push(nodes.currentNode.textContent.trim());
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    texts.push(one.ariaLabel, one.title, one.placeholder);
  }
  return texts.filter(Boolean);
}"""


@cache
def messages(locale: str) -> dict[str, str]:
    """Return the one-line texts of a locale by Fluent id."""
    sources = (LOCALES / locale).glob("*.ftl")
    return {
        found[1]: found[2]
        for source in sources
        for found in MESSAGE.finditer(source.read_text())
    }


async def load_axe(page: Page) -> None:
    """Bring axe-core to this page, past the policy that forbids inline scripts."""
    await page.evaluate(AXE.read_text())


async def barriers(page: Page) -> list[str]:
    """Return every WCAG violation that axe-core finds."""
    options = {"runOnly": {"type": "tag", "values": list(WCAG_TAGS)}}
    return list(await page.evaluate(AXE_SCRIPT, options))


async def contrast_barriers(page: Page) -> list[str]:
    """Return what can not be read in the present colours."""
    options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    return list(await page.evaluate(AXE_SCRIPT, options))


async def clipped(page: Page, is_whole: bool) -> list[str]:
    """Return what does not fit; where a page never scrolls (`is_whole`) also below.

    What is fitted to the window by observers has a moment to follow its new size.
    """
    found: list[str] = []
    for _ in range(SETTLE_TRIES):
        found = list(await page.evaluate(CLIPPED_SCRIPT, is_whole))
        if not found:
            break
        await page.wait_for_timeout(SETTLE_MS)
    return found


async def untranslated(page: Page, locale: str) -> list[str]:
    """Return raw Fluent ids and, elsewhere than in English, English texts."""
    english, own = messages("en"), messages(locale)
    foreign = {
        text
        for name, text in english.items()
        if text and "{" not in text and own.get(name) != text
    } - set(own.values())
    return [
        text
        for text in await page.evaluate(TEXTS_SCRIPT)
        if text in foreign or not english.keys().isdisjoint(IDENTIFIER.findall(text))
    ]
