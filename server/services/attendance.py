"""The attendance report of a session, computed from its log each time."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.domain.attendance import (
    Attendance,
    LiveTime,
    attend,
    live_time,
    percent_of,
    status_of,
)
from server.errors import SessionNotLiveError
from server.http.wire import AttendanceInterval, AttendanceReport, AttendanceRow
from server.services.session_reader import SessionReader
from server.store.participants import Named

COLUMNS = (
    "name",
    "post",
    "centre",
    "status",
    "minutes",
    "percent",
    "first_seen",
    "last_seen",
    "votes",
    "messages",
    "speeches",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class AttendanceService:
    def __init__(self, reader: SessionReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    async def report(self, session_id: str) -> AttendanceReport:
        """Report on everyone who was invited or came, trainers left out.

        Raises `not_found`, and `session_not_live` before the session began.
        """
        past = await self._reader.read(session_id)
        now_ms = self._clock.now_ms()
        live = live_time(past.memory.log, now_ms)
        if live is None:
            raise SessionNotLiveError
        came = {
            person_id: one
            for person_id, one in attend(past.memory.log, now_ms).items()
            if one.role != "trainer"
        }
        invited = {
            one.person_id: one for one in await self._reader.invited(past.seminar_id)
        }
        others = await self._reader.named(set(came) - set(invited))
        people = invited | others
        rows = [
            _row(person_id, people.get(person_id), came.get(person_id), live)
            for person_id in [*invited, *sorted(set(came) - set(invited))]
        ]
        return AttendanceReport(
            session_id=session_id,
            started_at_ms=live.started_at_ms,
            ended_at_ms=past.memory.state.ended_at_ms,
            rows=rows,
            present=sum(row.status != "absent" for row in rows),
            invited=len(invited),
        )


def to_csv(
    report: AttendanceReport, centre_names: Mapping[str, str], time_zone: str
) -> str:
    """Write the report for spreadsheets, times in the seminar's zone.

    Begins with a byte order mark, without which Excel takes UTF-8 for Latin-1. Cells
    that a spreadsheet would run as a formula get an apostrophe before them.
    """
    zone = ZoneInfo(time_zone)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in report.rows:
        centre = centre_names.get(row.centre_id or "", "")
        cells = (row.name, row.post, centre, row.status, *_figures(row, zone))
        writer.writerow([_safe(cell) for cell in cells])
    return "\ufeff" + text.getvalue()


def _figures(row: AttendanceRow, zone: ZoneInfo) -> tuple[str | int, ...]:
    first = _local(row.intervals[0].from_ms, zone) if row.intervals else ""
    last = _local(row.intervals[-1].to_ms, zone) if row.intervals else ""
    minutes = round(row.present_ms / 60_000)
    return (
        minutes,
        row.percent,
        first,
        last,
        row.votes,
        row.messages,
        row.speeches,
    )


def _local(at_ms: int, zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _safe(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA_STARTS):
        return f"'{cell}"
    return cell


def _row(
    person_id: str, named: Named | None, came: Attendance | None, live: LiveTime
) -> AttendanceRow:
    centre_id = came.centre_id if came else (named.centre_id if named else None)
    return AttendanceRow(
        person_id=person_id,
        name=named.name if named else "",
        post=named.post if named else "",
        centre_id=centre_id,
        status=status_of(came, live),
        present_ms=came.present_ms if came else 0,
        percent=percent_of(came, live),
        intervals=[
            AttendanceInterval(from_ms=begin, to_ms=end)
            for begin, end in (came.intervals if came else [])
        ],
        votes=len(came.voted_in) if came else 0,
        messages=came.messages if came else 0,
        speeches=came.speeches if came else 0,
    )
