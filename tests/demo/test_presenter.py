"""The demo presenter when the server or its media worker is restarted."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

import pytest
import socketio

from demo.clip import Clip
from demo.presenter import Lecture, Presenter
from demo.room import Room
from demo.tracks import Playhead


class FakeRoom:
    """A room whose server is away for the first `outages` commands."""

    participant_id = "par_1"

    def __init__(self, outages: int = 0) -> None:
        self.snapshot: dict[str, Any] = state()
        self.sent: list[str] = []
        self._outages = outages

    async def send(self, kind: str, /, **fields: object) -> dict[str, Any]:
        if self._outages:
            self._outages -= 1
            raise socketio.exceptions.BadNamespaceError("/ is not connected")
        self.sent.append(kind)
        return {"ok": True}


def state(**changes: object) -> dict[str, Any]:
    return {
        "status": "live",
        "media_epoch": 0,
        "sources": [],
        "polls": {"pol_1": {}},
        **changes,
    }


def make(room: FakeRoom) -> Presenter:
    lecture = Lecture("sem_1", "dck_1", (0.0,), Clip(10.0))
    return Presenter(cast(Room, room), lecture)


async def test_the_lecture_goes_on_while_the_server_is_away() -> None:
    room = FakeRoom(outages=1)
    steering = make(room)._steer(Playhead(Clip(10.0)))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(steering, 0.6)
    assert room.sent == ["slide.show"]


@pytest.mark.parametrize("sources", [[], [{"participant_id": "x", "source": "camera"}]])
async def test_a_camera_that_closed_during_an_outage_is_known_to_be_free(
    sources: list[dict[str, str]],
) -> None:
    presenter = make(room := FakeRoom())
    ours = {"participant_id": room.participant_id, "source": "camera"}
    presenter._on_snapshot(state(sources=[ours]))
    assert not presenter._camera_free.is_set()
    presenter._on_snapshot(state(sources=sources))
    assert presenter._camera_free.is_set()


async def test_a_worker_replaced_during_an_outage_is_noticed() -> None:
    presenter = make(FakeRoom())
    presenter._on_snapshot(state())
    assert not presenter._media_lost.is_set()
    presenter._on_snapshot(state(media_epoch=1))
    assert presenter._media_lost.is_set()
