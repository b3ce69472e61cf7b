"""The hash chain over a session's events, and its signed heads.

Each link is the SHA-256 of the canonical JSON of its event and of the link before. What
people wrote enters as an HMAC under a random key kept beside it: erasing text and key
together leaves the chain whole and the text beyond guessing. A head signed with
Ed25519 (key outside the database) shows every later change, also by an administrator
of the database, to whoever kept the head.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from server.domain.events import Logged

GENESIS = "0" * 64
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Link:
    """An event as it is stored: what the chain is computed over, and its hashes."""

    session_id: str
    seq: int
    at_ms: int
    by: str | None
    kind: str
    audience: str
    payload: dict[str, Any]
    personal: dict[str, Any] | None
    salt: str | None
    personal_digest: str | None
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """A signed statement: at `at_ms` the log ended with this link."""

    session_id: str
    seq: int
    hash: str
    at_ms: int
    public_key: str
    """Hex Ed25519."""
    signature: str
    """Hex, over the canonical JSON of the fields above."""


def canonical_json(value: object) -> bytes:
    """Encode in the one form that is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def link(session_id: str, prev_hash: str, logged: Logged) -> Link:
    """Append an event to the chain that ends in `prev_hash`."""
    payload = logged.event.model_dump(mode="json", exclude={"type"})
    personal = {name: payload.pop(name) for name in personal_fields(type(logged.event))}
    salt = secrets.token_hex(SALT_BYTES) if personal else None
    digest = _digest(personal, salt) if salt else None
    kind, audience = logged.event.type, logged.event.audience
    content = _content(
        session_id, logged.seq, logged.at_ms, logged.by, kind, audience, payload, digest
    )
    return Link(
        session_id=session_id,
        seq=logged.seq,
        at_ms=logged.at_ms,
        by=logged.by,
        kind=kind,
        audience=audience,
        payload=payload,
        personal=personal or None,
        salt=salt,
        personal_digest=digest,
        prev_hash=prev_hash,
        hash=_hash(prev_hash, content),
    )


@cache
def personal_fields(event_type: type[Any]) -> tuple[str, ...]:
    """Name the fields that hold what people wrote."""
    return tuple(
        name
        for name, field in event_type.model_fields.items()
        if isinstance(field.json_schema_extra, dict)
        and field.json_schema_extra.get("personal")
    )


def sign_head(
    key: Ed25519PrivateKey, session_id: str, seq: int, hash_: str, at_ms: int
) -> Head:
    public_key = key.public_key().public_bytes_raw().hex()
    message = _head_message(session_id, seq, hash_, at_ms, public_key)
    return Head(session_id, seq, hash_, at_ms, public_key, key.sign(message).hex())


def verify(
    session_id: str, links: Sequence[Link], heads: Iterable[Head], public_key: str
) -> list[str]:
    """Find everything wrong with a stored log; an empty list means it is whole.

    `heads` may be one published head alone, `public_key` (hex) the key it is trusted
    under. Nothing but these arguments is looked at.
    """
    problems = _verify_links(session_id, links)
    by_seq = {one.seq: one.hash for one in links}
    for head in heads:
        where = f"head of {head.seq}"
        if not _is_signed(head, public_key):
            problems.append(f"{where}: the signature is wrong")
        elif head.session_id != session_id:
            problems.append(f"{where}: belongs to another session")
        elif head.seq == 0 and head.hash == GENESIS:
            continue
        elif by_seq.get(head.seq) != head.hash:
            problems.append(f"{where}: the log differs from what was signed")
    return problems


def _verify_links(session_id: str, links: Sequence[Link]) -> list[str]:
    problems: list[str] = []
    prev_hash, at_ms = GENESIS, 0
    for expected_seq, one in enumerate(links, start=1):
        where = f"event {one.seq}"
        if one.seq != expected_seq:
            problems.append(f"{where}: {expected_seq} was expected here")
            return problems
        if one.at_ms < at_ms:
            problems.append(f"{where}: is older than the one before")
        if one.prev_hash != prev_hash or one.hash != _hash_of(session_id, one):
            problems.append(f"{where}: the hash is wrong")
        if one.personal is not None and not _is_own_text(one):
            problems.append(f"{where}: the text is not the one that was logged")
        prev_hash, at_ms = one.hash, one.at_ms
    return problems


def _hash_of(session_id: str, one: Link) -> str:
    content = _content(
        session_id,
        one.seq,
        one.at_ms,
        one.by,
        one.kind,
        one.audience,
        one.payload,
        one.personal_digest,
    )
    return _hash(one.prev_hash, content)


def _content(
    session_id: str,
    seq: int,
    at_ms: int,
    by: str | None,
    kind: str,
    audience: str,
    payload: dict[str, Any],
    personal_digest: str | None,
) -> bytes:
    return canonical_json(
        [session_id, seq, at_ms, by, kind, audience, payload, personal_digest]
    )


def _hash(prev_hash: str, content: bytes) -> str:
    return hashlib.sha256(prev_hash.encode() + b"\n" + content).hexdigest()


def _digest(personal: dict[str, Any], salt: str) -> str:
    return hmac.new(
        bytes.fromhex(salt), canonical_json(personal), hashlib.sha256
    ).hexdigest()


def _is_own_text(one: Link) -> bool:
    if one.salt is None or one.personal is None or one.personal_digest is None:
        return False
    return hmac.compare_digest(_digest(one.personal, one.salt), one.personal_digest)


def _head_message(
    session_id: str, seq: int, hash_: str, at_ms: int, public_key: str
) -> bytes:
    return canonical_json([session_id, seq, hash_, at_ms, public_key])


def _is_signed(head: Head, public_key: str) -> bool:
    if head.public_key != public_key:
        return False
    message = _head_message(
        head.session_id, head.seq, head.hash, head.at_ms, head.public_key
    )
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(head.signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
