"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep-04): publish and receive.

Our own pages come with their cookie and get what their part in the session allows;
encoders and players come with a key of the seminar. Peer ids can not be guessed, and
only their owner may end them.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from media.protocol import SEMINAR_PROFILE, VideoSlot
from server.domain.events import Source
from server.errors import (
    BadRequestError,
    ForbiddenError,
    HallcastError,
    NotFoundError,
    SessionNotLiveError,
)
from server.http.context import client_address, require_person, services
from server.http.ice_servers import add_ice_links
from server.http.sdp_request import (
    FRAGMENT_TYPE,
    SDP_TYPE,
    quoted,
    read_offer,
    read_patch,
)
from server.services.live import LiveSession
from server.workers.peers import KEY_HOLDER, PeerOwner, owner_of

routes = web.RouteTableDef()
Wire = Literal["whip", "whep"]
ALLOWED = {
    "endpoint": "POST, GET, HEAD, OPTIONS",
    "peer": "PATCH, DELETE, GET, OPTIONS",
}


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who asks: a logged-in person, or the holder of a key of this seminar."""

    person_id: str
    """With a WHIP key the seminar's trainer, in whose name it publishes."""
    has_key: bool


@routes.post("/whip/{seminar_id}")
async def publish(request: web.Request) -> web.Response:
    caller = await _caller(request, "whip")
    source = _source(request)
    offer_sdp = await read_offer(request, "publish")
    session = _session(request)
    try:
        participant_id = session.check_publish(caller.person_id)
    except ForbiddenError:
        if caller.has_key:  # the trainer has not come yet
            raise SessionNotLiveError from None
        raise
    response = await _open_peer(
        request, session, PeerOwner(participant_id, source), offer_sdp
    )
    add_ice_links(response, services(request).turn.access(caller.person_id))
    return response


@routes.post("/whep/{seminar_id}")
async def receive(request: web.Request) -> web.Response:
    caller = await _caller(request, "whep")
    profile = _profile(request)
    offer_sdp = await read_offer(request, "receive")
    session = _session(request)
    if caller.has_key:
        session.check_open()
        participant_id = KEY_HOLDER
    else:
        participant_id = session.check_receive(caller.person_id)
    owner = PeerOwner(participant_id, "view")
    response = await _open_peer(request, session, owner, offer_sdp, profile)
    add_ice_links(response, services(request).turn.access(caller.person_id))
    return response


async def _open_peer(
    request: web.Request,
    session: LiveSession,
    owner: PeerOwner,
    offer_sdp: str,
    profile: tuple[VideoSlot, ...] = ("programme",),
) -> web.Response:
    peer_id, answered = await services(request).director.offer(
        session.session_id, owner, offer_sdp, profile
    )
    return web.Response(
        status=201,
        text=answered.answer_sdp,
        content_type=SDP_TYPE,
        headers={
            "Location": f"{request.path}/{peer_id}",
            "ETag": quoted(answered.etag),
            "Accept-Patch": FRAGMENT_TYPE,
            "Cache-Control": "no-store",
        },
    )


@routes.patch("/{wire:whip|whep}/{seminar_id}/{peer_id}")
async def patch_peer(request: web.Request) -> web.Response:
    """Take candidates (204), or restart ICE (200): RFC 9725, section 4.3."""
    session_id, peer_id = await own_peer(request)
    director = services(request).director
    ufrag = await read_patch(request, director.etag(session_id, peer_id))
    if ufrag is None:
        return web.Response(status=204)
    restarted = await director.restart(session_id, peer_id, ufrag)
    return web.Response(
        text=restarted.fragment,
        content_type=FRAGMENT_TYPE,
        headers={"ETag": quoted(restarted.etag), "Cache-Control": "no-store"},
    )


@routes.delete("/{wire:whip|whep}/{seminar_id}/{peer_id}")
async def delete_peer(request: web.Request) -> web.Response:
    """End a peer; one that ended before, here or by the server, is as good as done."""
    caller = await _caller(request, _wire(request))
    await _check_owner(request, caller, _owner(request))
    session = services(request).live.loaded_of(request.match_info["seminar_id"])
    if session is not None:
        with contextlib.suppress(NotFoundError):
            await services(request).director.hang_up(
                session.session_id, request.match_info["peer_id"]
            )
    return web.Response(status=200)


