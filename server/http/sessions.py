"""What a session leaves: its timeline for the replay, and who attended."""

from __future__ import annotations

from aiohttp import web

from server.errors import ForbiddenError
from server.http.bodies import reply
from server.http.context import require_person, services
from server.http.wire import AttendanceReport
from server.services.attendance import to_csv
from server.services.session_access import Access

routes = web.RouteTableDef()


@routes.get("/api/sessions/{session_id}/timeline")
async def get_timeline(request: web.Request) -> web.Response:
    person = await require_person(request)
    session_id = request.match_info["session_id"]
    access = await services(request).session_access.check(session_id, person)
    seminar = await services(request).seminars.get(person, access.seminar.seminar_id)
    return reply(
        await services(request).timeline.timeline(session_id, person.person_id, seminar)
    )


@routes.get("/api/sessions/{session_id}/attendance")
async def get_attendance(request: web.Request) -> web.Response:
    report, _ = await _report(request)
    return reply(report)


@routes.get("/api/sessions/{session_id}/attendance.csv")
async def get_attendance_csv(request: web.Request) -> web.Response:
    report, access = await _report(request)
    centres = await services(request).people.list_centres()
    names = {one.centre_id: one.name for one in centres}
    return web.Response(
        text=to_csv(report, names, access.seminar.time_zone),
        content_type="text/csv",
        charset="utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="attendance.csv"',
            "Cache-Control": "no-store",
        },
    )


async def _report(request: web.Request) -> tuple[AttendanceReport, Access]:
    """Everybody for who leads the seminar; their own centre for a coordinator.

    Raise ForbiddenError for others.
    """
    person = await require_person(request)
    session_id = request.match_info["session_id"]
    access = await services(request).session_access.check(session_id, person)
    is_coordinator = person.role == "coordinator" and person.centre_id is not None
    if not access.may_edit and not is_coordinator:
        raise ForbiddenError
    report = await services(request).attendance.report(session_id)
    if access.may_edit:
        return report, access
    rows = [row for row in report.rows if row.centre_id == person.centre_id]
    cut = report.model_copy(
        update={
            "rows": rows,
            "present": sum(row.status != "absent" for row in rows),
            "invited": len(rows),
        }
    )
    return cut, access
