from __future__ import annotations

import csv
import io

import pytest

from server.errors import SessionNotLiveError
from server.http.wire import AttendanceReport
from server.services.attendance import AttendanceService, to_csv
from server.services.session_reader import SessionReader
from server.store.models import PersonRow
from tests.fakes.academy import TRAINER, Hall, person

MINUTE_MS = 60_000


async def _report(hall: Hall) -> AttendanceReport:
    service = AttendanceService(SessionReader(hall.database, hall.live), hall.clock)
    return await service.report((await hall.session()).session_id)


async def _seminar(hall: Hall) -> None:
    """Mayor 0 stays, mayor 1 comes late, mayor 2 never; the coordinator goes early."""
    trainer = await hall.go_live()
    one = await hall.join(person(0))
    await hall.join("prs_hall")
    await hall.must(one, "chat.post", text="Good morning")
    session = await hall.session()
    hall.clock.advance(20 * MINUTE_MS)
    await session.disconnect("prs_hall")
    await hall.join(person(1))
    hall.clock.advance(20 * MINUTE_MS)
    await hall.must(trainer, "session.end")


async def test_everyone_invited_has_a_row_with_their_status(hall: Hall) -> None:
    await _seminar(hall)
    report = await _report(hall)
    assert {row.name: (row.status, row.percent) for row in report.rows} == {
        "Coordinator": ("left_early", 50),
        "Mayor 0": ("present", 100),
        "Mayor 1": ("late", 50),
        "Mayor 2": ("absent", 0),
    }
    assert (report.present, report.invited) == (3, 4)
    assert report.rows[1].messages == 1


async def test_the_report_is_identical_when_rebuilt_from_the_store(
    hall: Hall,
) -> None:
    await _seminar(hall)
    running = await _report(hall)
    await hall.restart()
    assert await _report(hall) == running


async def test_before_the_start_there_is_no_report(hall: Hall) -> None:
    await hall.join(TRAINER)
    with pytest.raises(SessionNotLiveError):
        await _report(hall)


async def test_the_csv_opens_in_a_spreadsheet_without_running_anything(
    hall: Hall,
) -> None:
    names = {
        person(0): '=HYPERLINK("http://evil.example")',
        person(1): " @SUM(A1)",
        person(2): "Әсел, әкім",
    }
    async with hall.database.write() as db:
        for person_id, name in names.items():
            row = await db.get(PersonRow, person_id)
            assert row is not None
            row.name = name
    await _seminar(hall)
    text = to_csv(await _report(hall), {"ctr_one": "Centre One"}, "Asia/Almaty")
    assert text.startswith("\ufeffname,")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert {row["name"] for row in rows} == {
        "Coordinator",
        "'" + names[person(0)],
        "'" + names[person(1)],
        names[person(2)],
    }
    assert rows[0]["centre"] == "Centre One"
    here = next(row for row in rows if row["minutes"] == "40")
    assert here["first_seen"] == "2025-06-15 20:06:40"
    assert here["last_seen"] == "2025-06-15 20:46:40"
