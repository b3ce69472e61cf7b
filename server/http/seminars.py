"""Seminars, centres, keys and slides."""

from __future__ import annotations

from aiohttp import web

from server.errors import BadRequestError, FieldProblem, NotFoundError
from server.http.bodies import read_body, reply, reply_list
from server.http.context import require_person, services
from server.http.wire import SeminarDraft

routes = web.RouteTableDef()
MAX_TITLE_CHARS = 200


@routes.get("/api/centres")
async def list_centres(request: web.Request) -> web.Response:
    return reply_list(await services(request).people.list_centres())


@routes.get("/api/seminars")
async def list_seminars(request: web.Request) -> web.Response:
    person = await require_person(request)
    return reply_list(await services(request).seminars.list_cards(person))


@routes.post("/api/seminars")
async def create(request: web.Request) -> web.Response:
    person = await require_person(request)
    draft = await read_body(request, SeminarDraft)
    return reply(await services(request).seminars.create(person, draft), 201)


@routes.get("/api/seminars/{seminar_id}")
async def get_one(request: web.Request) -> web.Response:
    person = await require_person(request)
    seminar_id = request.match_info["seminar_id"]
    return reply(await services(request).seminars.get(person, seminar_id))


@routes.put("/api/seminars/{seminar_id}")
async def update(request: web.Request) -> web.Response:
    person = await require_person(request)
    draft = await read_body(request, SeminarDraft)
    seminar_id = request.match_info["seminar_id"]
    return reply(await services(request).seminars.update(person, seminar_id, draft))


@routes.get("/api/seminars/{seminar_id}/keys")
async def get_keys(request: web.Request) -> web.Response:
    person = await require_person(request)
    return reply(
        await services(request).keys.get(person, request.match_info["seminar_id"])
    )


@routes.post("/api/seminars/{seminar_id}/keys/renew")
async def renew_keys(request: web.Request) -> web.Response:
    person = await require_person(request)
    return reply(
        await services(request).keys.renew(person, request.match_info["seminar_id"])
    )


@routes.post("/api/seminars/{seminar_id}/decks")
async def upload_deck(request: web.Request) -> web.Response:
    person = await require_person(request)
    title = request.query.get("title", "").strip() or "Slides"
    if len(title) > MAX_TITLE_CHARS:
        raise BadRequestError(
            fields=(FieldProblem("title", "string_too_long", "At most 200 letters."),)
        )
    if request.content_type != "application/pdf":
        raise BadRequestError(reason="the body must be application/pdf")
    deck = await services(request).decks.upload(
        person,
        request.match_info["seminar_id"],
        title,
        request.content.iter_any(),
    )
    return reply(deck, 201)


@routes.get("/api/decks/{deck_id}")
async def get_deck(request: web.Request) -> web.Response:
    person = await require_person(request)
    return reply(await services(request).decks.get(person, _deck_id(request)))


@routes.delete("/api/decks/{deck_id}")
async def delete_deck(request: web.Request) -> web.Response:
    person = await require_person(request)
    await services(request).decks.delete(person, _deck_id(request))
    return web.Response(status=204)


@routes.get("/api/decks/{deck_id}/text")
async def get_deck_text(request: web.Request) -> web.Response:
    person = await require_person(request)
    return reply(await services(request).decks.text(person, _deck_id(request)))


@routes.get("/api/decks/{deck_id}/original.pdf")
async def get_original(request: web.Request) -> web.StreamResponse:
    person = await require_person(request)
    path = await services(request).decks.original(person, _deck_id(request))
    return web.FileResponse(
        path,
        headers={
            "Content-Type": "application/pdf",
            # Saved, never shown: a PDF of a stranger runs nothing on our origin.
            "Content-Disposition": 'attachment; filename="slides.pdf"',
            "Cache-Control": "private, max-age=31536000, immutable",
        },
    )


@routes.get("/api/decks/{deck_id}/{page}-{width}.webp")
async def get_picture(request: web.Request) -> web.StreamResponse:
    person = await require_person(request)
    page, width = request.match_info["page"], request.match_info["width"]
    if not (page.isascii() and page.isdigit() and width.isascii() and width.isdigit()):
        raise NotFoundError
    path = await services(request).decks.picture(
        person, _deck_id(request), int(page[:6]), int(width[:6])
    )
    return web.FileResponse(
        path,
        headers={
            "Content-Type": "image/webp",
            # A deck's pages never change; a new upload is a new deck.
            "Cache-Control": "private, max-age=31536000, immutable",
        },
    )


def _deck_id(request: web.Request) -> str:
    return request.match_info["deck_id"]
