from __future__ import annotations

import json

import pytest

from tests.fakes.node import DRAFT, Node

BODY = json.loads(DRAFT.model_dump_json())


async def test_trainer_plans_and_changes_a_seminar(node: Node) -> None:
    browser = await node.browser("colleague")
    made = await browser.call("POST", "/api/seminars", BODY | {"title": " Land "})
    page = await made.json()
    assert (made.status, page["draft"]["title"]) == (201, "Land")
    card = page["card"]
    assert (card["status"], card["session"], card["may_edit"]) == (
        "planned",
        None,
        True,
    )
    assert (card["my_role"], card["trainer_name"]) == ("trainer", "Colleague")
    assert card["invited"] == 3
    changed = await browser.call(
        "PUT",
        f"/api/seminars/{card['seminar_id']}",
        BODY | {"centre_ids": ["ctr_south", "ctr_south"], "capacity": 50},
    )
    page = await changed.json()
    assert page["draft"]["centre_ids"] == ["ctr_south"]
    assert [one["region"] for one in page["centres"]] == ["South"]
    again = await browser.call("GET", f"/api/seminars/{card['seminar_id']}")
    assert await again.json() == page


async def test_every_wrong_field_is_named_at_once(node: Node) -> None:
    browser = await node.browser("trainer")
    wrong = {"title": " ", "duration_min": 1, "capacity": "many", "surprise": 1}
    answer = await browser.call("POST", "/api/seminars", BODY | wrong)
    body = await answer.json()
    assert (answer.status, body["code"]) == (400, "bad_request")
    assert {one["field"] for one in body["fields"]} == set(wrong)


async def test_what_only_the_server_knows_is_checked_too(node: Node) -> None:
    browser = await node.browser("trainer")
    wrong = {"time_zone": "Mars/Olympus", "centre_ids": ["ctr_north", "ctr_x"]}
    answer = await browser.call("POST", "/api/seminars", BODY | wrong)
    fields = [one["field"] for one in (await answer.json())["fields"]]
    assert (answer.status, fields) == (400, ["time_zone", "centre_ids.1"])


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/plain", b"{}"),
        ("application/json", b"{"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'"' + b"x" * 300_000 + b'"'),
    ],
    ids=["type", "cut", "bytes", "deep", "long"],
)
async def test_what_is_no_json_is_refused(
    node: Node, content_type: str, data: bytes
) -> None:
    browser = await node.browser("trainer")
    answer = await browser.session.post(
        "/api/seminars",
        data=data,
        headers={"X-Requested-With": "hallcast", "Content-Type": content_type},
    )
    assert answer.status == 400
    assert (await answer.json())["code"] == "bad_request"


async def test_card_follows_the_session(node: Node) -> None:
    browser = await node.browser("participant")
    session = await node.live_session()
    [card] = await (await browser.call("GET", "/api/seminars")).json()
    assert (card["status"], card["my_role"]) == ("live", "participant")
    assert card["session"]["session_id"] == session.session_id
    assert card["session"]["has_replay"] is True


async def test_attendance_of_a_coordinator_ends_at_their_centre(node: Node) -> None:
    session = await node.live_session()
    await node.join("participant")
    path = f"/api/sessions/{session.session_id}/attendance"
    trainer = await (await (await node.browser("trainer")).call("GET", path)).json()
    hall = await (await (await node.browser("coordinator")).call("GET", path)).json()
    assert {row["centre_id"] for row in hall["rows"]} == {"ctr_north"}
    assert len(hall["rows"]) <= len(trainer["rows"])
    table = await (await node.browser("trainer")).call("GET", f"{path}.csv")
    assert table.content_type == "text/csv"
    assert "attachment" in table.headers["Content-Disposition"]
    assert "Participant" in await table.text()


async def test_a_seminar_without_centres_is_open_to_every_account_but_no_guest(
    node: Node,
) -> None:
    keys = await node.services.keys.get_as_operator(node.seminar_id)
    guest = await node.browser()
    await guest.call(
        "POST",
        f"/api/invitations/{keys.invite_url.rpartition('/')[2]}",
        {"name": "Guest", "post": "", "centre_id": None, "locale": "en"},
    )
    trainer = await node.browser("trainer")
    made = await trainer.call("POST", "/api/seminars", BODY | {"centre_ids": []})
    seminar_id = (await made.json())["card"]["seminar_id"]
    for who in ("stranger", "participant", "colleague"):
        browser = await node.browser(who)
        page = await browser.call("GET", f"/api/seminars/{seminar_id}")
        assert page.status == 200
        cards = await (await browser.call("GET", "/api/seminars")).json()
        assert seminar_id in [card["seminar_id"] for card in cards]
    page = await guest.call("GET", f"/api/seminars/{seminar_id}")
    assert page.status == 403
    cards = await (await guest.call("GET", "/api/seminars")).json()
    assert [card["seminar_id"] for card in cards] == [node.seminar_id]
