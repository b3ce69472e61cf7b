"""Time-limited credentials for TURN servers, by the scheme that coturn calls REST API.

The server shares one secret with coturn (`use-auth-secret`): a username says until when
it is good, its password is an HMAC of it, and coturn needs no list of users
(draft-uberti-behave-turn-rest-00).
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field

from server.clock import Clock
from server.config import Config


@dataclass(frozen=True, slots=True)
class TurnAccess:
    """What a client needs to use the relays; of no value after `ttl_s`."""

    urls: tuple[str, ...]
    username: str
    password: str = field(repr=False)
    ttl_s: int


class TurnService:
    """Hands out credentials; knows nobody and keeps nothing."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config = config
        self._clock = clock

    def access(self, name: str) -> TurnAccess | None:
        """Make credentials under a name for coturn's log; None without TURN servers."""
        config = self._config
        if not config.turn_urls:
            return None
        expires_s = self._clock.now_ms() // 1000 + config.turn_ttl_s
        username = f"{expires_s}:{name}"
        digest = hmac.digest(config.turn_secret.encode(), username.encode(), "sha1")
        password = base64.b64encode(digest).decode()
        return TurnAccess(
            tuple(config.turn_urls), username, password, config.turn_ttl_s
        )
