"""Slides over HTTP: upload, rendering, pages, text, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from server.seed.slides import draw
from tests.fakes.node import CSRF, Node, open_node

PDF = {"Content-Type": "application/pdf"}


@pytest.fixture
def lecture(tmp_path: Path) -> bytes:
    draw(tmp_path / "lecture.pdf")
    return (tmp_path / "lecture.pdf").read_bytes()


async def upload(
    node: Node,
    data: bytes | AsyncIterator[bytes],
    who: str = "trainer",
    content_type: str = "application/pdf",
) -> ClientResponse:
    browser = await node.browser(who)
    response = await browser.session.post(
        f"/api/seminars/{node.seminar_id}/decks",
        params={"title": "Lecture"},
        data=data,
        headers=CSRF | {"Content-Type": content_type},
    )
    await response.read()
    return response


async def test_upload_becomes_pages_text_and_a_deck_of_the_session(
    node: Node, lecture: bytes
) -> None:
    session = await node.live_session()
    made = await upload(node, lecture)
    assert made.status == 201
    deck = await made.json()
    assert (deck["status"], deck["title"]) == ("rendering", "Lecture")
    await node.services.decks.wait_until_rendered()
    path = f"/api/decks/{deck['deck_id']}"
    participant = await node.browser("participant")
    shown = await (await participant.call("GET", path)).json()
    assert (shown["status"], shown["pages"]) == ("ready", 12)
    text = await (await participant.call("GET", f"{path}/text")).json()
    assert "Six groups of functions" in text["pages"][2]
    picture = await participant.call("GET", f"{path}/12-960.webp")
    assert (picture.status, picture.content_type) == (200, "image/webp")
    assert "immutable" in picture.headers["Cache-Control"]
    assert (await picture.read())[8:12] == b"WEBP"
    for page in ("13-960", "0-960", "1-961", "1-x", "../x-960"):
        answer = await participant.call("GET", f"{path}/{page}.webp")
        assert answer.status == 404
    original = await participant.call("GET", f"{path}/original.pdf")
    assert await original.read() == lecture
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert [one.deck_id for one in session.state.decks] == [deck["deck_id"]]


async def test_strangers_see_no_slides_and_others_delete_none(
    node: Node, lecture: bytes
) -> None:
    deck = await (await upload(node, lecture)).json()
    await node.services.decks.wait_until_rendered()
    path = f"/api/decks/{deck['deck_id']}"
    stranger = await node.browser("stranger")
    for tail in ("", "/text", "/original.pdf", "/1-480.webp"):
        assert (await stranger.call("GET", path + tail)).status == 403
    for who, status in (("participant", 403), ("colleague", 403), ("trainer", 204)):
        browser = await node.browser(who)
        assert (await browser.call("DELETE", path)).status == status
    assert list(node.config.decks_dir.iterdir()) == []


async def test_only_who_may_edit_uploads(node: Node, lecture: bytes) -> None:
    for who in ("participant", "coordinator", "colleague", "stranger"):
        assert (await upload(node, lecture, who)).status == 403
    assert list(node.config.decks_dir.iterdir()) == []


async def test_wrong_type_and_wrong_content_are_refused_at_once(node: Node) -> None:
    assert (await upload(node, b"%PDF-", content_type="image/png")).status == 400
    answer = await upload(node, b"\x89PNG" + b"x" * 5000)
    assert (answer.status, (await answer.json())["code"]) == (422, "pdf_unreadable")
    assert list(node.config.decks_dir.iterdir()) == []


async def test_broken_pdf_fails_with_its_reason(node: Node) -> None:
    deck = await (await upload(node, b"%PDF-1.7 nonsense")).json()
    await node.services.decks.wait_until_rendered()
    browser = await node.browser("trainer")
    shown = await (await browser.call("GET", f"/api/decks/{deck['deck_id']}")).json()
    assert (shown["status"], shown["error"]) == ("failed", "pdf_unreadable")


async def test_big_upload_stops_at_the_limit(tmp_path: Path) -> None:
    node = await open_node(tmp_path, upload_max_mb=1)
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"%PDF-1.7\n"
        while sent < 64 << 20:
            sent += 1 << 16
            yield b"x" * (1 << 16)
            await asyncio.sleep(0)

    answer = await upload(node, chunks())
    assert (answer.status, (await answer.json())["code"]) == (413, "file_too_big")
    assert (await answer.json())["args"] == {"limit_mb": 1}
    assert list(node.config.decks_dir.iterdir()) == []
    await node.close()


async def test_rendering_goes_on_after_a_restart(node: Node, lecture: bytes) -> None:
    deck = await (await upload(node, lecture)).json()
    await node.restart()
    await node.services.decks.wait_until_rendered()
    browser = await node.browser("trainer")
    shown = await (await browser.call("GET", f"/api/decks/{deck['deck_id']}")).json()
    assert shown["status"] == "ready"
