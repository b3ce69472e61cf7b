"""What WHIP and WHEP requests carry: offers, fragments, preconditions (RFC 9725)."""

from __future__ import annotations

import re

from aiohttp import web

from server.errors import BadRequestError
from server.http.bodies import read_limited

SDP_TYPE = "application/sdp"
FRAGMENT_TYPE = "application/trickle-ice-sdpfrag"
MAX_SDP_BYTES = 48 * 1024
"""A Chromium offer of four videos and three audios has about 20 kB."""
MAX_CANDIDATES = 20
MAX_FRAGMENT_BYTES = 8 * 1024
_ANY = ('"*"', "*")
"""If-Match of an ICE restart: quoted in RFC 9725's example, bare in RFC 9110."""
_UFRAG = re.compile(r"^a=ice-ufrag:([A-Za-z0-9+/]{4,256})\s*$", re.M)
_PASSWORD = re.compile(r"^a=ice-pwd:[A-Za-z0-9+/]{22,256}\s*$", re.M)
_DIRECTIONS = {"publish": ("sendonly", "sendrecv"), "receive": ("recvonly", "sendrecv")}


async def read_offer(request: web.Request, direction: str) -> str:
    """Return the SDP offer of a POST.

    Raise 415 for another type, BadRequestError (400) for what is no offer, and 422 when
    it offers nothing in our direction.
    """
    if request.content_type != SDP_TYPE:
        raise web.HTTPUnsupportedMediaType(headers={"Accept-Post": SDP_TYPE})
    sdp = await _read_text(request, MAX_SDP_BYTES)
    if not sdp.startswith("v=0") or "\nm=" not in sdp:
        raise BadRequestError(reason="the body is no SDP offer")
    if sdp.count("a=candidate:") > MAX_CANDIDATES:
        raise BadRequestError(reason="the offer has too many candidates")
    wanted = _DIRECTIONS[direction]
    if not any(re.search(rf"^a={one}\s*$", sdp, re.MULTILINE) for one in wanted):
        raise web.HTTPUnprocessableEntity(reason=f"the offer has no {wanted[0]} media")
    return sdp


async def read_patch(request: web.Request, etag: str | None) -> str | None:
    """Return the client's new ufrag for an ICE restart, None for a trickle.

    The candidates of a trickle are not needed: an ICE-lite agent learns them from the
    checks. Raise 415, 428 without If-Match, 412 when it names another ICE session, and
    BadRequestError (400) for what is no fragment.
    """
    if request.content_type != FRAGMENT_TYPE:
        raise web.HTTPUnsupportedMediaType(headers={"Accept-Patch": FRAGMENT_TYPE})
    match = request.headers.get("If-Match", "").strip()
    if not match:
        raise web.HTTPPreconditionRequired
    is_restart = match in _ANY
    # After a restart of the web process the ETag is not known; the peer is, and a
    # trickle changes nothing.
    if not is_restart and etag is not None and match != quoted(etag):
        raise web.HTTPPreconditionFailed
    fragment = await _read_text(request, MAX_FRAGMENT_BYTES)
    if not is_restart:
        if not re.search(r"^a=(candidate|ice-ufrag|end-of-candidates)", fragment, re.M):
            raise BadRequestError(reason="the body is no SDP fragment")
        return None
    ufrag = _UFRAG.search(fragment)
    if ufrag is None or not _PASSWORD.search(fragment):
        raise BadRequestError(reason="the fragment has no ice-ufrag and ice-pwd")
    return ufrag[1]


def quoted(etag: str) -> str:
    """Write an entity tag as the header wants it (RFC 9110 section 8.8.3)."""
    return etag if etag.startswith('"') else f'"{etag}"'


async def _read_text(request: web.Request, limit_bytes: int) -> str:
    try:
        return (await read_limited(request, limit_bytes)).decode()
    except UnicodeDecodeError as error:
        raise BadRequestError(reason="the body is not UTF-8") from error
