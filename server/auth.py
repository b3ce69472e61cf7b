"""Logging in: argon2 passwords, opaque tokens, limits against guessing.

A token is 256 random bits; the database knows only its SHA-256. Hashing happens in
threads, four at once, so that a flood of logins can not take the machine. An unknown
address costs as much time as a wrong password.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from server.clock import Clock
from server.config import Config
from server.errors import NotFoundError, WrongPasswordError
from server.http.wire import AccountRole
from server.limits import TryLimit
from server.store import logins, people
from server.store.database import Database
from server.store.people import PersonRecord

HASHES_AT_ONCE = 4
CACHE_MS = 2_000
"""How long a token is believed without asking the database; a logout is at once."""
MAX_CACHED = 20_000
_DAY_MS = 86_400_000


class Passwords:
    """argon2id with the library's parameters (RFC 9106, low memory)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._places = asyncio.Semaphore(HASHES_AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Compare; without an `encoded` one it takes as long and says no."""
        async with self._places:
            return await asyncio.to_thread(self._verify, encoded, password)

    def _verify(self, encoded: str | None, password: str) -> bool:
        try:
            self._hasher.verify(encoded or self._nobody, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return encoded is not None

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True, slots=True)
class Login:
    token: str
    person: PersonRecord


class Logins:
    """Makes, finds and ends logins."""

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        self.passwords = Passwords()
        self._database = database
        self._config = config
        self._clock = clock
        self._by_account = TryLimit(config.login_tries_per_account, clock)
        self._by_address = TryLimit(config.login_tries_per_address, clock)
        self._cache: dict[bytes, tuple[int, PersonRecord]] = {}

    async def log_in(self, email: str, password: str, address: str) -> Login:
        """Check a password. Raise WrongPasswordError or TooManyTriesError."""
        email = email.strip().lower()
        self._by_address.take(address)
        self._by_account.take(email)
        async with self._database.read() as db:
            person = await people.find_by_email(db, email)
        encoded = None if person is None else person.password_hash
        if not await self.passwords.verify(encoded, password) or person is None:
            raise WrongPasswordError
        return await self.open(person)

    async def demo_log_in(self, role: AccountRole) -> Login:
        """Log in the demo's person of a role. Raise NotFoundError out of the demo."""
        if not self._config.demo:
            raise NotFoundError
        async with self._database.read() as db:
            person = await people.first_with_role(db, role)
        if person is None:
            raise NotFoundError
        return await self.open(person)

    async def open(self, person: PersonRecord) -> Login:
        """Make a new token for a person."""
        token = secrets.token_urlsafe(32)
        now_ms = self._clock.now_ms()
        async with self._database.write() as db:
            await logins.remove_expired(db, now_ms)
            await logins.insert(
                db,
                _digest(token),
                person.person_id,
                now_ms=now_ms,
                expires_at_ms=now_ms + self._config.login_days * _DAY_MS,
            )
        return Login(token, person)

    async def find(self, token: str) -> PersonRecord | None:
        """Tell whose token this is; None when unknown or expired."""
        digest, now_ms = _digest(token), self._clock.now_ms()
        cached = self._cache.get(digest)
        if cached is not None and cached[0] > now_ms:
            return cached[1]
        async with self._database.read() as db:
            person = await logins.find_person(db, digest, now_ms)
        if person is not None:
            if len(self._cache) >= MAX_CACHED:
                self._cache.clear()
            self._cache[digest] = (now_ms + CACHE_MS, person)
        return person

    async def close(self, token: str) -> None:
        """End a login."""
        digest = _digest(token)
        async with self._database.write() as db:
            await logins.remove(db, digest)
        self._cache.pop(digest, None)

    def forget(self, person_id: str) -> None:
        """Read a changed person anew."""
        self._cache = {
            digest: kept
            for digest, kept in self._cache.items()
            if kept[1].person_id != person_id
        }


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
