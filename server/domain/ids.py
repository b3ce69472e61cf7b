"""Identifiers: typed strings with a prefix, made in one place."""

from __future__ import annotations

import secrets
from typing import NewType

PersonId = NewType("PersonId", str)
SeminarId = NewType("SeminarId", str)
SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
CentreId = NewType("CentreId", str)
DeckId = NewType("DeckId", str)
PollId = NewType("PollId", str)
MessageId = NewType("MessageId", str)


def new_id(prefix: str) -> str:
    """Make an unguessable id such as `ses_x3k...` (128 random bits, URL-safe)."""
    return f"{prefix}_{secrets.token_urlsafe(16)}"
