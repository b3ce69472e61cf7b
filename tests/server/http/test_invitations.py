"""The invitation link: for guests, and for those who are logged in already."""

from __future__ import annotations

import pytest

from server.services.admission import admit
from tests.fakes.node import CSRF, DRAFT, Node

GUEST = {"name": "Ivan Guest", "post": "", "centre_id": "ctr_north", "locale": "kk"}


async def invitation(node: Node, seminar_id: str = "") -> str:
    keys = await node.services.keys.get_as_operator(seminar_id or node.seminar_id)
    return keys.invite_url.rpartition("/")[2]


async def test_guest_joins_by_link_and_sees_that_seminar_alone(node: Node) -> None:
    token = await invitation(node)
    browser = await node.browser()
    shown = await browser.call("GET", f"/api/invitations/{token}")
    assert [one["centre_id"] for one in (await shown.json())["centres"]] == [
        "ctr_north"
    ]
    answer = await browser.call("POST", f"/api/invitations/{token}", GUEST)
    assert answer.status == 200
    cards = await (await browser.call("GET", "/api/seminars")).json()
    assert [one["seminar_id"] for one in cards] == [node.seminar_id]
    assert (await browser.call("POST", "/api/seminars", {})).status in (400, 403)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_wrong_and_expired_links_are_told_apart(node: Node, method: str) -> None:
    browser = await node.browser()
    body = GUEST if method == "POST" else None
    wrong = await browser.call(method, "/api/invitations/nonsense", body)
    assert (wrong.status, (await wrong.json())["code"]) == (404, "link_wrong")
    token = await invitation(node)
    await node.live_session()
    await node.end()
    late = await browser.call(method, f"/api/invitations/{token}", body)
    assert (late.status, (await late.json())["code"]) == (410, "link_expired")


async def test_guest_of_a_foreign_centre_is_refused(node: Node) -> None:
    token = await invitation(node)
    browser = await node.browser()
    answer = await browser.call(
        "POST", f"/api/invitations/{token}", GUEST | {"centre_id": "ctr_south"}
    )
    assert answer.status == 400
    assert (await answer.json())["fields"][0]["field"] == "centre_id"


async def test_renewed_keys_end_the_old_link(node: Node) -> None:
    token = await invitation(node)
    browser = await node.browser("trainer")
    path = f"/api/seminars/{node.seminar_id}/keys"
    before = await (await browser.call("GET", path)).json()
    after = await (await browser.call("POST", f"{path}/renew")).json()
    assert all(after[one] != before[one] for one in ("whip_key", "whep_key"))
    assert (await browser.call("GET", f"/api/invitations/{token}")).status == 404


async def test_a_logged_in_person_is_let_in_by_the_link_and_stays_who_they_are(
    node: Node,
) -> None:
    browser = await node.browser("stranger")
    page = f"/api/seminars/{node.seminar_id}"
    assert (await browser.call("GET", page)).status == 403
    token = await invitation(node)
    for _ in range(2):
        answer = await browser.call("POST", f"/api/invitations/{token}")
        assert answer.status == 200
        assert (await answer.json())["name"] == "Stranger"
        assert answer.cookies == {}
    me = await (await browser.call("GET", "/api/me")).json()
    assert me["person"]["person_id"] == node.people["stranger"].person_id
    assert (await browser.call("GET", page)).status == 200
    cards = await (await browser.call("GET", "/api/seminars")).json()
    assert [one["seminar_id"] for one in cards] == [node.seminar_id]


async def test_who_came_by_the_link_joins_and_counts_as_invited(node: Node) -> None:
    browser = await node.browser("stranger")
    await browser.call("POST", f"/api/invitations/{await invitation(node)}")
    person_id = node.people["stranger"].person_id
    found = await admit(node.services.database, node.seminar_id, person_id)
    assert found.role == "participant"
    session = await node.live_session()
    report = await node.services.attendance.report(session.session_id)
    assert person_id in [row.person_id for row in report.rows]
    timeline = f"/api/sessions/{session.session_id}/timeline"
    assert (await browser.call("GET", timeline)).status == 200


async def test_a_colleague_who_came_by_the_link_leads_nothing(node: Node) -> None:
    browser = await node.browser("colleague")
    await browser.call("POST", f"/api/invitations/{await invitation(node)}")
    page = await browser.call("GET", f"/api/seminars/{node.seminar_id}")
    card = (await page.json())["card"]
    assert (card["my_role"], card["may_edit"]) == ("participant", False)


async def test_a_guest_with_a_second_link_is_the_same_guest_in_both(node: Node) -> None:
    browser = await node.browser()
    first = await browser.call(
        "POST", f"/api/invitations/{await invitation(node)}", GUEST
    )
    colleague = node.people["colleague"]
    other = await node.services.seminars.create(colleague, DRAFT)
    other_id = other.card.seminar_id
    token = await invitation(node, other_id)
    second = await browser.call("POST", f"/api/invitations/{token}", GUEST)
    assert await second.json() == await first.json()
    cards = await (await browser.call("GET", "/api/seminars")).json()
    assert {one["seminar_id"] for one in cards} == {node.seminar_id, other_id}


async def test_a_foreign_page_can_not_spend_the_link_of_a_logged_in_person(
    node: Node,
) -> None:
    browser = await node.browser("stranger")
    path = f"/api/invitations/{await invitation(node)}"
    assert (await browser.session.post(path)).status == 403
    foreign = CSRF | {"Origin": "https://elsewhere.example"}
    assert (await browser.session.post(path, headers=foreign)).status == 403
    page = f"/api/seminars/{node.seminar_id}"
    assert (await browser.call("GET", page)).status == 403
