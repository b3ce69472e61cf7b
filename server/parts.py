"""All parts of a web process in one value: made by `server.app`, used at the edges."""

from __future__ import annotations

from dataclasses import dataclass

from server.auth import Logins
from server.clock import Clock
from server.config import Config
from server.limits import Crowd, TryLimit
from server.meters import Meters
from server.services.attendance import AttendanceService
from server.services.broadcasts import Broadcasts
from server.services.decks import DeckService
from server.services.invitations import InvitationService
from server.services.keys import KeyService
from server.services.live_registry import Live
from server.services.people import PeopleService
from server.services.seminars import SeminarService
from server.services.session_access import SessionAccess
from server.services.timeline import TimelineService
from server.services.turn import TurnService
from server.store.database import Database
from server.workers.director import Director


@dataclass(frozen=True, slots=True)
class Services:
    config: Config
    clock: Clock
    database: Database
    logins: Logins
    people: PeopleService
    seminars: SeminarService
    decks: DeckService
    keys: KeyService
    invitations: InvitationService
    director: Director
    live: Live
    session_access: SessionAccess
    timeline: TimelineService
    attendance: AttendanceService
    broadcasts: Broadcasts
    turn: TurnService
    offer_limit: TryLimit
    layers_limit: TryLimit
    strangers: Crowd
    meters: Meters
