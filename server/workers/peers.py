"""Ids of media peers: unguessable, and telling whose they are.

`<participant_id>.<source>.<random>`: a restarted web process finds the owners in
`worker.dump`. A foreign player that came with a key has no participant: `key`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Literal, cast

from server.domain.events import Source

PeerRole = Literal["camera", "screen", "view"]
KEY_HOLDER = "key"
_ROLES = ("camera", "screen", "view")


@dataclass(frozen=True, slots=True)
class PeerOwner:
    participant_id: str
    """`KEY_HOLDER` for a foreign player."""
    role: PeerRole

    @property
    def source(self) -> Source | None:
        """What the peer publishes; None for a receiving one."""
        return None if self.role == "view" else self.role


def new_peer_id(owner: PeerOwner) -> str:
    """Make an id that nobody can guess (128 random bits)."""
    return f"{owner.participant_id}.{owner.role}.{secrets.token_urlsafe(16)}"


def group_of(owner: PeerOwner) -> str:
    """Name what a person's peers share, so that nobody hears their own voice.

    Key holders are many machines, not one person: they stand alone.
    """
    return "" if owner.participant_id == KEY_HOLDER else owner.participant_id


def owner_of(peer_id: str) -> PeerOwner | None:
    """Read the owner from an id; None when it is not one of ours."""
    participant_id, _, rest = peer_id.partition(".")
    role, _, random = rest.partition(".")
    if not participant_id or not random or role not in _ROLES:
        return None
    return PeerOwner(participant_id, cast(PeerRole, role))


def peer_of(publication_id: str) -> str:
    """Return the peer of a publication id `<peer_id>/<mid>`."""
    return publication_id.rpartition("/")[0]
