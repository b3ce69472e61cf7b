"""The presenter: puts the demo seminar on air and lectures, page by page, in a loop."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import itertools
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from demo import clip as clips
from demo.account import Account
from demo.room import CONNECTION_ERRORS, REQUESTED_WITH, RefusedError, Room
from demo.script import LECTURE_TITLE, POLL, PRESENTER_LOOK, PRESENTER_VOICE
from demo.speech import SAMPLE_RATE_HZ, Samples, speak
from demo.tracks import Playhead
from demo.whip import publish

logger = logging.getLogger(__name__)

STEERING_PAUSE_S = 120
"""How long the slides stay as a person left them."""
POLL_AFTER_S = 40
RESTART_AFTER_END_S = 15


@dataclass(frozen=True, slots=True)
class Lecture:
    """A seminar's slides with the moments at which their pages begin."""

    seminar_id: str
    deck_id: str
    page_starts_s: tuple[float, ...]
    clip: clips.Clip

    def page_at(self, position_s: float) -> int:
        return bisect.bisect_right(self.page_starts_s, position_s)


async def find_seminar(account: Account) -> str:
    """Return the demo seminar to put on air; plan it anew when the last has ended."""
    cards = await account.get("/api/seminars")
    ours = [card for card in cards if card["title"] == LECTURE_TITLE]
    running = [card for card in ours if card["status"] != "ended" and card["may_edit"]]
    if running:
        running.sort(key=lambda card: card["status"] != "live")
        return str(running[0]["seminar_id"])
    newest = max(ours, key=lambda card: card["starts_at_ms"])
    past = await account.get(f"/api/seminars/{newest['seminar_id']}")
    draft = past["draft"] | {"starts_at_ms": int(time.time() * 1000)}
    planned = await account.post("/api/seminars", draft)
    seminar_id = str(planned["card"]["seminar_id"])
    await _copy_deck(account, past["decks"][0], seminar_id)
    return seminar_id


async def _copy_deck(account: Account, deck: dict[str, Any], seminar_id: str) -> None:
    """Give a newly planned seminar the slides of the one before."""
    source = f"{account.base_url}/api/decks/{deck['deck_id']}/original.pdf"
    async with account.http.get(source) as response:
        response.raise_for_status()
        pdf = await response.read()
    async with account.http.post(
        f"{account.base_url}/api/seminars/{seminar_id}/decks",
        params={"title": deck["title"]},
        data=pdf,
        headers=REQUESTED_WITH | {"Content-Type": "application/pdf"},
    ) as response:
        response.raise_for_status()


async def _ready_deck(account: Account, seminar_id: str) -> dict[str, Any]:
    for _ in range(120):
        seminar = await account.get(f"/api/seminars/{seminar_id}")
        for deck in seminar["decks"]:
            if deck["status"] == "ready":
                return dict(deck)
        await asyncio.sleep(0.5)
    raise TimeoutError("The slides of the demo seminar did not get ready.")


async def prepare(account: Account, seminar_id: str, folder: Path) -> Lecture:
    """Make (or find) the clip that reads the slides aloud."""
    deck = await _ready_deck(account, seminar_id)
    texts = (await account.get(f"/api/decks/{deck['deck_id']}/text"))["pages"]
    spoken = [". ".join(text.split("\n")) for text in texts]
    pages = [await speak(text, PRESENTER_VOICE) for text in spoken]
    lengths_s = [len(page) / SAMPLE_RATE_HZ for page in pages]
    starts_s = tuple(itertools.accumulate([0.0, *lengths_s[:-1]]))

    async def make() -> Samples:
        return np.concatenate(pages)

    clip = await clips.open_clip(folder, spoken, PRESENTER_LOOK, PRESENTER_VOICE, make)
    return Lecture(seminar_id, deck["deck_id"], starts_s, clip)


