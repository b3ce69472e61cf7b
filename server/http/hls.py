"""HLS for the live audience and the replay: playlists that wait, files that stay."""

from __future__ import annotations

import re
from typing import cast

from aiohttp import web

from recordings.manifest import RENDITIONS, RenditionName
from server.errors import (
    BadRequestError,
    NoRecordingError,
    RecorderUnavailableError,
)
from server.http.context import current_person, services
from server.services.broadcasts import MASTER, StalledError, TooFarError, Wanted

routes = web.RouteTableDef()
PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
IMMUTABLE = "private, max-age=31536000, immutable"
_URI = re.compile(r'URI="([^"]+)"')


@routes.get("/hls/{session_id}/{rendition}.m3u8")
async def get_playlist(request: web.Request) -> web.Response:
    session_id = request.match_info["session_id"]
    is_live = await _check_access(request, session_id)
    try:
        playlist = await services(request).broadcasts.playlist(
            session_id, _wanted(request), is_live=is_live
        )
    except TooFarError:
        raise BadRequestError(reason="the playlist is not that far") from None
    except StalledError:
        raise RecorderUnavailableError from None
    headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    key = request.query.get("key")
    if key is None and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return web.Response(
            body=playlist.gzipped, content_type=PLAYLIST_TYPE, headers=headers
        )
    text = playlist.text if key is None else _with_key(playlist.text, key)
    return web.Response(text=text, content_type=PLAYLIST_TYPE, headers=headers)


@routes.get("/hls/{session_id}/{rendition}/{file}")
async def get_file(request: web.Request) -> web.StreamResponse:
    session_id = request.match_info["session_id"]
    is_live = await _check_access(request, session_id)
    rendition = request.match_info["rendition"]
    try:
        path = await services(request).broadcasts.file(
            session_id, rendition, request.match_info["file"], is_live=is_live
        )
    except StalledError:
        raise NoRecordingError from None
    kind = "audio" if rendition == "audio" else "video"
    return web.FileResponse(
        path, headers={"Content-Type": f"{kind}/mp4", "Cache-Control": IMMUTABLE}
    )


@routes.options("/hls/{session_id}/{tail:.+}")
async def options(request: web.Request) -> web.Response:
    return web.Response(
        headers={
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Allow-Headers": "Range",
            "Access-Control-Max-Age": "86400",
        }
    )


async def _check_access(request: web.Request, session_id: str) -> bool:
    """Let members of the session pass, and players with its WHEP key; tell if live.

    Raise NotLoggedInError, NotFoundError, ForbiddenError or RemovedError.
    """
    access = services(request).session_access
    key = request.query.get("key")
    if key is not None:
        return (await access.check_key(session_id, key)).is_live
    person = await current_person(request)
    return (await access.check(session_id, person)).is_live


def _wanted(request: web.Request) -> Wanted:
    name = request.match_info["rendition"]
    if name != MASTER and name not in RENDITIONS:
        raise NoRecordingError
    return Wanted(
        cast(RenditionName, name),
        msn=_number(request, "_HLS_msn"),
        part=_number(request, "_HLS_part"),
        is_delta=request.query.get("_HLS_skip") in ("YES", "v2"),
    )


def _number(request: web.Request, name: str) -> int | None:
    """Read a number of a blocking reload. Raise BadRequestError."""
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadRequestError(reason=f"{name} is no number")
    return int(text)


def _with_key(playlist: str, key: str) -> str:
    """Give every address in a playlist the key; players pass no query on."""
    lines = [
        _URI.sub(rf'URI="\1?key={key}"', line)
        if line.startswith("#")
        else f"{line}?key={key}"
        for line in playlist.splitlines()
    ]
    return "\n".join(lines) + "\n"
