"""Composition root of the web process: builds every part and joins them.

Nothing else creates services. Importing this module loads neither PyAV nor aiortc.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web

from server.auth import Logins
from server.clock import Clock, SystemClock
from server.config import Config, media_socket, recorder_socket
from server.http import (
    hls,
    ice_servers,
    invitations,
    layers,
    login,
    metrics,
    middlewares,
    ops,
    pages,
    seminars,
    sessions,
    whip,
)
from server.http.context import SERVICES, client_address
from server.http.cookies import read_token
from server.http.wire import Person, Seminar
from server.limits import Crowd, TryLimit
from server.meters import Meters
from server.parts import Services
from server.realtime.gateway import Gateway
from server.seed.preset import Academy, plant
from server.services.admission import admit
from server.services.attendance import AttendanceService
from server.services.broadcasts import Broadcasts
from server.services.decks import DeckService
from server.services.invitations import InvitationService
from server.services.keys import KeyService
from server.services.late_media import listener_of, settle_archives
from server.services.live_registry import Live
from server.services.people import PeopleService, person_body
from server.services.seminars import SeminarService
from server.services.session_access import SessionAccess
from server.services.session_reader import SessionReader
from server.services.signing_key import load_or_make
from server.services.timeline import TimelineService
from server.services.turn import TurnService
from server.store.database import Database
from server.store.decks import DeckRecord
from server.workers.director import Director
from server.workers.hls_edges import HlsEdges

LAYERS_PER_MINUTE = 120
"""By viewer; a page that is being resized sends one a second."""
SIGNING_KEY_NAME = "signing.key"
MAX_REQUEST_BYTES = 1024 * 1024
"""What aiohttp may keep of a body in memory; uploads stream past it."""


def build_app(config: Config, clock: Clock | None = None) -> web.Application:
    """Build the application; its parts open and close with it."""
    app = web.Application(
        client_max_size=MAX_REQUEST_BYTES,
        middlewares=[
            middlewares.explain_errors,
            middlewares.refuse_forgery,
            middlewares.limit_strangers,
            middlewares.require_login,
        ],
    )
    services = build_services(config, clock or SystemClock())
    app[SERVICES] = services
    app.on_response_prepare.append(middlewares.add_security_headers)
    app.cleanup_ctx.append(_run_services)
    _attach_gateway(app, services)
    media = (whip, ice_servers, layers, hls)
    operators = (ops, metrics)
    everybody = (login, invitations, seminars, sessions)
    for module in (*everybody, *media, *operators, pages):
        app.add_routes(module.routes)
    return app


def _attach_gateway(app: web.Application, services: Services) -> None:
    """Serve Socket.IO with the logins and the seminars of the pages."""

    async def authenticate(request: web.Request) -> Person | None:
        token = read_token(request.cookies)
        person = await services.logins.find(token) if token else None
        return None if person is None else person_body(person)

    async def seminar_of(seminar_id: str, person_id: str) -> Seminar:
        person = await services.people.get(person_id)
        return await services.seminars.get(person, seminar_id)

    gateway = Gateway(
        services.live,
        services.clock,
        authenticate,
        partial(admit, services.database),
        seminar_of,
        services.strangers,
        client_address,
        meters=services.meters,
    )
    gateway.attach(app)

    async def let_go(_: web.Application) -> None:
        services.broadcasts.close()
        await gateway.close()

    app.on_shutdown.append(let_go)


def build_services(config: Config, clock: Clock) -> Services:
    """Join all services; none is open yet."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(config.database)
    logins = Logins(database, config, clock)
    edges = HlsEdges()
    broadcasts = Broadcasts(config.recordings_dir, edges)
    director = Director(
        [str(media_socket(config, index)) for index in range(config.media_workers)],
        str(recorder_socket(config)),
        edges,
        listener_of=lambda session_id: listener_of(session_id, live, database),
        archive_ms=broadcasts.archive_ms,
        max_peers=config.media_peers_per_worker,
    )
    key = load_or_make(config.data_dir / SIGNING_KEY_NAME)
    meters = Meters()
    live = Live(database, clock, director, key, on_commit_s=meters.commit_s.observe)
    reader = SessionReader(database, live)
    return Services(
        config=config,
        clock=clock,
        database=database,
        logins=logins,
        people=PeopleService(database, logins, clock),
        seminars=SeminarService(database, clock),
        decks=DeckService(database, config, clock, lambda deck: _show(live, deck)),
        keys=KeyService(database, config),
        invitations=InvitationService(database, logins, clock),
        director=director,
        live=live,
        session_access=SessionAccess(database, live, clock),
        timeline=TimelineService(reader, clock),
        attendance=AttendanceService(reader, clock),
        broadcasts=broadcasts,
        offer_limit=TryLimit(config.offers_per_minute, clock),
        turn=TurnService(config, clock),
        layers_limit=TryLimit(LAYERS_PER_MINUTE, clock),
        strangers=Crowd(config.strangers_per_address),
        meters=meters,
    )


async def _show(live: Live, deck: DeckRecord) -> None:
    """Offer freshly rendered slides to a session that is open already."""
    session = live.loaded_of(deck.seminar_id)
    if session is not None:
        await session.add_deck(deck.deck_id, deck.title, deck.pages)


async def _run_services(app: web.Application) -> AsyncIterator[None]:
    services = app[SERVICES]
    await services.decks.open()
    if services.config.demo:
        await _plant_demo(services)
    services.meters.open()
    services.director.open()
    await services.live.open()
    await settle_archives(services.live, services.database)
    yield
    await services.live.close()
    await services.director.close()
    await services.decks.close()
    await services.database.close()
    await services.meters.close()


async def _plant_demo(services: Services) -> None:
    academy = Academy(
        services.people, services.seminars, services.decks, services.clock
    )
    await plant(academy, services.config.data_dir / "demo")
