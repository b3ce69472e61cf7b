"""A demo hall: joins by invitation, writes, votes, asks to speak, speaks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from pathlib import Path
from typing import Any

from demo import clip as clips
from demo.account import Account
from demo.room import CONNECTION_ERRORS, REQUESTED_WITH, RefusedError, Room
from demo.script import HallPart
from demo.speech import speak
from demo.whip import publish

logger = logging.getLogger(__name__)

CHAT_EVERY_S = 40
VOTES_WITHIN_S = 8.0


class Hall:
    """One run of a hall's part, until the session ends."""

    def __init__(
        self, account: Account, room: Room, part: HallPart, clip: clips.Clip
    ) -> None:
        self._account = account
        self._room = room
        self._part = part
        self._clip = clip
        self._ended = asyncio.Event()
        self._floor = asyncio.Event()
        self._floor_over = asyncio.Event()
        self._polls: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=20)
        room.on_event = self._on_event

    def _on_event(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "session.ended":
            self._ended.set()
        elif kind == "poll.opened":
            with contextlib.suppress(asyncio.QueueFull):
                self._polls.put_nowait(event)
        elif event.get("participant_id") == self._room.participant_id:
            if kind == "floor.given":
                self._floor_over.clear()
                self._floor.set()
            elif kind == "floor.taken":
                self._floor_over.set()

    async def run(self) -> None:
        """Take part until the seminar ends."""
        await self._room.join()
        parts = (self._chat, self._vote, self._ask_for_floor, self._speak)
        tasks = [asyncio.create_task(part()) for part in parts]
        try:
            await self._ended.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._room.leave()

    async def _send(self, kind: str, /, **fields: object) -> None:
        try:
            await self._room.send(kind, **fields)
        except RefusedError as refusal:
            logger.info("Demo hall was refused: %s", refusal)

    async def _chat(self) -> None:
        if self._room.snapshot["chat"]:
            return
        for line in self._part.chat:
            await asyncio.sleep(random.uniform(0.3, 1) * CHAT_EVERY_S)
            await self._send("chat.post", text=line)

    async def _vote(self) -> None:
        while True:
            poll = await self._polls.get()
            await asyncio.sleep(random.uniform(1, VOTES_WITHIN_S))
            choice = random.randrange(len(poll["options"]))
            await self._send("poll.vote", poll_id=poll["poll_id"], choices=[choice])

    async def _ask_for_floor(self) -> None:
        await asyncio.sleep(self._part.raises_hand_after_s)
        await self._send("hand.raise")

    async def _speak(self) -> None:
        while True:
            await self._floor.wait()
            self._floor.clear()
            try:
                await self._publish_until_over()
            except CONNECTION_ERRORS as error:
                logger.info("Demo hall could not speak: %s", error)

    async def _publish_until_over(self) -> None:
        url = f"{self._account.base_url}/whip/{self._room.seminar_id}?source=camera"
        async with publish(self._account.http, url, REQUESTED_WITH, self._clip):
            await self._floor_over.wait()


def _centre_id(invitation: dict[str, Any], word: str) -> str | None:
    for centre in invitation["centres"]:
        if word.lower() in centre["name"].lower():
            return str(centre["centre_id"])
    return None


async def run_hall(
    account: Account, seminar_id: str, token: str, part: HallPart, folder: Path
) -> None:
    """Join one seminar by its invitation and take part in it."""
    invitation = await account.get(f"/api/invitations/{token}")
    guest = {
        "name": part.name,
        "post": part.post,
        "centre_id": _centre_id(invitation, part.centre_word),
        "locale": "en",
    }
    await account.post(f"/api/invitations/{token}", guest)
    clip = await clips.open_clip(
        folder,
        [part.speech],
        part.look,
        part.voice,
        lambda: speak(part.speech, part.voice),
    )
    room = Room(account.http, account.base_url, seminar_id)
    await Hall(account, room, part, clip).run()
