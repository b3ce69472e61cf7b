from __future__ import annotations

import asyncio
import time

import pytest
from aiohttp import ClientSession
from socketio.exceptions import ConnectionError as CannotConnect

from server.domain import lines
from server.realtime import strict_server
from server.realtime.gateway import LINES_BURST, MAX_UNREAD
from server.services import line_board
from tests.fakes.academy import TRAINER, person
from tests.fakes.socket_stack import SocketStack


async def test_a_trainer_is_welcomed_with_a_snapshot(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open()
    welcome = await trainer.hear("welcome")
    assert welcome["role"] == "trainer"
    assert welcome["snapshot"]["status"] == "planned"
    assert welcome["missed"] == []
    assert welcome["roster"][welcome["participant_id"]]["name"] == "Trainer"


async def test_a_stranger_is_refused_with_a_body(stack: SocketStack) -> None:
    for person_id, code in ((None, "not_logged_in"), ("prs_stranger", "forbidden")):
        client = stack.client(person_id)
        with pytest.raises(CannotConnect):
            await client.open()
        assert client.refusal is not None
        assert client.refusal["code"] == code


async def test_a_hello_that_is_not_one_is_refused_with_its_fields(
    stack: SocketStack,
) -> None:
    client = stack.client(TRAINER)
    with pytest.raises(CannotConnect):
        await client.open(after_seq="many")
    assert client.refusal is not None
    assert client.refusal["code"] == "bad_request"
    assert client.refusal["fields"][0]["field"] == "after_seq"


async def test_another_origin_is_refused(stack: SocketStack) -> None:
    client = stack.client(TRAINER, Origin="https://evil.example")
    with pytest.raises(CannotConnect):
        await client.open()


async def test_the_waiting_get_a_snapshot_when_it_goes_live(
    stack: SocketStack,
) -> None:
    trainer = await stack.client(TRAINER).open()
    one = await stack.client(person(0)).open()
    waiting = await one.hear("welcome")
    assert waiting["snapshot"]["decks"] == []
    await trainer.command("session.open")
    await trainer.command("slide.show", deck_id="deck_slides", page=3)
    await trainer.command("chat.post", text="Only among us")
    await trainer.command("session.go_live")
    live = await one.hear("welcome", lambda body: body["snapshot"]["status"] == "live")
    assert live["snapshot"]["slide"]["page"] == 3
    assert live["snapshot"]["chat"] == []
    assert one.event_types() == ["session.opened"]


async def test_events_reach_everyone_with_the_names_they_need(
    stack: SocketStack,
) -> None:
    trainer = await stack.client(TRAINER).open()
    one = await stack.client(person(0)).open()
    two = await stack.client(person(1)).open()
    await trainer.command("session.go_live")
    ack = await one.command("chat.post", text="Good morning")
    assert ack["ok"]
    batch = await two.hear(
        "events", lambda body: body["events"][0]["event"]["type"] == "chat.posted"
    )
    author = batch["events"][0]["event"]["participant_id"]
    assert batch["roster"][author]["name"] == "Mayor 0"
    assert batch["seq"] == ack["seq"]
    assert "participant.joined" not in two.event_types()


async def test_a_reconnecting_client_gets_what_it_missed_and_nothing_twice(
    stack: SocketStack,
) -> None:
    trainer = await stack.client(TRAINER).open()
    await trainer.command("session.go_live")
    one = await stack.client(person(0)).open()
    welcome = await one.hear("welcome")
    await one.close()
    await trainer.command("chat.post", text="While you were away")
    back = await stack.client(person(0)).open(
        session_id=welcome["session_id"], after_seq=welcome["seq"]
    )
    again = await back.hear("welcome")
    assert again["snapshot"] is None
    types = [one["event"]["type"] for one in again["missed"]]
    assert types == ["participant.left", "chat.posted", "participant.joined"]
    assert [one["seq"] for one in again["missed"]] == sorted(
        one["seq"] for one in again["missed"]
    )
    assert again["participant_id"] == welcome["participant_id"]


async def test_a_seq_of_another_session_gets_a_snapshot(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open(session_id="ses_other", after_seq=3)
    assert (await trainer.hear("welcome"))["snapshot"] is not None


async def test_a_removed_person_is_cut_off_and_can_not_come_back(
    stack: SocketStack,
) -> None:
    trainer = await stack.client(TRAINER).open()
    await trainer.command("session.go_live")
    one = await stack.client(person(0)).open()
    participant_id = (await one.hear("welcome"))["participant_id"]
    await trainer.command("participant.remove", participant_id=participant_id)
    await one.hear_event("participant.removed")
    await asyncio.wait_for(one.gone.wait(), 2)
    again = stack.client(person(0))
    with pytest.raises(CannotConnect):
        await again.open()
    assert again.refusal is not None
    assert again.refusal["code"] == "removed"


async def test_ballots_stay_with_the_voter_and_the_staff(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open()
    one = await stack.client(person(0)).open()
    two = await stack.client(person(1)).open()
    await trainer.command("session.go_live")
    await trainer.command(
        "poll.create", question="Which?", kind="single", options=["a", "b"]
    )
    poll_id = (await one.hear_event("poll.opened"))["poll_id"]
    await one.command("poll.vote", poll_id=poll_id, choices=[1])
    assert (await one.hear_event("ballot.cast"))["choices"] == [1]
    assert (await trainer.hear_event("ballot.cast"))["choices"] == [1]
    tally = await two.hear("tally", lambda body: body["voters"] == 1)
    assert tally["counts"] is None
    counted = await trainer.hear("tally", lambda body: body["voters"] == 1)
    assert counted["counts"] == [0, 1]
    await trainer.command("poll.close", poll_id=poll_id)
    await two.hear_event("poll.closed")
    assert {"ballot.cast", "poll.counted", "poll.created"}.isdisjoint(two.event_types())


async def test_no_count_of_an_anonymous_poll_moves_while_it_is_open(
    stack: SocketStack,
) -> None:
    trainer = await stack.client(TRAINER).open()
    one = await stack.client(person(0)).open()
    await trainer.command("session.go_live")
    await trainer.command(
        "poll.create",
        question="Which?",
        kind="single",
        options=["a", "b"],
        is_anonymous=True,
    )
    poll_id = (await one.hear_event("poll.opened"))["poll_id"]
    await one.command("poll.vote", poll_id=poll_id, choices=[1])
    tally = await trainer.hear("tally", lambda body: body["voters"] == 1)
    assert tally["counts"] is None
    assert (await trainer.hear_event("ballot.cast"))["choices"] == []


async def test_presence_is_counted_by_centre(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open()
    await trainer.command("session.go_live")
    await stack.client(person(0)).open()
    await stack.client("prs_hall").open()
    seen = await trainer.hear("presence", lambda body: body["present"] == 3)
    assert seen["by_centre"] == {"ctr_one": 2}


async def test_slots_follow_the_stage(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open()
    await trainer.command("session.go_live")
    participant_id = (await trainer.hear("welcome"))["participant_id"]
    session = await stack.hall.session()
    await session.on_source_opened(participant_id, "camera", True, True)
    slots = await trainer.hear("slots", lambda body: body["video"]["presenter"])
    assert slots["video"]["programme"] == participant_id
    session.on_speakers_changed([participant_id])
    await trainer.hear("slots", lambda body: body["speaking"] == [participant_id])


async def test_the_clock_is_told(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open()
    assert (await trainer.ask("clock", {}))["server_time_ms"] > 1_700_000_000_000


async def test_long_polling_works_too(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open(transports=("polling",))
    await trainer.hear("welcome")
    ack = await trainer.command("session.open")
    assert ack["ok"]
    await trainer.hear_event("session.opened")
    await stack.gateway.close()
    await asyncio.wait_for(trainer.gone.wait(), 2)


MALFORMED: list[object] = [
    None,
    [],
    "text",
    {"key": "k" * 16},
    {"key": "short", "command": {"type": "session.open"}},
    {"key": "k" * 16, "command": {"type": "no.such"}},
    {"key": "k" * 16, "command": {"type": "chat.post", "text": "\x00"}},
    {"key": "k" * 16, "command": {"type": "chat.post", "text": "x" * 2001}},
    {"key": "k" * 16, "command": {"type": "session.open", "extra": 1}},
    {"key": "k" * 16, "command": {"type": "chat.post", "text": "\ud800"}},
]


async def test_malformed_commands_get_an_error_and_the_socket_lives(
    stack: SocketStack,
) -> None:
    trainer = await stack.client(TRAINER).open()
    for payload in MALFORMED:
        ack = await trainer.ask("command", payload)
        assert not ack["ok"]
        assert ack["error"]["code"] == "bad_request"
    assert (await trainer.command("session.open"))["ok"]


async def test_more_commands_than_the_burst_are_refused(stack: SocketStack) -> None:
    trainer = await stack.client(TRAINER).open()
    acks = await asyncio.gather(*(trainer.ask("command", None) for _ in range(100)))
    codes = [ack["error"]["code"] for ack in acks]
    assert 30 <= codes.count("rate_limited") <= 40


async def test_a_flood_is_cut_off(stack: SocketStack) -> None:
    flooder = await stack.client(TRAINER).open()
    other = await stack.client(person(0)).open()
    for _ in range(1000):
        if flooder.gone.is_set():
            break
        await flooder.send("nonsense", "x")
    await asyncio.wait_for(flooder.gone.wait(), 2)
    assert "server_time_ms" in await other.ask("clock", {})


HLS = {"rung": "hls", "is_up": True, "reason": "blocked"}
NOT_A_LINE: list[object] = [None, [], "hls", {"rung": "pigeon"}, HLS | {"extra": 1}]


async def test_a_pages_word_on_its_line_reaches_the_staff_only(
    stack: SocketStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_board, "SURVEY_MS", 1)
    monkeypatch.setattr(lines, "WORSE_AFTER_MS", 1)
    trainer = await stack.client(TRAINER).open()
    one = await stack.client(person(0)).open()
    await trainer.command("session.go_live")
    session = await stack.hall.session()
    for nonsense in NOT_A_LINE:
        await one.send("line", nonsense)
    await one.send("line", HLS)
    async with asyncio.timeout(5):
        while not session.lines.shown.weak:
            await session.tick()
            await asyncio.sleep(0.01)
    told = await trainer.hear("lines", lambda body: body["weak"] == 1)
    assert told["halls"][0]["people"][0]["way"] == "hls"
    await one.command("chat.post", text="still here")
    await one.hear_event("chat.posted")
    assert "lines" not in [name for name, _ in one.heard]


async def test_a_page_that_talks_too_much_of_its_line_is_not_listened_to(
    stack: SocketStack,
) -> None:
    one = await stack.client(person(0)).open()
    session = await stack.hall.session()
    told: list[object] = []
    session.note_page = lambda *page: told.append(page)  # type: ignore[method-assign]
    for _ in range(50):
        await one.send("line", HLS)
    await one.ask("clock", {})
    assert LINES_BURST <= len(told) <= LINES_BURST + 2


@pytest.mark.parametrize(
    "packet",
    [
        b"binary",
        "51-[" + '"command",{"_placeholder":true,"num":0}]',
        "2" + "[" * 30_000,
        "2not json",
        "9",
    ],
    ids=["binary", "attachment", "deep", "not-json", "unknown-type"],
)
async def test_a_malformed_packet_cuts_the_connection(
    stack: SocketStack, packet: str | bytes
) -> None:
    client = await stack.client(TRAINER).open()
    await client.hear("welcome")
    await client.send_raw(packet)
    await asyncio.wait_for(client.gone.wait(), 3)


async def test_a_message_over_the_limit_closes_the_connection(
    stack: SocketStack,
) -> None:
    client = await stack.client(TRAINER).open()
    await client.send("command", "x" * 70_000)
    await asyncio.wait_for(client.gone.wait(), 3)


async def test_closing_the_gateway_makes_nobody_leave(stack: SocketStack) -> None:
    one = await stack.client(person(0)).open()
    participant_id = (await one.hear("welcome"))["participant_id"]
    await stack.gateway.close()
    await asyncio.wait_for(one.gone.wait(), 2)
    session = await stack.hall.session()
    assert session.state.participants[participant_id].is_present


async def test_a_receiver_that_does_not_read_is_cut_off_and_stalls_nobody(
    stack: SocketStack,
) -> None:
    deaf = await stack.deaf_client(person(0))
    other = await stack.client(TRAINER).open()
    await other.hear("welcome")
    session = await stack.hall.session()
    parcel = stack.parcel_for(session, {"filler": "x" * 20_000})
    begun = time.monotonic()
    for _ in range(MAX_UNREAD * 4):
        await stack.gateway._send(parcel)
    assert time.monotonic() - begun < 10
    async with asyncio.timeout(5):
        while stack.gateway.connections > 1:
            await asyncio.sleep(0.05)
    assert "server_time_ms" in await other.ask("clock", {})
    deaf.close()


async def test_who_does_not_introduce_themself_is_cut_off(
    stack: SocketStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strict_server, "HELLO_WITHIN_S", 0.2)
    async with ClientSession() as http:
        url = stack.url + "/socket.io/?EIO=4&transport=websocket"
        async with http.ws_connect(url) as socket:
            assert (await socket.receive_str()).startswith("0{")
            async with asyncio.timeout(3):
                while not socket.closed:
                    await socket.receive()
