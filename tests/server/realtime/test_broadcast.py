from __future__ import annotations

from typing import Any

import pytest

from server.http.wire import Lines
from server.realtime.broadcast import Broadcast, Parcel
from server.services.admission import admit
from server.services.audience import NoAudience
from server.services.live import LiveSession
from tests.fakes.academy import SEMINAR, TRAINER, Hall, person
from tests.fakes.socket_stack import seminar_body


class Listening(NoAudience):
    """An audience with a broadcast whose parcels the test takes by hand."""

    def __init__(self, session: LiveSession) -> None:
        super().__init__()
        self.wakes = 0
        self.broadcast = Broadcast(session, self._wake)
        self.publish = self.broadcast.publish  # type: ignore[method-assign]
        self.show_speakers = self.broadcast.show_speakers  # type: ignore[method-assign]
        self.show_lines = self.broadcast.show_lines  # type: ignore[method-assign]
        self.tell_shed = self.broadcast.tell_shed  # type: ignore[method-assign]
        self.move_viewers = self.broadcast.move_viewers  # type: ignore[method-assign]

    def _wake(self) -> None:
        self.wakes += 1


class Room:
    def __init__(self, hall: Hall, session: LiveSession, heard: Listening) -> None:
        self.hall = hall
        self.session = session
        self.broadcast = heard.broadcast

    async def connect(self, person_id: str, after_seq: int | None = None) -> str:
        admission = await admit(self.hall.database, SEMINAR, person_id)

        def joined(participant_id: str) -> None:
            self.broadcast.add(person_id, participant_id, seminar_body(), after_seq)

        participant_id = await self.session.connect(admission, person_id, joined)
        self.broadcast.open(person_id)
        return participant_id

    def take(self, after_ms: int = 0) -> list[Parcel]:
        self.hall.clock.advance(after_ms)
        return self.broadcast.take(self.hall.clock.now_ms())

    def heard(self, parcels: list[Parcel], who: str, name: str) -> list[dict[str, Any]]:
        return [one.body for one in parcels if one.name == name and who in one.to]


@pytest.fixture
async def room(hall: Hall) -> Room:
    session = await hall.session()
    heard = Listening(session)
    session.audience = heard
    return Room(hall, session, heard)


def _types(batches: list[dict[str, Any]]) -> list[str]:
    return [one["event"]["type"] for batch in batches for one in batch["events"]]


