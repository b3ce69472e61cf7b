"""The real web process over real sockets, with a media worker and recorder of tests."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from server.app import build_app
from server.clock import ManualClock
from server.config import Config, media_socket, recorder_socket
from server.domain.commands import (
    Command,
    FloorGive,
    HandRaise,
    SessionEnd,
    SessionGoLive,
    SessionOpen,
)
from server.http.context import SERVICES
from server.http.wire import AccountRole, Centre, SeminarDraft
from server.parts import Services
from server.services.admission import admit
from server.services.live import LiveSession
from server.store.database import Database
from server.store.people import PersonRecord
from tests.fakes.media_worker import FakeWorker
from tests.fakes.recorder import FakeRecorder

CSRF = {"X-Requested-With": "hallcast"}
PASSWORD = "correct horse battery"
DRAFT = SeminarDraft(
    title="67 functions",
    summary="",
    starts_at_ms=1_750_000_000_000,
    duration_min=60,
    time_zone="Asia/Almaty",
    centre_ids=["ctr_north"],
)
PEOPLE: tuple[tuple[str, AccountRole, str | None], ...] = (
    ("administrator", "administrator", None),
    ("trainer", "trainer", None),
    ("colleague", "trainer", None),
    ("coordinator", "coordinator", "ctr_north"),
    ("participant", "participant", "ctr_north"),
    ("neighbour", "participant", "ctr_north"),
    ("stranger", "participant", "ctr_south"),
)
"""`stranger` belongs to a centre that is not invited; `colleague` owns nothing."""


@dataclass
class Node:
    config: Config
    clock: ManualClock
    workers: list[FakeWorker]
    recorder: FakeRecorder
    app: web.Application
    server: TestServer
    people: dict[str, PersonRecord] = field(default_factory=dict)
    seminar_id: str = ""
    _browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def worker(self) -> FakeWorker:
        """The first one, where the session is unless a test does something else."""
        return self.workers[0]

    @worker.setter
    def worker(self, worker: FakeWorker) -> None:
        self.workers[0] = worker

    @property
    def services(self) -> Services:
        return self.app[SERVICES]

    async def browser(self, who: str | None = None) -> Browser:
        """Return the browser of a person of `PEOPLE`; None has not logged in."""
        known = self._browsers.get(who or "")
        if known is not None:
            return known
        session = ClientSession(
            str(self.server.make_url("/")), cookie_jar=CookieJar(unsafe=True)
        )
        browser = self._browsers[who or ""] = Browser(session)
        if who is not None:
            login = await self.services.logins.open(self.people[who])
            session.cookie_jar.update_cookies({"hallcast": login.token})
        return browser

    async def live_session(self) -> LiveSession:
        """Let the trainer come, open and go live."""
        session = await self.green_room()
        await self.go_live()
        return session

    async def go_live(self) -> None:
        await self.command("trainer", SessionGoLive(type="session.go_live"))

    async def green_room(self) -> LiveSession:
        await self.join("trainer")
        await self.command("trainer", SessionOpen(type="session.open"))
        return await self.session()

    async def session(self) -> LiveSession:
        return await self.services.live.session_of(self.seminar_id)

    async def join(self, who: str) -> str:
        """Connect a person to the session; return the participant id."""
        person_id = self.people[who].person_id
        session = await self.session()
        entry = await admit(self.services.database, self.seminar_id, person_id)
        return await session.connect(entry, f"con_{who}")

    async def give_floor(self, who: str) -> str:
        participant_id = await self.join(who)
        await self.command(who, HandRaise(type="hand.raise"))
        give = FloorGive(type="floor.give", participant_id=participant_id)
        await self.command("trainer", give)
        return participant_id

    async def end(self) -> None:
        await self.command("trainer", SessionEnd(type="session.end"))

    async def command(self, who: str, command: Command) -> None:
        session = await self.session()
        participant_id = session.memory.participant_id_of(self.people[who].person_id)
        assert participant_id is not None
        ack = await session.command(participant_id, uuid.uuid4().hex, command)
        assert ack.ok, ack

    async def restart(self) -> None:
        """End the web process as a deploy would, and start the next one."""
        await self.close_web()
        await self.start_web()

    async def start_web(self) -> None:
        self.app = build_app(self.config, self.clock)
        self.server = await _serve(self.app)
        await self.until(lambda: self.services.director.is_ready)

    async def close_web(self) -> None:
        for browser in self._browsers.values():
            await browser.session.close()
        self._browsers.clear()
        await self.server.close()

    async def close(self) -> None:
        await self.close_web()
        for worker in self.workers:
            await worker.close()
        await self.recorder.close()

    async def until(self, holds: Callable[[], object], limit_s: float = 5.0) -> None:
        """Wait for what other tasks bring about; fails after `limit_s`."""
        async with asyncio.timeout(limit_s):
            while not holds():
                await asyncio.sleep(0.005)


@dataclass
class Browser:
    session: ClientSession

    async def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> ClientResponse:
        """Send as our own pages do: JSON body, CSRF header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        response = await self.session.request(
            method, path, data=data, headers=CSRF | named, allow_redirects=False
        )
        await response.read()
        return response


async def open_node(tmp_path: Path, **settings: object) -> Node:
    """Start a node with a small academy; its session is not open yet."""
    config = Config(data_dir=tmp_path / "data", log_level="error", **settings)  # type: ignore[arg-type]
    config.data_dir.mkdir(parents=True)
    database = Database(config.database)
    await database.migrate()
    await database.close()
    clock = ManualClock()
    workers = [
        await FakeWorker(media_socket(config, index)).start()
        for index in range(config.media_workers)
    ]
    recorder = await FakeRecorder(recorder_socket(config)).start()
    app = build_app(config, clock)
    node = Node(config, clock, workers, recorder, app, await _serve(app))
    await _fill(node)
    await node.until(lambda: node.services.director.is_ready)
    return node


async def _serve(app: web.Application) -> TestServer:
    server = TestServer(app)
    await server.start_server()
    return server


async def _fill(node: Node) -> None:
    services = node.services
    for name, region in (("north", "North"), ("south", "South")):
        centre = Centre(centre_id=f"ctr_{name}", name=region, region=region)
        await services.people.put_centre(centre, f"reg_{name}")
    for name, role, centre_id in PEOPLE:
        node.people[name] = await services.people.create(
            name=name.title(),
            email=f"{name}@example.org",
            role=role,
            centre_id=centre_id,
            password=PASSWORD if name == "trainer" else None,
        )
        node.clock.advance(1)
    seminar = await services.seminars.create(node.people["trainer"], DRAFT)
    node.seminar_id = seminar.card.seminar_id