@routes.get("/{wire:whip|whep}/{seminar_id}")
async def look_at_endpoint(request: web.Request) -> web.Response:
    """Answer discovery: WHEP clients look at the type of a HEAD."""
    await _caller(request, _wire(request))
    return _nothing(request)


@routes.get("/{wire:whip|whep}/{seminar_id}/{peer_id}")
async def look_at_peer(request: web.Request) -> web.Response:
    await own_peer(request)
    return _nothing(request)


@routes.options("/{wire:whip|whep}/{seminar_id}")
async def options_of_endpoint(request: web.Request) -> web.Response:
    """Answer anyone what is allowed; who may come in learns the TURN servers too."""
    response = options_reply(ALLOWED["endpoint"])
    # A preflight brings no credentials, and must not be answered with an error.
    with contextlib.suppress(HallcastError):
        caller = await _caller(request, _wire(request))
        add_ice_links(response, services(request).turn.access(caller.person_id))
    return response


@routes.options("/{wire:whip|whep}/{seminar_id}/{peer_id}")
async def options_of_peer(request: web.Request) -> web.Response:
    return options_reply(ALLOWED["peer"])


async def _caller(request: web.Request, wire: Wire) -> _Caller:
    """Tell who asks. Raise NotLoggedInError or TooManyTriesError."""
    authorization = request.headers.get("Authorization", "")
    if authorization.startswith("Bearer "):
        services(request).offer_limit.take(client_address(request))
        seminar = await services(request).keys.check(
            request.match_info["seminar_id"],
            wire,
            authorization.removeprefix("Bearer ").strip(),
        )
        return _Caller(seminar.trainer_id, has_key=True)
    person = await require_person(request)
    services(request).offer_limit.take(person.person_id)
    return _Caller(person.person_id, has_key=False)


async def own_peer(request: web.Request) -> tuple[str, str]:
    """Return session and peer of the address when the caller owns the peer.

    Raise NotLoggedInError, NotFoundError or ForbiddenError.
    """
    caller = await _caller(request, _wire(request))
    owner = _owner(request)
    session = services(request).live.loaded_of(request.match_info["seminar_id"])
    if session is None:
        raise NotFoundError
    peer_id = request.match_info["peer_id"]
    services(request).director.etag(session.session_id, peer_id)
    await _check_owner(request, caller, owner)
    return session.session_id, peer_id


def _owner(request: web.Request) -> PeerOwner:
    """Read whose peer is addressed. Raise NotFoundError when no peer is called so."""
    owner = owner_of(request.match_info["peer_id"])
    if owner is None or (owner.role == "view") != (_wire(request) == "whep"):
        raise NotFoundError
    return owner


async def _check_owner(request: web.Request, caller: _Caller, owner: PeerOwner) -> None:
    """Raise ForbiddenError for other people's peers, NotFoundError for nobody's."""
    seminar_id = request.match_info["seminar_id"]
    mine: str | None = KEY_HOLDER
    if not caller.has_key or owner.role != "view":
        mine = await services(request).session_access.participant_of(
            seminar_id, caller.person_id
        )
    if owner.participant_id == mine:
        return
    session = services(request).live.loaded_of(seminar_id)
    known = {KEY_HOLDER, *(session.state.participants if session else ())}
    raise ForbiddenError if owner.participant_id in known else NotFoundError


def _session(request: web.Request) -> LiveSession:
    session = services(request).live.loaded_of(request.match_info["seminar_id"])
    if session is None:
        raise SessionNotLiveError
    return session


def _wire(request: web.Request) -> Wire:
    return "whip" if request.match_info["wire"] == "whip" else "whep"


def _source(request: web.Request) -> Source:
    match request.query.get("source", "camera"):
        case "camera":
            return "camera"
        case "screen":
            return "screen"
        case _:
            raise BadRequestError(reason="source is camera or screen")


def _profile(request: web.Request) -> tuple[VideoSlot, ...]:
    match request.query.get("profile", "programme"):
        case "seminar":
            return SEMINAR_PROFILE
        case "programme":
            return ("programme",)
        case _:
            raise BadRequestError(reason="profile is seminar or programme")


def _nothing(request: web.Request) -> web.Response:
    if request.method == "HEAD":
        return web.Response(status=200, content_type=SDP_TYPE)
    return web.Response(status=204)


def options_reply(allowed: str, accepted: str = SDP_TYPE) -> web.Response:
    return web.Response(
        status=200,
        headers={
            "Allow": allowed,
            "Accept-Post": accepted,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
            "Access-Control-Max-Age": "86400",
        },
    )