async def test_one_batch_is_made_for_all_who_see_the_same(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    for number in range(3):
        await room.connect(person(number))
    room.take(1000)
    await room.hall.must(trainer, "chat.post", text="one")
    room.take()
    await room.hall.must(trainer, "chat.post", text="two")
    batches = [one for one in room.take() if one.name == "events"]
    audience = {person(number) for number in range(3)}
    assert {frozenset(one.to) for one in batches} == {
        frozenset(audience),
        frozenset({TRAINER}),
    }


async def test_joins_wait_for_company_and_a_chat_line_takes_them_along(
    room: Room,
) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    room.take(1000)
    await room.connect(person(0))
    room.broadcast._is_urgent = False  # the opening of a connection is urgent itself
    assert room.take(400) == []
    assert room.broadcast.has_waiting
    assert _types(room.heard(room.take(100), TRAINER, "events")) == [
        "participant.joined"
    ]
    await room.session.disconnect(person(0))
    assert room.take(0) == []
    await room.hall.must(trainer, "chat.post", text="now")
    assert _types(room.heard(room.take(), TRAINER, "events")) == [
        "participant.left",
        "chat.posted",
    ]


async def test_a_storm_of_joins_is_a_few_messages_for_everybody(
    room: Room,
) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    one = await room.connect(person(0))
    assert one
    room.take(1000)
    sent: list[Parcel] = []
    for _ in range(20):
        for _ in range(2):
            await room.session.disconnect(person(1))
            await room.hall.join(person(1))
        sent += room.take(50)
    assert len(room.heard(sent, TRAINER, "events")) <= 3
    assert room.heard(sent, person(0), "events") == []
    assert len(room.heard(sent, person(0), "presence")) <= 3


async def test_a_receiver_that_is_not_open_yet_hears_nothing(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    admission = await admit(room.hall.database, SEMINAR, person(0))
    await room.session.connect(
        admission,
        "c1",
        lambda p: room.broadcast.add("c1", p, seminar_body(), None),
    )
    await room.hall.must(trainer, "session.go_live")
    assert not any("c1" in one.to for one in room.take(1000))
    room.broadcast.open("c1")
    first, *_ = [one for one in room.take() if "c1" in one.to]
    assert first.name == "welcome"
    assert first.body["snapshot"]["status"] == "live"


async def test_batches_follow_each_other_without_a_gap(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    one = await room.connect(person(0))
    (welcome,) = room.heard(room.take(1000), person(0), "welcome")
    seq = welcome["seq"]
    await room.connect(person(1))
    poll_id = await room.hall.poll(trainer)
    for number, participant_id in ((0, one), (1, None)):
        if participant_id is not None:
            await room.hall.must(one, "poll.vote", poll_id=poll_id, choices=[number])
        await room.hall.must(trainer, "chat.post", text="next")
        for batch in room.heard(room.take(600), person(0), "events"):
            assert batch["after"] == seq
            assert all(seq < event["seq"] <= batch["seq"] for event in batch["events"])
            seq = batch["seq"]
    assert seq == room.session.state.seq


async def test_a_name_travels_with_its_first_event_only(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    await room.connect(person(0))
    room.take(1000)
    rosters = []
    for text in ("one", "two"):
        await room.hall.must(trainer, "chat.post", text=text)
        (batch,) = room.heard(room.take(), person(0), "events")
        rosters.append(list(batch["roster"]))
    assert rosters == [[trainer], []]


async def test_a_hidden_message_is_empty_for_who_missed_it(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    seq = room.session.state.seq
    await room.hall.must(trainer, "chat.post", text="oops")
    message_id = room.session.state.chat[0].message_id
    await room.hall.must(trainer, "chat.hide", message_id=message_id)
    await room.connect(person(0), after_seq=seq)
    (welcome,) = room.heard(room.take(), person(0), "welcome")
    assert welcome["snapshot"] is None
    assert "oops" not in str(welcome)
    assert len(welcome["missed"]) == 3


@pytest.mark.parametrize("after_seq", [-1, 999])
async def test_an_impossible_place_gets_a_snapshot(room: Room, after_seq: int) -> None:
    await room.connect(TRAINER, after_seq=after_seq)
    (welcome,) = room.heard(room.take(), TRAINER, "welcome")
    assert welcome["snapshot"] is not None


async def test_who_was_waiting_and_comes_back_live_gets_a_snapshot(
    room: Room,
) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.open")
    seq = room.session.state.seq
    await room.hall.must(trainer, "slide.show", deck_id="deck_slides", page=2)
    await room.hall.must(trainer, "session.go_live")
    await room.connect(person(0), after_seq=seq)
    (welcome,) = room.heard(room.take(), person(0), "welcome")
    assert welcome["snapshot"]["slide"]["page"] == 2


async def test_the_waiting_hear_no_chatter(room: Room) -> None:
    await room.connect(TRAINER)
    await room.connect(person(0))
    parcels = room.take(1000)
    assert [one.name for one in parcels if person(0) in one.to] == ["welcome"]
    assert room.heard(parcels, TRAINER, "presence") != []


async def test_connections_of_the_removed_are_named_for_closing(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    one = await room.connect(person(0))
    await room.hall.must(trainer, "participant.remove", participant_id=one)
    assert room.broadcast.take_removed() == [person(0)]
    assert room.broadcast.take_removed() == []


SHED = "media_shed"
BAD_LINES = Lines(following=3, weak=0, bad=1, halls=[], uplinks=[])


async def test_bad_lines_are_for_the_staff_and_wait_for_their_turn(
    room: Room,
) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    await room.connect(person(0))
    room.take(1000)
    room.broadcast.show_lines(BAD_LINES)
    assert room.take(100) == []
    assert room.broadcast.has_waiting
    parcels = room.take(400)
    assert [one["bad"] for one in room.heard(parcels, TRAINER, "lines")] == [1]
    assert room.heard(parcels, person(0), "lines") == []
    assert room.heard(room.take(1000), TRAINER, "lines") == []


async def test_a_newcomer_gets_bad_lines_only_as_staff(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    room.take(1000)
    room.broadcast.show_lines(BAD_LINES)
    room.take(1000)
    room.broadcast.remove(TRAINER)
    await room.connect(TRAINER)
    await room.connect(person(0))
    parcels = room.take()
    assert len(room.heard(parcels, TRAINER, "lines")) == 1
    assert room.heard(parcels, person(0), "lines") == []


async def test_only_who_has_to_receive_anew_is_told_so_and_once(room: Room) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    first = await room.connect(person(1))
    await room.connect(person(2))
    room.take(1000)
    room.session.on_viewers_moved([first, "par_gone"])
    parcels = room.take()
    assert [one.to for one in parcels if one.name == "media_moved"] == [(person(1),)]
    assert not [one for one in room.take(1000) if one.name == "media_moved"]


async def test_each_hears_once_what_a_full_server_keeps_back_from_them(
    room: Room,
) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    first = await room.connect(person(1))
    second = await room.connect(person(2))
    room.take(1000)
    room.broadcast.tell_shed({first: "paused", second: "reduced", "par_gone": "paused"})
    assert room.broadcast.has_waiting
    parcels = room.take(1000)
    told = {one.to: one.body["kept_back"] for one in parcels if one.name == SHED}
    assert told == {(person(1),): "paused", (person(2),): "reduced"}
    assert not [one for one in room.take(1000) if one.name == SHED]


async def test_who_comes_to_a_full_server_is_told_and_so_is_that_it_is_over(
    room: Room,
) -> None:
    trainer = await room.connect(TRAINER)
    await room.hall.must(trainer, "session.go_live")
    first = await room.connect(person(1))
    room.take(1000)
    room.broadcast.tell_shed({first: "reduced"})
    room.take(1000)
    room.broadcast.remove(person(1))
    await room.connect(person(1))
    assert [one["kept_back"] for one in room.heard(room.take(), person(1), SHED)] == [
        "reduced"
    ]
    room.broadcast.tell_shed({})
    parcels = room.take(1000)
    assert [one["kept_back"] for one in room.heard(parcels, person(1), SHED)] == [
        "nothing"
    ]
