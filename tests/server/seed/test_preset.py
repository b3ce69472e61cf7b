from __future__ import annotations

from pathlib import Path

from server.seed.kazakhstan import CENTRES, REGIONS, STAFF
from server.seed.lecture import OPENING, SLIDES
from tests.fakes.node import open_node


def test_preset_resembles_the_country() -> None:
    assert len(REGIONS) == 20
    assert len(CENTRES) == 14
    people = [name for centre in CENTRES for name, _ in centre.people]
    people += [centre.coordinator for centre in CENTRES]
    people += [name for name, _, _ in STAFF]
    assert 55 <= len(people) == len(set(people)) <= 65
    assert all(centre.region_id in REGIONS for centre in CENTRES)
    assert 10 <= len([OPENING, *SLIDES]) <= 14


async def test_demo_is_planted_once_and_opens_for_every_role(tmp_path: Path) -> None:
    node = await open_node(tmp_path, demo=True)
    await node.services.decks.wait_until_rendered()
    browser = await node.browser()
    cards = []
    for role in ("administrator", "coordinator", "participant", "trainer"):
        answer = await browser.call("POST", "/api/demo-login", {"role": role})
        assert (await answer.json())["role"] == role
        cards = await (await browser.call("GET", "/api/seminars")).json()
        assert cards[0]["title"] == "67 functions of local government"
    first = [card["seminar_id"] for card in cards]
    assert len(first) == 3
    page = await (await browser.call("GET", f"/api/seminars/{first[0]}")).json()
    [deck] = page["decks"]
    assert (deck["status"], deck["pages"]) == ("ready", 12)
    assert page["card"]["invited"] == 56

    await node.restart()
    browser = await node.browser()
    await browser.call("POST", "/api/demo-login", {"role": "trainer"})
    cards = await (await browser.call("GET", "/api/seminars")).json()
    assert [card["seminar_id"] for card in cards] == first
    page = await (await browser.call("GET", f"/api/seminars/{first[0]}")).json()
    assert page["decks"] == [deck]
    await node.close()


async def test_seminars_that_nobody_held_move_on(tmp_path: Path) -> None:
    node = await open_node(tmp_path, demo=True)
    node.clock.advance(30 * 86_400_000)
    await node.restart()
    browser = await node.browser()
    await browser.call("POST", "/api/demo-login", {"role": "trainer"})
    cards = await (await browser.call("GET", "/api/seminars")).json()
    now_ms = node.clock.now_ms()
    assert len(cards) == 3
    assert all(one["starts_at_ms"] + 7_200_000 > now_ms for one in cards)
    await node.close()
