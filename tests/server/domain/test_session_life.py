from __future__ import annotations

import pytest

from server.domain import system
from server.errors import (
    AlreadyInStateError,
    ChatLockedError,
    NotFoundError,
    SessionNotLiveError,
    SessionOverError,
)
from tests.server.domain.classroom import Classroom, live_classroom


def test_a_session_goes_from_planned_to_ended() -> None:
    room = Classroom()
    trainer = room.join("trainer", "trainer")
    with pytest.raises(SessionNotLiveError):
        room.send(trainer, "session.end")
    room.send(trainer, "session.open")
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "session.open")
    room.now_ms += 5_000
    room.send(trainer, "session.go_live")
    assert room.state.started_at_ms == room.now_ms
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "session.go_live")
    room.send(trainer, "session.end")
    with pytest.raises(SessionOverError):
        room.send(trainer, "session.go_live")


def test_going_live_at_once_opens_on_the_way() -> None:
    room, *_ = live_classroom()
    types = [one.event.type for one in room.log]
    assert types[1:3] == ["session.opened", "session.went_live"]


def test_the_chat_of_the_green_room_stays_there() -> None:
    room = Classroom()
    trainer = room.join("trainer", "trainer")
    room.send(trainer, "session.open")
    room.send(trainer, "chat.post", text="among us")
    room.send(trainer, "session.go_live")
    assert room.state.chat == []


@pytest.mark.parametrize(("deck_id", "page"), [("deck_none", 1), ("deck_law1", 6)])
def test_a_page_that_is_not_there_is_not_shown(deck_id: str, page: int) -> None:
    room, trainer, *_ = live_classroom()
    room.system(system.DeckAdd("deck_law1", "Law", 5))
    with pytest.raises(NotFoundError):
        room.send(trainer, "slide.show", deck_id=deck_id, page=page)
    room.send(trainer, "slide.show", deck_id="deck_law1", page=5)
    assert room.send(trainer, "slide.show", deck_id="deck_law1", page=5) == []


def test_a_locked_chat_is_open_to_trainers() -> None:
    room, trainer, one, _ = live_classroom()
    room.send(trainer, "locks.set", chat=True, hands=False)
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "locks.set", chat=True, hands=False)
    with pytest.raises(ChatLockedError):
        room.send(one, "chat.post", text="hello")
    room.send(trainer, "chat.post", text="hello")


def test_a_message_is_hidden_once_and_its_text_is_gone() -> None:
    room, trainer, one, _ = live_classroom()
    room.send(one, "chat.post", text="rude")
    message_id = room.state.chat[0].message_id
    room.send(trainer, "chat.hide", message_id=message_id)
    assert room.state.chat[0].text == ""
    with pytest.raises(AlreadyInStateError):
        room.send(trainer, "chat.hide", message_id=message_id)
    with pytest.raises(NotFoundError):
        room.send(trainer, "chat.hide", message_id="msg_unknown")


def test_a_media_restart_begins_an_epoch_without_sources() -> None:
    room, trainer, *_ = live_classroom()
    room.system(system.SourceOpen(trainer, "camera", True, True))
    room.system(system.MediaRestart())
    assert (room.state.media_epoch, room.state.sources) == (1, [])
    assert room.system(system.SourceClose(trainer, "camera")) == []