async def _first_of(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first to end, cancel the others; raise what it raised."""
    tasks = [asyncio.ensure_future(one) for one in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


class Presenter:
    """Steers one run of the lecture until its session ends."""

    def __init__(self, room: Room, lecture: Lecture) -> None:
        self._room = room
        self._lecture = lecture
        self._ended = asyncio.Event()
        self._media_lost = asyncio.Event()
        self._camera_free = asyncio.Event()
        """Set while nobody sends the presenter's camera: a person who presses "Go on
        air" takes it over, and the lecture waits until they are done."""
        self._page = 0
        self._steering_from_s = 0.0
        self._media_epoch: int | None = None
        room.on_event = self._on_event
        room.on_snapshot = self._on_snapshot

    def _on_snapshot(self, state: dict[str, Any]) -> None:
        """Catch up after the line to the server was lost: events were missed."""
        if state["status"] == "ended":
            self._ended.set()
        if self._media_epoch not in (None, state["media_epoch"]):
            self._media_lost.set()
        self._media_epoch = state["media_epoch"]
        if any(map(self._is_our_camera, state["sources"])):
            self._camera_free.clear()
        else:
            self._camera_free.set()

    def _on_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "session.ended":
            self._ended.set()
        elif event["type"] == "media.restarted":
            # Long before the connection itself notices that its worker is gone.
            self._media_epoch = event["media_epoch"]
            self._media_lost.set()
            self._camera_free.set()
        elif event["type"] == "source.opened" and self._is_our_camera(event):
            self._camera_free.clear()
        elif event["type"] == "source.closed" and self._is_our_camera(event):
            self._camera_free.set()
        elif event["type"] == "slide.shown" and event["page"] != self._page:
            self._steering_from_s = time.monotonic() + STEERING_PAUSE_S

    def _is_our_camera(self, source: dict[str, Any]) -> bool:
        owner: str = source["participant_id"]
        return owner == self._room.participant_id and source["source"] == "camera"

    async def run(self, account: Account) -> None:
        """Open, publish, go live, lecture; publish again whenever the media is lost."""
        await self._room.join()
        if self._room.snapshot["status"] == "planned":
            await self._room.send("session.open")
        while not self._ended.is_set():
            try:
                await self._on_air(account)
            except CONNECTION_ERRORS as error:
                logger.info("The demo lecture publishes again: %s", error)
                await asyncio.sleep(1)

    async def _on_air(self, account: Account) -> None:
        keys = await account.get(f"/api/seminars/{self._lecture.seminar_id}/keys")
        headers = {"Authorization": f"Bearer {keys['whip_key']}"}
        await _first_of(self._camera_free.wait(), self._ended.wait())
        self._media_lost.clear()
        if self._ended.is_set():
            return
        async with publish(
            account.http, keys["whip_url"], headers, self._lecture.clip
        ) as (playhead, lost):
            await _first_of(
                self._steer(playhead),
                lost.wait(),
                self._media_lost.wait(),
                self._ended.wait(),
            )

    async def _steer(self, playhead: Playhead) -> None:
        await self._go_live()
        poll_at_s = time.monotonic() + POLL_AFTER_S
        poll_due = not self._room.snapshot["polls"]
        while True:
            page = self._lecture.page_at(playhead.position_s())
            # Picture and sound go on while the server is away, so the lecture does.
            with contextlib.suppress(*CONNECTION_ERRORS):
                if page != self._page and time.monotonic() >= self._steering_from_s:
                    await self._show(page)
                if poll_due and time.monotonic() > poll_at_s:
                    await self._try("poll.create", **POLL)
                    poll_due = False
            await asyncio.sleep(0.25)

    async def _show(self, page: int) -> None:
        before, self._page = self._page, page
        try:
            await self._try("slide.show", deck_id=self._lecture.deck_id, page=page)
        except CONNECTION_ERRORS:
            self._page = before
            raise

    async def _go_live(self) -> None:
        if self._room.snapshot["status"] in ("planned", "green_room"):
            await self._try("session.go_live")

    async def _try(self, kind: str, /, **fields: object) -> None:
        try:
            await self._room.send(kind, **fields)
        except RefusedError as refusal:
            logger.info("Demo command refused: %s", refusal)


async def run_presenter(
    account: Account, folder: Path, on_air: asyncio.Queue[str]
) -> None:
    """Keep a demo lecture on air; tell each one's seminar id to the halls."""
    await account.post("/api/demo-login", {"role": "trainer"})
    while True:
        seminar_id = await find_seminar(account)
        lecture = await prepare(account, seminar_id, folder)
        room = Room(account.http, account.base_url, seminar_id)
        await on_air.put(seminar_id)
        try:
            await Presenter(room, lecture).run(account)
        finally:
            await room.leave()
        await asyncio.sleep(RESTART_AFTER_END_S)
